"""Which span of time a page of the past shows: a shift, a production day, a week, or chosen days.

`?span=shift&at=<beginning in microseconds>`, `?span=day&at=2026-11-22`, `?span=week&at=<last day>`;
without `at` it is the present one, or the last one there was. `?span=days&from=<day>&to=<day>`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final
from urllib.parse import urlencode

from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from deungdae.web.floor.days import Cut
from deungdae.web.floor.shown.documents import Shift
from deungdae.web.floor.shown.durations import moment

SHIFT, DAY, WEEK, DAYS = "shift", "day", "week", "days"
KINDS: Final = (SHIFT, DAY, WEEK)
MOST_DAYS: Final = 35  #: that can be chosen at once: a month, and the days to compare it with
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
    first: str = ""  #: the days of it, as the form of other days holds them
    last: str = ""
    today: str = ""
    problem: str = ""  #: why other days that were asked for are not shown

    @property
    def running(self) -> bool:
        """Whether it lasts still."""
        return self.until_us < self.end_us


def kinds(chosen: Chosen) -> list[tuple[str, str, bool]]:
    """Return address, word and whether it is shown, for each kind of span."""
    words = {SHIFT: _("Shift"), DAY: _("Day"), WEEK: _("Week")}
    return [(_address(kind), words[kind], chosen.kind == kind) for kind in KINDS]


def choose(
    query: Mapping[str, str], shifts: Sequence[Shift], now_us: int, cut: Cut | None = None
) -> Chosen:
    """Return the span that an address asks for; what it says wrong is passed over.

    Other days that cannot be shown are not: why stands in `problem`. `shifts` are those of some
    weeks, in order; `cut` is where days begin that no shift covers.
    """
    kind = query.get("span", SHIFT)
    at = query.get("at", "")
    begun = [one for one in shifts if one.start_us <= now_us]
    days = _Days(begun, now_us, cut or Cut())
    if kind in (DAY, WEEK):
        found = days.one(kind, at)
    elif kind == DAYS:
        first, last = query.get("from", "").strip(), query.get("to", "").strip()
        several, problem = days.several(first, last)
        found = several or replace(
            _shift("", begun, now_us), problem=problem, first=first, last=last
        )
    else:
        found = _shift(at, begun, now_us)
        on = found.shift.day if found.shift and found.shift.day else days.today.isoformat()
        found = replace(found, first=on, last=on)
    return replace(found, today=days.today.isoformat())


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


@dataclass(frozen=True)
class _Days:
    """Spans of whole production days."""

    shifts: Sequence[Shift]  #: that have begun
    now_us: int
    cut: Cut

    @property
    def today(self) -> date:
        """The day to which the present shift belongs, or else this moment."""
        for one in reversed(self.shifts):
            if one.end_us > self.now_us and one.day:
                return date.fromisoformat(one.day)
        return self.cut.day_of(self.now_us)

    def one(self, kind: str, at: str) -> Chosen:
        """Return a day, or the week that ends with it."""
        last = _date(at) or self.today
        last = min(max(last, FIRST_DAY), self.today)
        first = last - timedelta(days=6 if kind == WEEK else 0)
        step = 7 if kind == WEEK else 1
        later = min(last + timedelta(days=step), self.today)
        after = _address(kind, later.isoformat()) if last < self.today else ""
        before = _address(kind, (last - timedelta(days=step)).isoformat())
        return self._chosen(kind, first, last, before, after)

    def several(self, asked_first: str, asked_last: str) -> tuple[Chosen | None, str]:
        """Return the days that somebody chose; None and why where they cannot be shown."""
        first, last = _date(asked_first), _date(asked_last)
        if first is None or last is None:
            return None, _("Choose the first and the last day.")
        if last < first:
            return None, _("The last day lies before the first.")
        if first > self.today:
            return None, _("These days are still to come.")
        if last < FIRST_DAY:
            return None, _("Of days so long ago there is nothing.")
        first, last = max(first, FIRST_DAY), min(last, self.today)
        length = (last - first).days + 1
        if length > MOST_DAYS:
            return None, _("These are %(n)s days; at most %(most)s can be shown at once.") % {
                "n": f"{length:,}",
                "most": MOST_DAYS,
            }
        step = timedelta(days=length)
        end = min(last + step, self.today)
        after = _of_days(end - step + timedelta(days=1), end) if last < self.today else ""
        return self._chosen(DAYS, first, last, _of_days(first - step, last - step), after), ""

    def _chosen(self, kind: str, first: date, last: date, before: str, after: str) -> Chosen:
        start, end = self._begins(first), self._begins(last + timedelta(days=1))
        word = _of_day(last)
        if first != last:
            word = _("%(first)s to %(last)s") % {"first": _of_day(first), "last": word}
        until = max(min(end, self.now_us), start + 1)
        days = first.isoformat(), last.isoformat()
        return Chosen(kind, start, end, word, before, after, None, until, *days)

    def _begins(self, day: date) -> int:
        """Return when a day begins: at the cut, unless shifts reach over it on either side."""
        before = (day - timedelta(days=1)).isoformat()
        late = [one.end_us for one in self.shifts if one.day == before]
        early = [one.start_us for one in self.shifts if one.day == day.isoformat()]
        return min([max([self.cut.begins(day), *late]), *early])


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def named(shift: Shift) -> str:
    """Return what a shift is called, with its day."""
    day = _of_day(date.fromisoformat(shift.day)) if shift.day else _of_day(moment(shift.start_us))
    return _("%(shift)s of %(day)s") % {"shift": shift.name, "day": day}


def _of_day(day: date) -> str:
    korean = translation.get_language() == "ko"
    if day.year != timezone.localdate().year:
        return date_format(day, "Y년 n월 j일" if korean else "j M Y")
    return date_format(day, "n월 j일" if korean else "j M")


def _address(kind: str, at: str = "") -> str:
    return "?" + urlencode({"span": kind} | ({"at": at} if at else {}))


def _of_days(first: date, last: date) -> str:
    return "?" + urlencode({"span": DAYS, "from": first.isoformat(), "to": last.isoformat()})
