"""What comes out of a host's state machine: readings, events, commands, and what was refused."""

import json
from collections.abc import Hashable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from deungdae.records.readings import Reading


class Moment(NamedTuple):
    """Now: by the clock on the wall, and by one that never goes back."""

    utc_us: int
    steady_us: int


@dataclass(slots=True, frozen=True)
class Rules:
    """How a host behaves.

    absent_is_zero: some edges leave the number 0 out (as encoders of a later version of the
        format do). If True, a message without a number is number 0 when 0 is due; else it is
        unnumbered, as the standard says, and the 0 counts as missing.
    prefix: stands before the group in every tag, if there is one.
    """

    reorder_us: int = 2_000_000  #: the Reorder Timeout
    rebirth_every_us: int = 60_000_000  #: a node is asked for its birth no oftener than this
    reborn_us: int = 10_000_000  #: after its node's rebirth, a device has this long for its own
    absent_is_zero: bool = False
    prefix: str = ""
    most_nodes: int = 10_000
    most_metrics: int = 100_000  #: of one node and its devices
    most_held_bytes: int = 16 << 20  #: of one node's messages that wait for a missing one


class Kind(StrEnum):
    """What happened."""

    ONLINE = "online"  #: a birth came
    OFFLINE = "offline"  #: a death that counts came
    GAP = "gap"  #: `count` messages never came
    REPEATED = "repeated"  #: a number that had been there before
    UNNUMBERED = "unnumbered"  #: a message that must carry a number carries none
    OLD_DEATH = "old_death"  #: the death of an earlier session: nothing was done
    REBIRTH_ASKED = "rebirth_asked"  #: for the `reason`


@dataclass(slots=True, frozen=True)
class Event:
    """Something a person may want to know of a node, or of a device of it."""

    kind: Kind
    group: str
    edge: str
    device: str | None
    time_us: int
    count: int = 0
    reason: str = ""


@dataclass(slots=True, frozen=True)
class Refusal:
    """Metrics of one message that cannot be kept, for one reason.

    `payload` is a payload of these metrics alone; of a message that could not be read, all of it.
    """

    topic: str
    reason: str
    points: int
    payload: bytes

    def body(self) -> bytes:
        """Return what is set aside: one line of JSON with the topic, then the payload."""
        return json.dumps({"topic": self.topic}, ensure_ascii=False).encode() + b"\n" + self.payload


def refused_message(body: bytes) -> tuple[str, bytes]:
    """Return topic and payload of what `Refusal.body` wrote, to be received once more."""
    head, _, payload = body.partition(b"\n")
    return str(json.loads(head)["topic"]), payload


@dataclass(slots=True, frozen=True)
class Command:
    """A message to be published with QoS 0, not retained."""

    topic: str
    payload: bytes


@dataclass(slots=True)
class Outcome:
    """What one or several messages led to, in order.

    `settled` are the tickets of messages whose all is in here or was in an earlier outcome: once
    this is stored, they may be acknowledged.
    """

    readings: list[Reading] = field(default_factory=list)
    historical: list[Reading] = field(default_factory=list)  #: to be kept, but not the live value
    transient: list[Reading] = field(default_factory=list)  #: the live value, but not to be kept
    refused: list[Refusal] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    commands: list[Command] = field(default_factory=list)
    settled: list[Hashable] = field(default_factory=list)

    def add(self, other: "Outcome") -> None:
        """Append what came after."""
        self.readings += other.readings
        self.historical += other.historical
        self.transient += other.transient
        self.refused += other.refused
        self.events += other.events
        self.commands += other.commands
        self.settled += other.settled
