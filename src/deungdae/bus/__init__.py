"""Between the programs of one installation: durable queues, live messages and small settings.

The only place that speaks NATS.

    server      the bus itself, as a child process          address     where it is, and the secret
    connection  publish durably, tell live                  grouping    many callers, one flush
    reading     a queue in order, from any place in it      buckets     followed in memory
    entries     what the buckets hold: tokens, agents …     joining     codes for new edge agents
    desk        who may ask what, in which lane             given       parameters, checked
    alone       one program at a time
"""

from deungdae.bus.address import Address, Elsewhere, Embedded, Entrance, address, secret
from deungdae.bus.answering import Answering, Asked, Said, said_json
from deungdae.bus.asking import Answer, Question, Refusal, ask
from deungdae.bus.buckets import Mirror
from deungdae.bus.bundles import BadBundle, Part
from deungdae.bus.connection import Connection
from deungdae.bus.entries import (
    AGENTS,
    ALARMS,
    ASSETS,
    CALENDARS,
    JOINS,
    QUOTAS,
    SPARKPLUG,
    STATUS,
    TAGS,
    TOKENS,
    WANTED,
    WATCHES,
    Agent,
    AlarmRule,
    Asset,
    Bucket,
    Calendar,
    Join,
    Quota,
    Record,
    Shift,
    SparkplugGroup,
    Status,
    TagMap,
    Token,
    Wanted,
    Watch,
)
from deungdae.bus.failures import Full, Unavailable
from deungdae.bus.grouping import Grouped
from deungdae.bus.reading import Reader, Stored
from deungdae.bus.server import Server
from deungdae.bus.streams import INGEST, QUARANTINE, Queue, floor_subject, live_subject, text_of

__all__ = [
    "AGENTS",
    "ALARMS",
    "ASSETS",
    "CALENDARS",
    "INGEST",
    "JOINS",
    "QUARANTINE",
    "QUOTAS",
    "SPARKPLUG",
    "STATUS",
    "TAGS",
    "TOKENS",
    "WANTED",
    "WATCHES",
    "Address",
    "Agent",
    "AlarmRule",
    "Answer",
    "Answering",
    "Asked",
    "Asset",
    "BadBundle",
    "Bucket",
    "Calendar",
    "Connection",
    "Elsewhere",
    "Embedded",
    "Entrance",
    "Full",
    "Grouped",
    "Join",
    "Mirror",
    "Part",
    "Question",
    "Queue",
    "Quota",
    "Reader",
    "Record",
    "Refusal",
    "Said",
    "Server",
    "Shift",
    "SparkplugGroup",
    "Status",
    "Stored",
    "TagMap",
    "Token",
    "Unavailable",
    "Wanted",
    "Watch",
    "address",
    "ask",
    "floor_subject",
    "live_subject",
    "said_json",
    "secret",
    "text_of",
]
