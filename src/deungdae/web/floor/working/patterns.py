"""A pattern of shifts as a form shows and takes it.

The form holds for each shift n: p{n}-name, p{n}-start, p{n}-end, p{n}-breaks, p{n}-d0 … p{n}-d6;
and on_holidays, rotates, crews, cycle, offset, first. The pattern is the JSON of
monitor.definitions: minutes count from midnight of the production day.
"""

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from django.utils.translation import gettext as _

from deungdae.web.floor.working import clock

MOST_SHIFTS: Final = 6
LONGEST: Final = 16 * 60
MOST_CYCLE: Final = 84
#: What people write for a day off in a cycle.
OFF_WORDS: Final = frozenset({"", "-", "·", "휴", "휴무", "비번", "off", "rest"})


@dataclass
class ShiftRow:
    """One shift as it is typed."""

    number: int
    name: str = ""
    start: str = ""
    end: str = ""
    breaks: str = ""
    days: tuple[bool, ...] = (False,) * 7
    error: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed."""
        return not (self.name or self.start or self.end or self.breaks)


@dataclass
class Typed:
    """A whole pattern as it is typed; `errors` stand above the form."""

    shifts: list[ShiftRow] = field(default_factory=list)
    on_holidays: bool = False
    rotates: bool = False
    crews: str = ""
    cycle: str = ""
    offset: str = "0"
    first: str = ""
    errors: list[str] = field(default_factory=list)
    pattern: dict[str, Any] | None = None  #: what it means, None while something is wrong


def shown(pattern: Mapping[str, Any]) -> Typed:
    """Return a whole pattern as the form shows it."""
    week = pattern["week"]
    rows = [
        ShiftRow(
            number,
            shift["name"],
            clock.written(shift["start"]),
            clock.written(shift["end"]),
            ", ".join(
                f"{clock.written(a)}-{clock.written(b)}" for a, b in shift.get("breaks") or ()
            ),
            tuple(shift["name"] in names for names in week),
        )
        for number, shift in enumerate(pattern["shifts"])
    ]
    turns = pattern.get("rotation")
    typed = Typed(_padded(rows), bool(pattern.get("on_holidays")))
    if turns:
        typed.rotates = True
        typed.crews = " ".join(turns["crews"])
        typed.cycle = " ".join(name or _("rest") for name in turns["cycle"])
        typed.offset = str(turns["offset"])
        typed.first = turns["first"]
    return typed


def _padded(rows: list[ShiftRow]) -> list[ShiftRow]:
    empty = [ShiftRow(n) for n in range(len(rows), min(MOST_SHIFTS, len(rows) + 1))]
    return rows + empty


def empty() -> Typed:
    """Return a form in which nothing is typed yet."""
    week = (True,) * 5 + (False, False)
    return Typed([ShiftRow(0, days=week), ShiftRow(1, days=week), ShiftRow(2, days=week)])


def taken(data: Mapping[str, str]) -> Typed:
    """Return what was typed, with what is wrong, and the pattern when nothing is."""
    rows = [
        ShiftRow(
            number,
            data.get(f"p{number}-name", "").strip()[:40],
            data.get(f"p{number}-start", "").strip()[:10],
            data.get(f"p{number}-end", "").strip()[:10],
            data.get(f"p{number}-breaks", "").strip()[:200],
            tuple(bool(data.get(f"p{number}-d{day}")) for day in range(7)),
        )
        for number in range(MOST_SHIFTS)
    ]
    typed = Typed(
        [row for row in rows if not row.is_empty],
        bool(data.get("on_holidays")),
        bool(data.get("rotates")),
        data.get("crews", "").strip()[:200],
        data.get("cycle", "").strip()[:1000],
        data.get("offset", "").strip()[:4],
        data.get("first", "").strip()[:10],
    )
    _understand(typed)
    typed.shifts = _padded(typed.shifts)
    return typed


def _understand(typed: Typed) -> None:
    shifts = [shift for row in typed.shifts if (shift := _shift(row)) is not None]
    if not typed.shifts:
        typed.errors.append(_("Write down one shift at least."))
    names = [row.name for row in typed.shifts]
    for row in typed.shifts:
        if names.count(row.name) > 1 and not row.error:
            row.error = _("Two shifts have the same name.")
    week = [
        [row.name for row in typed.shifts if row.days[day] and not row.error] for day in range(7)
    ]
    if typed.shifts and not any(week):
        typed.errors.append(_("No shift is worked on any day of the week: tick the days."))
    typed.errors += _overlaps(shifts, week)
    rotation = _rotation(typed, names) if typed.rotates else None
    if typed.errors or any(row.error for row in typed.shifts):
        return
    typed.pattern = {
        "shifts": shifts,
        "week": week,
        "on_holidays": typed.on_holidays,
        "rotation": rotation,
    }


def _shift(row: ShiftRow) -> dict[str, Any] | None:
    found, row.error = shift_of(row.name, row.start, row.end, row.breaks)
    return found


def shift_of(
    name: str, start_text: str, end_text: str, breaks_text: str
) -> tuple[dict[str, Any] | None, str]:
    """Return a shift as it is typed, or None and a sentence that says what is wrong."""
    start, end = clock.read(start_text), clock.read(end_text)
    if not name:
        return None, _("Give the shift a name.")
    if start is None or end is None or start == clock.DAY:
        return None, _("Write begin and end as times, such as 08:00 and 17:30.")
    if end <= start:
        end += clock.DAY  # it ends after midnight
    if end - start > LONGEST:
        return None, _("A shift lasts 16 hours at most.")
    breaks = clock.spans(breaks_text)
    if breaks is None:
        return None, _("Write breaks as 12:00-13:00, several with commas between.")
    placed = []
    for a, b in breaks:
        first = a + clock.DAY if a < start else a
        last = b + clock.DAY if b <= first - clock.DAY or b < first else b
        if not start <= first < last <= end:
            return None, _("The break %(span)s does not lie within the shift.") % {
                "span": f"{clock.written(a)}-{clock.written(b)}"
            }
        placed.append((first, last))
    placed.sort()
    if any(one[1] > other[0] for one, other in itertools.pairwise(placed)):
        return None, _("Two breaks overlap.")
    return {
        "name": name,
        "start": start,
        "end": end,
        "breaks": [list(each) for each in placed],
    }, ""


def _overlaps(shifts: list[dict[str, Any]], week: list[list[str]]) -> list[str]:
    by_name = {shift["name"]: shift for shift in shifts}
    found = set()
    for day, names in enumerate(week):
        today = sorted((by_name[n] for n in names if n in by_name), key=lambda s: s["start"])
        tomorrow = [by_name[n] for n in week[(day + 1) % 7] if n in by_name]
        pairs = list(itertools.pairwise(today))
        # A shift may reach into the first one of the next day, too.
        late = [
            (one, {**two, "start": two["start"] + clock.DAY}) for one in today for two in tomorrow
        ]
        for one, other in pairs + late:
            if other["start"] < one["end"]:
                found.add((one["name"], other["name"]))
    return [
        _("The shifts %(one)s and %(other)s overlap.") % {"one": one, "other": other}
        for one, other in sorted(found)
    ]


def _rotation(typed: Typed, names: list[str]) -> dict[str, Any] | None:
    crews = [crew for crew in re.split(r"[\s,/·]+", typed.crews) if crew]
    cycle = []
    for word in re.split(r"[\s,/]+", typed.cycle):
        if not word:
            continue
        if word.casefold() in OFF_WORDS:
            cycle.append("")
        elif word in names:
            cycle.append(word)
        else:
            typed.errors.append(
                _("“%(word)s” in the rotation is no shift. Write shifts, and 휴 for a day off.")
                % {"word": word[:40]}
            )
            return None
    if not crews or len(set(crews)) != len(crews) or len(crews) > 12:
        typed.errors.append(_("Name the crews, each once, such as A B C D."))
    if not cycle or len(cycle) > MOST_CYCLE:
        typed.errors.append(_("Write the rotation of the first crew day by day."))
    try:
        first = date.fromisoformat(typed.first)
    except ValueError:
        typed.errors.append(_("Say on which day the first crew begins its rotation."))
        return None
    if not typed.offset.lstrip("-").isdigit():
        typed.errors.append(_("Say by how many days each crew follows the one before."))
    if typed.errors:
        return None
    return {
        "crews": crews,
        "cycle": cycle,
        "offset": int(typed.offset),
        "first": first.isoformat(),
    }


def summary(pattern: Mapping[str, Any] | None) -> str:
    """Return a pattern in a few words: its shifts with their times, and how many crews."""
    if not pattern:
        return ""
    shifts = ", ".join(
        f"{shift['name']} {clock.written(shift['start'])}–{clock.written(shift['end'])}"
        for shift in pattern.get("shifts", ())
    )
    turns = pattern.get("rotation")
    if not turns:
        return shifts
    return _("%(shifts)s · %(n)s crews in turn") % {"shifts": shifts, "n": len(turns["crews"])}
