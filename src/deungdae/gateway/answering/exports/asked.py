"""What an export asks for, read from its question."""

from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from deungdae.bus.given import Given
from deungdae.gateway.answering.exports import local
from deungdae.reports.words import LANGUAGES

FORMATS: Final = ("csv", "parquet", "xlsx")
_EVER = 1 << 62


@dataclass(frozen=True)
class Wanted:
    """Tags of one organisation over a span, as points (`every` None) or in buckets."""

    organisation: str
    tags: tuple[str, ...]
    start: int
    end: int
    every: int | None
    origin: int


@dataclass(frozen=True)
class Export:
    """The same as a file for people: in whose time, language and units."""

    wanted: Wanted
    format: str
    zone: ZoneInfo
    language: str
    units: dict[str, str]


def wanted(organisation: str, given: Given, where: ZoneInfo | None = None) -> Wanted:
    """Read `{tags, start, end, every: µs | "raw" | null, origin?}`.

    Buckets begin at `origin`; without one at midnight `where`, or of UTC.
    """
    tags, (start, end) = given.tags(), given.span()
    every = None if given.takes("every", "raw") else given.length("every")
    midnight = 0 if where is None else local.midnight_us(start, where)
    first = given.whole("origin", -_EVER, _EVER, midnight)
    return Wanted(organisation, tuple(sorted(tags)), start, end, every, first)


def export(organisation: str, given: Given) -> Export:
    """Read the same with `{format, time_zone, language, units?}`; days begin at local midnight."""
    form = given.choice("format", FORMATS)
    where = local.zone(given.word("time_zone") or "Asia/Seoul")
    language = given.choice("language", tuple(LANGUAGES), "en")
    units = given.words("units")
    found = wanted(organisation, given, where)
    given.nothing_else()
    return Export(found, form, where, language, units)
