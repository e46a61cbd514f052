"""The next four weeks of a calendar, day by day, as the monitor works them out."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from deungdae.web.core.models import Organisation
from deungdae.web.floor import asking
from deungdae.web.floor.working import clock

WEEKS: Final = 4
WIDE: Final = 48 * 60  #: minutes of a production day that a band can show


@dataclass(frozen=True)
class Piece:
    """A stretch of a day's band, in minutes from the left; `kind` is work, break or extra."""

    x: int
    width: int
    kind: str
    shade: int


@dataclass
class Day:
    """One production day."""

    day: date
    pieces: list[Piece] = field(default_factory=list)
    shifts: list[str] = field(default_factory=list)  #: with their crews, in order
    note: str = ""  #: holiday, or the reason of an exception
    extra: bool = False

    @property
    def is_sunday(self) -> bool:
        """Whether a week ends here."""
        return self.day.weekday() == 6


@dataclass(frozen=True)
class Weeks:
    """The days, from which minute to which the bands reach, and what hindered."""

    days: Sequence[Day] = ()
    start: int = 0
    width: int = clock.DAY
    hours: float = 0.0  #: of planned work in all days
    problem: str = ""
    refused: bool = False  #: the problem is the calendar's, not the monitor's
    ticks: Sequence[tuple[int, str]] = ()

    @property
    def begins(self) -> str:
        """The time at the left of the bands."""
        return clock.written(self.start)

    @property
    def ends(self) -> str:
        """The time at their right."""
        return clock.written(self.start + self.width)


def look(organisation: Organisation, document: Mapping[str, Any], first: date) -> Weeks:
    """Return four weeks from a day on."""
    zone = ZoneInfo(str(document.get("time_zone") or "Asia/Seoul"))
    last = first + timedelta(days=7 * WEEKS)
    given = {
        "calendar": document,
        "start": _instant(first - timedelta(days=1), zone),
        "end": _instant(last + timedelta(days=2), zone),
    }
    heard = asking.ask(organisation, "periods", given)
    if heard.problem:
        return Weeks(problem=heard.problem, refused=not heard.away)
    told = heard.found if isinstance(heard.found, Mapping) else {}
    notes = {str(day): str(name) for day, name in (told.get("holidays") or {}).items()}
    for entry in document.get("exceptions") or ():
        if entry.get("reason"):
            notes[entry["day"]] = entry["reason"]
    return _drawn(told.get("periods") or (), first, last, zone, notes)


def planned(
    organisation: Organisation, document: Mapping[str, Any], first: date, last: date
) -> dict[tuple[date, str], tuple[int, int]]:
    """Return when each shift of the pattern begins and ends, by its day and name, in minutes.

    Those of the days before and after are there as well; nothing while the monitor is away.
    """
    zone = ZoneInfo(str(document.get("time_zone") or "Asia/Seoul"))
    given = {
        "calendar": document,
        "start": _instant(first - timedelta(days=1), zone),
        "end": _instant(last + timedelta(days=3), zone),
    }
    heard = asking.ask(organisation, "periods", given)
    told = heard.found if isinstance(heard.found, Mapping) else {}
    found: dict[tuple[date, str], tuple[int, int]] = {}
    for start_us, end_us, _working, day_text, shift, _crew, extra in told.get("periods") or ():
        if not extra:
            day = date.fromisoformat(str(day_text))
            start, end = (_minute(at, day, zone) for at in (start_us, end_us))
            known = found.get((day, shift), (start, end))
            found[day, shift] = min(known[0], start), max(known[1], end)
    return found


def _drawn(
    periods: Sequence[Any], first: date, last: date, zone: ZoneInfo, notes: Mapping[str, str]
) -> Weeks:
    by_day: dict[date, list[tuple[int, int, bool, str, str | None, bool]]] = defaultdict(list)
    for start_us, end_us, working, day_text, shift, crew, extra in periods:
        day = date.fromisoformat(str(day_text))
        if first <= day < last:
            start, end = (_minute(at, day, zone) for at in (start_us, end_us))
            by_day[day].append((start, end, working, shift, crew, extra))
    everything = [one for rows in by_day.values() for one in rows]
    start = min((one[0] for one in everything), default=8 * 60) // 60 * 60
    end = -(-max((one[1] for one in everything), default=17 * 60) // 60) * 60
    names = list(dict.fromkeys(one[3] for one in sorted(everything)))
    days = []
    for number in range((last - first).days):
        date_of = first + timedelta(days=number)
        one = Day(date_of, note=notes.get(date_of.isoformat(), ""))
        for a, b, working, shift, crew, extra in sorted(by_day[date_of], key=lambda p: p[:2]):
            kind = "extra" if extra and working else "work" if working else "break"
            one.pieces.append(Piece(a - start, b - a, kind, names.index(shift) % 3))
            one.extra |= extra
            said = f"{shift}\u00a0{crew}" if crew else shift
            if said not in one.shifts:
                one.shifts.append(said)
        days.append(one)
    step = 240 if end - start > 12 * 60 else 120
    ticks = [(at - start, clock.written(at)) for at in range(-(-start // step) * step, end, step)]
    worked = sum(one[1] - one[0] for one in everything if one[2])
    return Weeks(days, start, max(60, end - start), worked / 60, ticks=ticks)


def _instant(day: date, zone: ZoneInfo) -> int:
    moment = datetime.combine(day, time(), zone).astimezone(UTC)
    return int(moment.timestamp()) * 1_000_000


def _minute(time_us: int, day: date, zone: ZoneInfo) -> int:
    wall = datetime.fromtimestamp(time_us / 1e6, zone).replace(tzinfo=None)
    midnight = datetime.combine(day, time())
    return round((wall - midnight) / timedelta(minutes=1))
