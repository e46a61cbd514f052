"""The shifts of a day, on which weekdays they are worked, and by which crew.

Minutes count from midnight of the production day; a shift that ends after the next midnight ends
after minute 1,440.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

DAY_MINUTES = 1_440
LONGEST_SHIFT = 16 * 60  #: minutes; beyond that a time was mistyped
OFF = ""  #: in a rotation: a day off


@dataclass(frozen=True)
class Shift:
    """One shift. `breaks` are (start, end), in minutes of the production day, inside it."""

    name: str
    start: int
    end: int
    breaks: tuple[tuple[int, int], ...] = ()

    def problems(self) -> list[str]:
        """Return what is wrong with it, in words; none when it can be worked."""
        found = []
        if not self.name.strip():
            found.append("a shift needs a name")
        if not 0 <= self.start < DAY_MINUTES:
            found.append(f"the shift {self.name} must begin within its day")
        if not 0 < self.end - self.start <= LONGEST_SHIFT:
            found.append(f"the shift {self.name} must last up to {LONGEST_SHIFT // 60} hours")
        before = self.start
        for start, end in self.breaks:
            if not before <= start < end <= self.end:
                found.append(f"the breaks of {self.name} must lie in it, one after another")
                break
            before = end
        return found


@dataclass(frozen=True)
class Rotation:
    """Who works which shift on which day, in a cycle of days.

    `cycle` holds the name of a shift (or `OFF`) for each day of the first crew's cycle; each next
    crew is `offset` days behind the crew before it. `first` is a day on which the first crew
    begins its cycle. Example, 4조3교대 with 주주석석야야휴휴: eight days, four crews, offset 2.
    """

    crews: tuple[str, ...]
    cycle: tuple[str, ...]
    offset: int
    first: date

    def crew(self, shift: str, day: date) -> str | None:
        """Return who works a shift on a day; None when nobody does."""
        at = (day - self.first).days
        for place, crew in enumerate(self.crews):
            if self.cycle[(at - place * self.offset) % len(self.cycle)] == shift:
                return crew
        return None


@dataclass(frozen=True)
class Pattern:
    """A week of shifts, or a rotation that knows no weekdays.

    `week` names the shifts of Monday to Sunday. With `on_holidays` false, nobody works on public
    holidays.
    """

    shifts: tuple[Shift, ...]
    week: tuple[tuple[str, ...], ...]
    on_holidays: bool = False
    rotation: Rotation | None = None
    by_name: Mapping[str, Shift] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {shift.name: shift for shift in self.shifts})

    def problems(self) -> list[str]:
        """Return what is wrong with it, in words; none when it can be worked."""
        found = [problem for shift in self.shifts for problem in shift.problems()]
        if len(self.by_name) != len(self.shifts):
            found.append("two shifts have the same name")
        if len(self.week) != 7:
            found.append("a week has seven days")
        named = {name for day in self.week for name in day}
        if self.rotation is not None:
            named |= set(self.rotation.cycle) - {OFF}
        if unknown := named - set(self.by_name):
            found.append(f"there is no shift {', '.join(sorted(unknown))}")
        if found:
            return found
        for day, next_day in itertools.pairwise((*self.week, self.week[0])):
            ordered = sorted((self.by_name[name] for name in day), key=lambda shift: shift.start)
            pairs = [(one, other) for one, other in itertools.pairwise(ordered)
                     if other.start < one.end]  # fmt: skip
            # A shift may reach into those of the next day, too.
            tomorrow = [self.by_name[name] for name in next_day]
            pairs += [(one, other) for one in ordered for other in tomorrow
                      if other.start + DAY_MINUTES < one.end]  # fmt: skip
            found += [f"the shifts {one.name} and {other.name} overlap" for one, other in pairs]
        return list(dict.fromkeys(found))

    def on(self, day: date, holidays: Sequence[date] | frozenset[date]) -> list[Shift]:
        """Return the shifts of a day, in their order."""
        if not self.on_holidays and day in holidays:
            return []
        shifts = [self.by_name[name] for name in self.week[day.weekday()]]
        if self.rotation is not None:
            shifts = [shift for shift in shifts if self.rotation.crew(shift.name, day) is not None]
        return sorted(shifts, key=lambda shift: shift.start)


def _clock(text: str) -> int:
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)


def _shift(name: str, start: str, end: str, *breaks: str) -> Shift:
    first, last = _clock(start), _clock(end)
    if last <= first:
        last += DAY_MINUTES

    def within(text: str) -> int:
        minute = _clock(text)
        return minute + DAY_MINUTES if minute < first else minute

    pairs = [text.split("-") for text in breaks]
    return Shift(name, first, last, tuple((within(a), within(b)) for a, b in pairs))


def _week(*names: str, saturday: bool = False, sunday: bool = False) -> tuple[tuple[str, ...], ...]:
    return (names,) * 5 + (names if saturday else (), names if sunday else ())


_DAY = _shift("주간", "08:30", "17:30", "12:30-13:30")
_DAY_12 = _shift("주간", "08:00", "20:00", "12:00-13:00", "17:00-17:30")
_NIGHT_12 = _shift("야간", "20:00", "08:00", "00:00-01:00", "05:00-05:30")
_THREE = (
    _shift("주간", "07:00", "15:00", "11:00-11:30"),
    _shift("석간", "15:00", "23:00", "18:00-18:30"),
    _shift("야간", "23:00", "07:00", "02:00-02:30"),
)
_MONDAY = date(2024, 1, 1)


def _around(
    shifts: tuple[Shift, ...],
    crews: str,
    cycle: Sequence[str],
    offset: int,
    *,
    saturday: bool = True,
    sunday: bool = True,
    on_holidays: bool = True,
) -> Pattern:
    names = tuple(shift.name for shift in shifts)
    rotation = Rotation(tuple(crews), tuple(cycle), offset, _MONDAY)
    week = _week(*names, saturday=saturday, sunday=sunday)
    return Pattern(shifts, week, on_holidays=on_holidays, rotation=rotation)


#: The usual patterns of Korean plants, to begin with; times and breaks are then made one's own.
PRESETS: dict[str, Pattern] = {
    "주간": Pattern((_DAY,), _week("주간")),
    # Two crews change between day and night each week; nobody works on Sundays.
    "2조2교대": _around(
        (_DAY_12, _NIGHT_12), "AB", ["주간"] * 7 + ["야간"] * 7, 7, sunday=False, on_holidays=False
    ),
    "3조2교대": _around((_DAY_12, _NIGHT_12), "ABC", ["주간", "주간", "야간", "야간", OFF, OFF], 2),
    "4조2교대": _around(
        (_DAY_12, _NIGHT_12),
        "ABCD",
        ["주간", "주간", OFF, OFF, "야간", "야간", OFF, OFF],
        2,
    ),
    "3조3교대": _around(
        _THREE,
        "ABC",
        ["주간"] * 7 + ["석간"] * 7 + ["야간"] * 7,
        7,
        sunday=False,
        on_holidays=False,
    ),
    "4조3교대": _around(
        _THREE,
        "ABCD",
        ["주간", "주간", "석간", "석간", "야간", "야간", OFF, OFF],
        2,
    ),
}
