"""What the endpoints need from outside: who may write, where points become durable, what came last.

Errors:
    Refused
    ├── Busy          too much is under way; the client may try again later
    └── Unavailable   points cannot be made durable now; nothing was acknowledged
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

WRITE = "write"  #: the right to send lines
EDGE = "edge"  #: the right to send batches as an edge agent


class Refused(Exception):  # noqa: N818 - the word a reader would say
    """Nothing was stored; the same may succeed after `retry_after_s` seconds."""

    def __init__(self, retry_after_s: int = 1) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(f"try again after {retry_after_s} s")


class Busy(Refused):
    """Too much is under way."""


class Unavailable(Refused):
    """The store cannot be reached, or its disk is full."""


@dataclass(frozen=True, slots=True)
class Message:
    """Points that are stored together: `body` is an Arrow IPC stream (`telemetry.WIRE`).

    A message that is sent again carries the same `batch`.
    """

    organisation: str
    source: str
    batch: str
    points: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Quarantined:
    """What was understood but cannot be kept as it is: `reason` is a code, `body` the text."""

    organisation: str
    source: str
    received_us: int
    reason: str
    points: int
    body: bytes


class Sink(Protocol):
    """Where points become durable. Each call returns only after that, or raises `Refused`."""

    async def store(self, message: Message) -> None:
        """Store points."""

    async def quarantine(self, entry: Quarantined) -> None:
        """Store what must be looked at by a person."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What the owner of a token may do.

    `buckets` maps each permitted bucket to the beginning of its tag paths; None permits every
    bucket, whose name is then the beginning. `edge` restricts an agent to its own name.
    """

    organisation: str
    source: str
    rights: frozenset[str]
    buckets: Mapping[str, str] | None = None
    edge: str | None = None
    revoked: bool = False
    #: the names of the organisation that clients may give as `org`; none: any name is right
    names: frozenset[str] = field(default_factory=frozenset)


class Tokens(Protocol):
    """The tokens that were issued."""

    async def find(self, digest: str) -> Grant | None:
        """Return what a token permits, by the SHA-256 of it in hexadecimal; None if unknown.

        Raises `Unavailable` when that cannot be said now.
        """


class Sequences(Protocol):
    """Which batch of each edge was stored last."""

    async def last(self, organisation: str, edge: str) -> int | None:
        """Return the number of the last batch, or None before the first."""

    async def advance(self, organisation: str, edge: str, sequence: int) -> None:
        """Note that a batch was stored; numbers never go back."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What an organisation may send; None is without bound."""

    points_per_minute: int | None = None


class Quotas(Protocol):
    """The allowances of organisations."""

    async def find(self, organisation: str) -> Allowance:
        """Return what an organisation may send."""
