"""The questions that these pages ask over the bus, and their answers as typed values.

Each raises `bus.Unavailable` when nobody answers now, and `bus.Refusal` for what makes no sense.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from deungdae import bus
from deungdae.web.core import line
from deungdae.web.core.models import Organisation
from deungdae.web.plant.operations.books import Sum
from deungdae.web.plant.operations.facts import Gap

SECONDS: Final = 10.0  #: that a page waits for an answer to begin
#: What a page that only looks takes for "not known now": nobody answers, or too much is asked.
AWAY: Final = (bus.Unavailable, bus.Refusal)


@dataclass(frozen=True)
class Newest:
    """What is known of the points of one source."""

    source: str
    tags: int
    newest_us: int
    received_of_newest_us: int
    last_received_us: int


@dataclass(frozen=True)
class Hour:
    """What the books say of one source and hour of receipt."""

    source: str
    hour_us: int
    sum: Sum
    replayed: int = 0


@dataclass(frozen=True)
class Group:
    """What is held of one source for one reason."""

    source: str
    reason: str
    entries: int
    points: int
    first_us: int
    last_us: int


@dataclass(frozen=True)
class Entry:
    """One thing that is held; `body` is the beginning of what came."""

    id: str
    source: str
    reason: str
    received_us: int
    points: int
    size: int  #: bytes of the whole
    body: bytes
    names: tuple[str, ...] = ()  #: of series in it that have no path of their own


@dataclass(frozen=True)
class Last:
    """The last point of a tag."""

    tag: str
    source: str
    time_us: int
    received_us: int
    flag: int


@dataclass(frozen=True)
class Moved:
    """A point as it is and as it would be."""

    tag: str
    time_us: int
    shifted_us: int
    received_us: int
    value: Any


@dataclass(frozen=True)
class Preview:
    """What a repair of the past would do."""

    points: int
    first_us: int | None
    last_us: int | None
    examples: tuple[Moved, ...]


@dataclass(frozen=True)
class Repair:
    """A repair of the past that was made."""

    id: int
    source: str
    prefix: str
    shift_us: int
    before_us: int
    points: int
    made_us: int
    undone_us: int | None


def history(
    organisation: Organisation, ask: str, seconds: float = SECONDS, **parameters: Any
) -> Any:
    """Ask the history and return the plain data of its answer."""
    question = bus.Question("history", ask, str(organisation.public_id), parameters, seconds)
    with line.ask(question) as answer:
        return answer.json()


def newest(organisation: Organisation) -> list[Newest]:
    """Return each source of which there is a point."""
    return [
        Newest(
            one["source"],
            one["tags"],
            one["newest"],
            one["received_of_newest"],
            one["last_received"],
        )
        for one in history(organisation, "sources")["sources"]
    ]


def hours(
    organisation: Organisation, start_us: int, end_us: int, source: str | None = None
) -> list[Hour]:
    """Return the books of a span of time, in the order of hours and sources."""
    given: dict[str, Any] = {"start": start_us, "end": end_us}
    if source is not None:
        given["source"] = source
    found = [
        Hour(
            one["source"],
            one["hour"],
            Sum(one["received"], one["stored"], one["quarantined"], one["duplicate"]),
            one.get("replayed", 0),
        )
        for one in history(organisation, "ledger", **given)["hours"]
    ]
    return sorted(found, key=lambda hour: (hour.hour_us, hour.source))


def groups(organisation: Organisation) -> list[Group]:
    """Return what waits in quarantine, by source and reason."""
    return [
        Group(
            one["source"], one["reason"], one["entries"], one["points"], one["first"], one["last"]
        )
        for one in history(organisation, "quarantine_groups")["groups"]
    ]


def entries(
    organisation: Organisation, source: str, reason: str, most: int, before: str | None = None
) -> tuple[list[Entry], str | None]:
    """Return what is held of a source for a reason, the newest first, and where to go on."""
    given: dict[str, Any] = {"source": source, "reason": reason, "limit": most}
    if before:
        given["before"] = before
    told = history(organisation, "quarantine", **given)
    found = [
        Entry(
            str(one["id"]),
            one["source"],
            one["reason"],
            one["received"],
            one["points"],
            one["bytes"],
            base64.b64decode(one["body"]),
            tuple(one.get("names") or ()),
        )
        for one in told["entries"]
    ]
    return found, told.get("next") if told.get("more") else None


def gaps(
    organisation: Organisation, tags: Sequence[str], start_us: int, end_us: int, expected_us: int
) -> list[Gap]:
    """Return the times in which no point of a tag came for longer than `expected_us`."""
    if not tags:
        return []
    told = history(
        organisation, "gaps", tags=list(tags), start=start_us, end=end_us, expected=expected_us
    )
    return [Gap(one["tag"], one["start"], one["end"]) for one in told["gaps"]]


def last(organisation: Organisation) -> list[Last]:
    """Return the last point of each tag."""
    return [
        Last(one["tag"], one["source"], one["time"], one["received"], one["flag"])
        for one in history(organisation, "latest")["points"]
    ]


def preview(
    organisation: Organisation, source: str, prefix: str, shift_us: int, before_us: int
) -> Preview:
    """Return what a repair of the past would do, with some points before and after."""
    told = history(
        organisation,
        "clock_preview",
        source=source,
        prefix=prefix,
        shift_us=shift_us,
        before_us=before_us,
    )
    examples = tuple(
        Moved(
            one["tag"],
            one["time_us"],
            one["shifted_us"],
            one["received_us"],
            one["text"] if one["value"] is None else one["value"],
        )
        for one in told["examples"]
    )
    return Preview(told["points"], told["first_us"], told["last_us"], examples)


def repairs(organisation: Organisation) -> list[Repair]:
    """Return the repairs of the past, the latest first."""
    found = [
        Repair(
            one["id"],
            one["source"],
            one["prefix"],
            one["shift_us"],
            one["before_us"],
            one["points"],
            one["made_us"],
            one["undone_us"],
        )
        for one in history(organisation, "clock_repairs")["repairs"]
    ]
    return sorted(found, key=lambda one: -one.made_us)
