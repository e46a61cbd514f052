"""How a machine's time is cut into frames: shifts, and the time between two, day by day."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from deungdae.analysis.shifts import Calendar

DAY_US = 86_400_000_000
REACH_US = 2 * DAY_US  #: a shift that overlaps a time begins and ends this near to it
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Shift(NamedTuple):
    """One shift of one production day; `working` are its periods without the breaks."""

    day: str
    name: str
    crew: str | None
    start_us: int
    end_us: int
    working: tuple[tuple[int, int], ...]
    share: float = 1.0  #: of the planned time of its production day
    part: float = 1.0  #: of the planned time of the work of which it is a piece
    planned_as: str = ""  #: what a plan calls that work, where it has another name itself

    def planned(self, until_us: int | None = None) -> float:
        """Return its planned busy time so far, in seconds."""
        end = self.end_us if until_us is None else until_us
        return sum(max(0, min(b, end) - a) for a, b in self.working) / 1e6


class Bounds(NamedTuple):
    """A frame's beginning and end, and its shift, None between two shifts."""

    start_us: int
    end_us: int
    shift: Shift | None


def shifts(calendar: Calendar | None, start_us: int, end_us: int) -> list[Shift]:
    """Return the shifts that overlap a time, whole and in order.

    Extra work that goes on behind a shift of the pattern is another shift then, of another name:
    each has its own time, counts and figures.
    """
    if calendar is None:
        return []
    pieces: list[Shift] = []
    for period in calendar.periods(start_us - REACH_US, end_us + REACH_US):
        key = period.day.isoformat(), period.shift
        work = ((period.start_us, period.end_us),) if period.working else ()
        last = pieces[-1] if pieces else None
        if last is None or last[:2] != key:
            pieces.append(Shift(*key, period.crew, period.start_us, period.end_us, work))
        else:
            pieces[-1] = last._replace(end_us=period.end_us, working=last.working + work)
    days: dict[str, float] = {}
    works: dict[tuple[str, str], list[Shift]] = {}
    for shift in pieces:
        days[shift.day] = days.get(shift.day, 0.0) + shift.planned()
        works.setdefault(shift[:2], []).append(shift)
    every = [
        shift._replace(
            name=shift.name if not place else f"{shift.name} ({place + 1})",
            share=shift.planned() / days[shift.day] if days[shift.day] else 1.0,
            part=_part(shift, mine),
            planned_as=shift.name if place else "",
        )
        for mine in works.values()
        for place, shift in enumerate(mine)
    ]
    ordered = sorted(every, key=lambda shift: shift.start_us)
    return [shift for shift in ordered if shift.start_us < end_us and shift.end_us > start_us]


def _part(shift: Shift, pieces: list[Shift]) -> float:
    whole = sum(each.planned() for each in pieces)
    return shift.planned() / whole if len(pieces) > 1 and whole else 1.0


def frames(calendar: Calendar | None, start_us: int, end_us: int, time_zone: str) -> list[Bounds]:
    """Return the frames that overlap a time, whole, in order and without holes."""
    zone = ZoneInfo(calendar.time_zone if calendar is not None else time_zone)
    # One more shift on both sides, so that the time between two has its own edges.
    around = shifts(calendar, start_us - 3 * DAY_US, end_us + 3 * DAY_US)
    found: list[Bounds] = []
    at = start_us - 3 * DAY_US
    for shift in around:
        begins = max(shift.start_us, at)  # a shift that overlaps the one before begins with its end
        if begins >= shift.end_us:
            continue
        found += _days(at, begins, zone)
        found.append(Bounds(begins, shift.end_us, shift))
        at = shift.end_us
    found += _days(at, max(at, end_us + 3 * DAY_US), zone)
    return [one for one in found if one.start_us < end_us and one.end_us > start_us]


def _days(start_us: int, end_us: int, zone: ZoneInfo) -> Iterator[Bounds]:
    """Yield a time cut at each midnight."""
    at = start_us
    while at < end_us:
        local = (_EPOCH + timedelta(microseconds=at)).astimezone(zone)
        midnight = datetime.combine(local.date() + timedelta(days=1), datetime.min.time(), zone)
        until = min(end_us, (midnight - _EPOCH) // timedelta(microseconds=1))
        yield Bounds(at, until, None)
        at = until
