"""What is known of one source of data at one moment: plain values, from wherever they came.

Times are microseconds since 1970-01-01 UTC. None means that it is not known, never that it is 0.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

from django.utils.translation import get_language

from deungdae.records.messages import Message
from deungdae.reports.words import LANGUAGES, SOURCE, Words

#: What an agent says in words: a sentence with its values apart, or as an older one said it.
Told: TypeAlias = Message | str


class Kind(StrEnum):
    """What sends the data."""

    AGENT = "agent"  #: an edge agent of ours
    PROGRAM = "program"  #: whoever writes with a token: Telegraf, a client of InfluxDB
    GROUP = "group"  #: a Sparkplug group
    OTHER = "other"  #: somebody of whom only the points are known


@dataclass(frozen=True)
class Driver:
    """One machine as an agent tells of it. `lag_us` is how far its times lie behind the agent's."""

    name: str
    kind: str = ""
    taken: int = 0
    last_us: int | None = None
    problem: Told = ""
    lag_us: int | None = None


@dataclass(frozen=True)
class Loss:
    """What an agent could not keep, for one reason, since it began."""

    source: str
    reason: str
    readings: int
    first_us: int
    last_us: int


@dataclass(frozen=True)
class Report:
    """What an agent last told of itself."""

    seen_us: int
    version: str = ""
    host: str = ""
    link: str = ""
    waiting: int = 0
    waiting_bytes: int = 0
    oldest_us: int | None = None
    losses: tuple[Loss, ...] = ()
    clock_error_us: int | None = None
    drivers: tuple[Driver, ...] = ()
    applied: int | None = None
    refused: tuple[int, tuple[tuple[str, Told], ...]] | None = None  #: number, and what is wrong
    refusal: Told = ""  #: why the gateway did not take its last batch


@dataclass(frozen=True)
class Gap:
    """A time without points of one tag."""

    tag: str
    start_us: int
    end_us: int

    @property
    def length_us(self) -> int:
        """How long it is."""
        return self.end_us - self.start_us


@dataclass(frozen=True)
class Facts:
    """One source at one moment."""

    source: str
    name: str
    kind: Kind
    place: str = ""  #: its address part, see `gathering`
    site: str = ""
    created_us: int | None = None
    revoked_us: int | None = None
    joined: bool = True
    wanted: int | None = None  #: number of the configuration that it is to apply
    report: Report | None = None
    tags: int | None = None
    newest_us: int | None = None  #: time of its newest point
    delay_us: int | None = None  #: by how much that point came later than its time says
    last_received_us: int | None = None
    held_points: int | None = None
    held_entries: int | None = None
    missing: int | None = None  #: points of the last day that are not accounted for
    gaps: tuple[Gap, ...] | None = None  #: of the last day; None: nobody said how often it speaks


def report_of(
    seen_us: int,
    document: Mapping[str, Any],
    *,
    clock_error_us: int | None = None,
    refusal: Any = None,
) -> Report:
    """Read what an agent told of itself, and what the gateway noted of it.

    Another version of the agent may tell more or less; what is odd is left out.
    """
    refused = document.get("refused")
    if clock_error_us is None:
        clock_error_us = _number(document.get("clock_error_us"))
    return Report(
        seen_us,
        _text(document.get("version")),
        _text(document.get("host")),
        _text(document.get("link")),
        _number(document.get("waiting")) or 0,
        _number(document.get("waiting_bytes")) or 0,
        _number(document.get("oldest_us")),
        tuple(_loss(one) for one in _objects(document.get("losses"))),
        clock_error_us,
        tuple(_driver(one) for one in _objects(document.get("drivers"))),
        _number(document.get("applied")),
        _refused(refused) if isinstance(refused, Mapping) else None,
        told_of(refusal),
    )


def _loss(told: Mapping[str, Any]) -> Loss:
    times = (_number(told.get("first_us")) or 0, _number(told.get("last_us")) or 0)
    count = _number(told.get("readings")) or 0
    return Loss(_text(told.get("source")), _text(told.get("reason")), count, *times)


def _driver(told: Mapping[str, Any]) -> Driver:
    return Driver(
        _text(told.get("name")),
        _text(told.get("kind")),
        _number(told.get("taken")) or 0,
        _number(told.get("last_us")),
        told_of(told.get("problem")),
        _number(told.get("source_lag_us")),
    )


def _refused(told: Mapping[str, Any]) -> tuple[int, tuple[tuple[str, Told], ...]]:
    problems = _objects(told.get("problems"))
    return _number(told.get("number")) or 0, tuple(
        (_text(one.get("where")).removeprefix("[[driver]] "), told_of(one.get("what")))
        for one in problems
    )


def told_of(told: Any) -> Told:
    """Return the sentence that plain data holds; "" without one."""
    if isinstance(told, Mapping):
        values = told.get("values")
        given = values if isinstance(values, Mapping) else {}
        plain = {
            str(name): value
            for name, value in given.items()
            if isinstance(value, str | int | float)
        }
        return Message(_text(told.get("template")), plain)
    return _text(told)


def plain(told: Told) -> Any:
    """Return a sentence as plain data, such as `told_of` takes."""
    if isinstance(told, Message):
        return {"template": told.template, "values": dict(told.values)}
    return told


def say(told: Told) -> str:
    """Say a sentence of an agent in the reader's language."""
    if not isinstance(told, Message):
        return told
    language = (get_language() or SOURCE).split("-")[0]
    words = Words(language if language in LANGUAGES else SOURCE)
    try:
        return words.say_message(told)
    except (KeyError, ValueError, IndexError):
        return told.template  # an agent of another version may leave a value out


def _objects(told: Any) -> list[Mapping[str, Any]]:
    return [one for one in told if isinstance(one, Mapping)] if isinstance(told, list) else []


def _text(told: Any) -> str:
    return told if isinstance(told, str) else ""


def _number(told: Any) -> int | None:
    if isinstance(told, bool) or not isinstance(told, int | float) or abs(told) > 1 << 62:
        return None
    return int(told)
