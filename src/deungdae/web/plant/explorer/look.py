"""What an address of the history asks for: `tag` (several), and `span` or `from` and `to`.

A span such as `24h` ends now; `from` and `to` stay what they are. Times without an offset are of
the installation's time zone.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Self
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_datetime

MOST_TAGS: Final = 8
SHORTEST: Final = timedelta(seconds=10)
LONGEST: Final = timedelta(days=3660)
START: Final = "24h"
#: What the buttons offer; None begins at midnight.
SPANS: Final[dict[str, timedelta | None]] = {
    "1h": timedelta(hours=1),
    "8h": timedelta(hours=8),
    "today": None,
    "24h": timedelta(hours=24),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
    "1y": timedelta(days=365),
}
EARLIEST: Final = datetime(1900, 1, 2, tzinfo=timezone.get_fixed_timezone(0))
LATEST: Final = datetime(2199, 12, 30, tzinfo=timezone.get_fixed_timezone(0))


@dataclass(frozen=True)
class Look:
    """Tags and a span; `span` is "" where the span has a beginning and an end of its own."""

    tags: tuple[str, ...]
    start: datetime
    end: datetime
    span: str = ""

    @classmethod
    def of(cls, query: QueryDict, now: datetime) -> Self:
        """Read it from an address. What it says wrong is passed over."""
        tags = tuple(dict.fromkeys(t for t in query.getlist("tag") if 0 < len(t) <= 2100))
        tags = tags[:MOST_TAGS]
        start, end = _moment(query.get("from")), _moment(query.get("to"))
        if start is not None and end is not None and start < end:
            return cls(tags, *_bounded(start, end))
        span = query.get("span", START)
        return cls.lately(tags, span if span in SPANS else START, now)

    @classmethod
    def lately(cls, tags: tuple[str, ...], span: str, now: datetime) -> Self:
        """Return the span that ends now."""
        length = SPANS[span]
        local = timezone.localtime(now)
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
        start = midnight if length is None else local - length
        return cls(tags, min(start, local - SHORTEST), local, span)

    @property
    def start_us(self) -> int:
        """Its beginning in microseconds since 1970 UTC."""
        return int(self.start.timestamp() * 1e6)

    @property
    def end_us(self) -> int:
        """Its end in microseconds since 1970 UTC."""
        return int(self.end.timestamp() * 1e6)

    @property
    def length(self) -> timedelta:
        """How long it is."""
        return self.end - self.start

    def between(self, start: datetime, end: datetime) -> Self:
        """Return the same tags in a span of its own."""
        start, end = _bounded(start, end)
        return replace(self, start=start, end=end, span="")

    def moved(self, share: float) -> Self:
        """Return the span moved by a share of its length; a negative one goes back."""
        way = self.length * share
        return self.between(self.start + way, self.end + way)

    def scaled(self, factor: float) -> Self:
        """Return a span around the same middle, so many times as long."""
        middle, half = self.start + self.length / 2, min(self.length * factor, LONGEST) / 2
        return self.between(middle - half, middle + half)

    def with_tags(self, tags: Iterable[str]) -> Self:
        """Return the same span for other tags."""
        return replace(self, tags=tuple(dict.fromkeys(tags))[:MOST_TAGS])

    def query(self) -> str:
        """Return the address that shows the same again."""
        told = [("tag", tag) for tag in self.tags]
        if self.span:
            told.append(("span", self.span))
        else:
            told += [("from", _written(self.start)), ("to", _written(self.end))]
        return f"?{urlencode(told)}"


def _bounded(start: datetime, end: datetime) -> tuple[datetime, datetime]:
    start = min(max(start, EARLIEST), LATEST - SHORTEST)
    end = min(max(end, start + SHORTEST), LATEST, start + LONGEST)
    return timezone.localtime(start), timezone.localtime(end)


def _moment(text: str | None) -> datetime | None:
    try:
        found = parse_datetime(text or "")
    except ValueError:
        return None
    if found is not None and timezone.is_naive(found):
        found = timezone.make_aware(found)
    return found if found is None or EARLIEST.year <= found.year <= LATEST.year else None


def _written(moment: datetime) -> str:
    """Return a time as addresses have it: local, and with seconds only where they say something."""
    local = timezone.localtime(moment)
    return local.replace(tzinfo=None).isoformat(timespec="milliseconds").removesuffix(".000")
