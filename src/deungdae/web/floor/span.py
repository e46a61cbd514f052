"""Which span of time a page of the past shows: a shift, a production day or a week.

`?span=shift&at=<beginning in microseconds>`, `?span=day&at=2026-11-22`, `?span=week&at=<last day>`;
without `at` it is the present one, or the last one there was.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from urllib.parse import urlencode

from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from deungdae.web.floor.shown.documents import Shift
from deungdae.web.floor.shown.durations import moment

SHIFT, DAY, WEEK = "shift", "day", "week"
KINDS: Final = (SHIFT, DAY, WEEK)
DAY_US: Final = 86_400_000_000
FIRST_DAY: Final = date(1900, 1, 1)  #: before it there is nothing to see, and no time to count from
#: Without any shift calendar the present span is so long.
FREE_US: Final = 8 * 3_600_000_000


@dataclass(frozen=True)
class Chosen:
    """A span, what it is called, and the addresses of its neighbours ("" where there is none)."""

    kind: str
    start_us: int
    end_us: int
    word: str
    before: str = ""
    after: str = ""
    shift: Shift | None = None
    until_us: int = 0  #: its end, or now, whichever comes first

    @property
    def running(self) -> bool:
        """Whether it lasts still."""
        return self.until_us < self.end_us


def kinds(chosen: Chosen) -> list[tuple[str, str, bool]]:
    """Return address, word and whether it is shown, for each kind of span."""
    words = {SHIFT: _("Shift"), DAY: _("Day"), WEEK: _("Week")}
    return [(_address(kind), words[kind], chosen.kind == kind) for kind in KINDS]


def choose(query: Mapping[str, str], shifts: Sequence[Shift], now_us: int) -> Chosen:
    """Return the span that an address asks for; what it says wrong is passed over.

    `shifts` are those of some weeks, in order.
    """
    kind = query.get("span", SHIFT)
    at = query.get("at", "")
    begun = [one for one in shifts if one.start_us <= now_us]
    if kind in (DAY, WEEK):
        return _days(kind, at, begun, now_us)
    return _shift(at, begun, now_us)


def _shift(at: str, shifts: Sequence[Shift], now_us: int) -> Chosen:
    if not shifts:
        start = now_us - FREE_US
        return Chosen(SHIFT, start, now_us, _("The last 8 hours"), until_us=now_us)
    starts = [one.start_us for one in shifts]
    wanted = int(at) if at.isascii() and at.isdecimal() and len(at) < 18 else starts[-1]
    place = starts.index(wanted) if wanted in starts else len(starts) - 1
    one = shifts[place]
    return Chosen(
        SHIFT,
        one.start_us,
        one.end_us,
        named(one),
        _address(SHIFT, str(starts[place - 1])) if place else "",
        _address(SHIFT, str(starts[place + 1])) if place + 1 < len(starts) else "",
        one,
        min(one.end_us, now_us),
    )


def _days(kind: str, at: str, shifts: Sequence[Shift], now_us: int) -> Chosen:
    today = _production_day(shifts, now_us)
    try:
        last = min(max(date.fromisoformat(at), FIRST_DAY), today)
    except ValueError:
        last = today
    first = last - timedelta(days=6 if kind == WEEK else 0)
    start, end = _bounds(first, shifts)[0], _bounds(last, shifts)[1]
    step = 7 if kind == WEEK else 1
    later = last + timedelta(days=step)
    word = _of_day(last)
    if kind == WEEK:
        word = _("%(first)s to %(last)s") % {"first": _of_day(first), "last": _of_day(last)}
    return Chosen(
        kind,
        start,
        end,
        word,
        _address(kind, (last - timedelta(days=step)).isoformat()),
        _address(kind, min(later, today).isoformat()) if last < today else "",
        None,
        max(min(end, now_us), start + 1),
    )


def _production_day(shifts: Sequence[Shift], now_us: int) -> date:
    """Return the day to which the present shift belongs, by the calendar of the machine."""
    for one in reversed(shifts):
        if one.end_us > now_us and one.day:
            return date.fromisoformat(one.day)
    return moment(now_us).date()


def _bounds(day: date, shifts: Sequence[Shift]) -> tuple[int, int]:
    """Return when a production day begins and ends: its shifts, or else from midnight on."""
    own = [one for one in shifts if one.day == day.isoformat()]
    zone = timezone.get_current_timezone()
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    start = min((one.start_us for one in own), default=int(midnight.timestamp() * 1e6))
    # A day is not over with the last shift that has begun.
    return start, max([start + DAY_US, *(one.end_us for one in own)])


def named(shift: Shift) -> str:
    """Return what a shift is called, with its day."""
    day = _of_day(date.fromisoformat(shift.day)) if shift.day else _of_day(moment(shift.start_us))
    return _("%(shift)s of %(day)s") % {"shift": shift.name, "day": day}


def _of_day(day: date) -> str:
    return date_format(day, "n월 j일" if translation.get_language() == "ko" else "j M")


def _address(kind: str, at: str = "") -> str:
    return "?" + urlencode({"span": kind} | ({"at": at} if at else {}))
