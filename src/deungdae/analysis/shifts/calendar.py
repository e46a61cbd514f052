"""The calendar of one line: versions of its pattern, exceptions, and the periods that follow.

A version holds from its first day until the next one's, so that history keeps the calendar that was
valid then. A shift belongs to the production day on which it begins, its part after midnight too.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from deungdae.analysis.shifts.days import public_holidays
from deungdae.analysis.shifts.patterns import DAY_MINUTES, Pattern, Shift

_DAY = timedelta(days=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_US = timedelta(microseconds=1)


class UnusableCalendar(ValueError):  # noqa: N818
    """A calendar that cannot be worked; the sentence says why."""


@dataclass(frozen=True)
class Version:
    """A pattern, and the production day from which it holds."""

    since: date
    pattern: Pattern


@dataclass(frozen=True)
class Closed:
    """A day, or one shift of it, on which nobody works against the pattern."""

    day: date
    shift: str | None = None
    reason: str = ""


@dataclass(frozen=True)
class Extra:
    """Work beside the pattern: overtime (잔업), or a shift on a day off (특근).

    It may lengthen a shift of the pattern, of its own day or of the night before: where both cover
    the same minutes, those count once, as the pattern's.
    """

    day: date
    work: Shift
    reason: str = ""


class Period(NamedTuple):
    """A stretch of a shift, in microseconds UTC; `working` is False for a break.

    `extra` tells overtime and work on days off from the pattern's.
    """

    start_us: int
    end_us: int
    working: bool
    day: date
    shift: str
    crew: str | None
    extra: bool


@dataclass(frozen=True)
class Calendar:
    """When one line is meant to work.

    `day_cut` is the minute of the day at which a production day begins, for what no shift covers.
    `country` is whose public holidays count; None for none.

    Raises UnusableCalendar for a pattern that cannot be worked, and for two versions of one day.
    """

    versions: tuple[Version, ...]
    time_zone: str = "Asia/Seoul"
    day_cut: int = 8 * 60
    exceptions: tuple[Closed | Extra, ...] = ()
    country: str | None = "KR"

    def __post_init__(self) -> None:
        problems = [problem for version in self.versions for problem in version.pattern.problems()]
        for entry in self.exceptions:
            if isinstance(entry, Extra):
                problems += entry.work.problems()
        if not self.versions:
            problems.append("a calendar needs a version")
        if len({version.since for version in self.versions}) != len(self.versions):
            problems.append("two versions begin on the same day")
        if not 0 <= self.day_cut < DAY_MINUTES:
            problems.append("the day is cut within the day")
        if problems:
            raise UnusableCalendar("; ".join(problems))
        ordered = sorted(self.versions, key=lambda version: version.since)
        object.__setattr__(self, "versions", tuple(ordered))

    def pattern(self, day: date) -> Pattern | None:
        """Return the pattern that was valid on a production day; None before the first."""
        at = bisect_right([version.since for version in self.versions], day)
        return self.versions[at - 1].pattern if at else None

    def production_day(self, time_us: int) -> date:
        """Return the production day of an instant: that of its shift, else by the day's cut."""
        for period in self.periods(time_us, time_us + 1):
            return period.day
        local = (_EPOCH + time_us * _US).astimezone(ZoneInfo(self.time_zone))
        return (local.replace(tzinfo=None) - timedelta(minutes=self.day_cut)).date()

    def periods(self, start_us: int, end_us: int) -> list[Period]:
        """Return the periods of all shifts between two instants, in order, cut at both.

        None overlaps another: of two shifts the pattern's comes before extra work, then the one
        of the earlier day, as where a night still lasts when another version begins.
        """
        zone = ZoneInfo(self.time_zone)
        first = (_EPOCH + start_us * _US).astimezone(zone).date() - 2 * _DAY
        last = (_EPOCH + end_us * _US).astimezone(zone).date() + _DAY
        days = [first + n * _DAY for n in range((last - first).days + 1)]
        taken: dict[date, list[tuple[int, int]]] = {}
        found = []
        for of_day in (self._of_pattern, self._beside):
            for day, shift in ((each, shift) for each in days for shift in of_day(each, zone)):
                near = [pair for n in (-1, 0, 1) for pair in taken.get(day + n * _DAY, ())]
                for period in shift:
                    for a, b in _without(period.start_us, period.end_us, near):
                        start, end = max(a, start_us), min(b, end_us)
                        if start < end:
                            found.append(period._replace(start_us=start, end_us=end))
                taken.setdefault(day, []).append((shift[0].start_us, shift[-1].end_us))
        return sorted(found)

    def _of_pattern(self, day: date, zone: ZoneInfo) -> Iterator[list[Period]]:
        """Yield the periods of each shift of the pattern on a day."""
        pattern = self.pattern(day)
        closed = [e for e in self.exceptions if isinstance(e, Closed) and e.day == day]
        if pattern is None or any(entry.shift is None for entry in closed):
            return
        holidays = public_holidays(self.country, day.year) if self.country else {}
        names = {entry.shift for entry in closed}
        for shift in pattern.on(day, frozenset(holidays)):
            if shift.name not in names:
                crew = pattern.rotation.crew(shift.name, day) if pattern.rotation else None
                yield _periods(shift, day, zone, crew, extra=False)

    def _beside(self, day: date, zone: ZoneInfo) -> Iterator[list[Period]]:
        """Yield the periods of each piece of extra work of a day."""
        for entry in self.exceptions:
            if isinstance(entry, Extra) and entry.day == day:
                yield _periods(entry.work, day, zone, None, extra=True)


def busy_us(periods: Sequence[Period]) -> int:
    """Return the planned busy time: working periods without breaks, in microseconds."""
    return sum(period.end_us - period.start_us for period in periods if period.working)


def _periods(
    shift: Shift, day: date, zone: ZoneInfo, crew: str | None, *, extra: bool
) -> list[Period]:
    return [
        Period(
            _instant(day, a, zone), _instant(day, b, zone), working, day, shift.name, crew, extra
        )
        for a, b, working in _pieces(shift)
    ]


def _pieces(shift: Shift) -> Iterator[tuple[int, int, bool]]:
    at = shift.start
    for start, end in shift.breaks:
        if at < start:
            yield at, start, True
        yield start, end, False
        at = end
    if at < shift.end:
        yield at, shift.end, True


def _without(start: int, end: int, taken: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    left = [(start, end)]
    for a, b in taken:
        left = [
            piece
            for low, high in left
            for piece in ((low, min(high, a)), (max(low, b), high))
            if piece[0] < piece[1]
        ]
    return left


def _instant(day: date, minute: int, zone: ZoneInfo) -> int:
    # By the clock on the wall: a night in which the clocks change is an hour longer or shorter.
    wall = datetime.combine(day, time()) + timedelta(minutes=minute)
    return (wall.replace(tzinfo=zone) - _EPOCH) // _US
