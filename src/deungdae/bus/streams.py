"""The queues of the bus: what each holds, and how much of it."""

import re
from dataclasses import dataclass

from nats.js.api import DiscardPolicy, RetentionPolicy, StorageType, StreamConfig

#: A batch that is sent again within this time is recognised by the bus itself; later by the lake.
REPEATS_SECONDS = 600.0


@dataclass(frozen=True)
class Queue:
    """A durable queue: its name, the first word of its subjects and its share of the room."""

    name: str
    subject: str
    share: float  #: of the room that the settings give

    def config(self, store_bytes: int, first: int) -> StreamConfig:
        """Return it as NATS wants it. A full queue refuses; it never throws away what it took."""
        return StreamConfig(
            name=self.name,
            subjects=[f"{self.subject}.>"],
            retention=RetentionPolicy.LIMITS,
            discard=DiscardPolicy.NEW,
            max_bytes=int(store_bytes * self.share),
            storage=StorageType.FILE,
            num_replicas=1,
            duplicate_window=REPEATS_SECONDS,
            first_seq=first,
        )


INGEST = Queue("INGEST", "ingest", 0.8)
QUARANTINE = Queue("QUARANTINE", "quarantine", 0.2)
QUEUES = (INGEST, QUARANTINE)
SHARD = 0  #: one writer takes all; more of them would share the organisations between them


def subject(queue: Queue, organisation: str) -> str:
    """Return the subject of a message of one organisation."""
    return f"{queue.subject}.{SHARD}.{word(organisation)}"


def live_subject(organisation: str) -> str:
    """Return the subject on which an organisation's live values are told."""
    return f"live.{word(organisation)}"


def floor_subject(organisation: str) -> str:
    """Return the subject on which the monitor tells what changed on an organisation's floor."""
    return f"floor.{word(organisation)}"


def text_of(word: str) -> str:
    """Return the text that `word` made one word of; raises ValueError for what is none."""
    if word == "=":
        return ""
    return re.sub(
        rb"=([0-9a-f]{2})", lambda found: bytes.fromhex(found[1].decode()), word.encode("ascii")
    ).decode("utf-8")


def word(text: str) -> str:
    """Return any text as one word of a subject or key: ASCII letters, digits, "-" and "_".

    Other characters become `=` and their UTF-8 bytes in hexadecimal, so that two texts never
    become one word.
    """
    if not text:
        return "="
    return "".join(
        sign
        if sign.isascii() and (sign.isalnum() or sign in "-_")
        else "".join(f"={byte:02x}" for byte in sign.encode("utf-8"))
        for sign in text
    )
