"""Between the programs of one installation: durable queues, live messages and small settings.

The only place that speaks NATS.

    server      the bus itself, as a child process          address     where it is, and the secret
    connection  publish durably, tell live                  grouping    many callers, one flush
    reading     a queue in order, from any place in it      buckets     tokens, agents, tags, quotas
"""

from deungdae.bus.address import Elsewhere, Embedded, Entrance, address
from deungdae.bus.buckets import AGENTS, QUOTAS, TAGS, TOKENS, Agent, Mirror, Quota, TagMap, Token
from deungdae.bus.bundles import BadBundle, Part
from deungdae.bus.connection import Connection
from deungdae.bus.failures import Full, Unavailable
from deungdae.bus.grouping import Grouped
from deungdae.bus.reading import Reader, Stored
from deungdae.bus.server import Server
from deungdae.bus.streams import INGEST, QUARANTINE, Queue, live_subject

__all__ = [
    "AGENTS",
    "INGEST",
    "QUARANTINE",
    "QUOTAS",
    "TAGS",
    "TOKENS",
    "Agent",
    "BadBundle",
    "Connection",
    "Elsewhere",
    "Embedded",
    "Entrance",
    "Full",
    "Grouped",
    "Mirror",
    "Part",
    "Queue",
    "Quota",
    "Reader",
    "Server",
    "Stored",
    "TagMap",
    "Token",
    "Unavailable",
    "address",
    "live_subject",
]
