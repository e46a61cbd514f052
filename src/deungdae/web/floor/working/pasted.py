"""Plans pasted from a spreadsheet: machine, day, shift, count; a line each.

The shift may be left out. A first line of headings is passed over.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.utils.translation import gettext as _

from deungdae.web.floor.actions.plans import MOST_PARTS, Planned
from deungdae.web.floor.models import Asset

MOST_ERRORS: Final = 20
_DATE = re.compile(r"(?:(\d{4}|\d{2})\s*[-./년]\s*)?(\d{1,2})\s*[-./월]\s*(\d{1,2})\s*[일.]?$")
_COUNT = re.compile(r"\d{1,3}(,\d{3})+|\d+")


@dataclass(frozen=True)
class Read:
    """What was understood, and what was not: (line, sentence)."""

    plans: Sequence[Planned] = ()
    errors: Sequence[tuple[int, str]] = ()


def read(text: str, assets: Sequence[Asset], shifts: Sequence[str], today: date) -> Read:
    """Understand a pasted table. A date without a year is the one nearest to `today`."""
    named = _named(assets)
    plans, errors = [], []
    for number, raw in enumerate(text.splitlines(), 1):
        cells = _cells(raw)
        if not cells:
            continue
        if number == 1 and not any(character.isdigit() for character in cells[-1]):
            continue  # headings
        try:
            plans.append(_plan(cells, named, shifts, today))
        except ValueError as error:
            errors.append((number, str(error)))
    return Read(plans, errors[:MOST_ERRORS])


def _cells(raw: str) -> list[str]:
    # A spreadsheet's clipboard has tabs; what is typed may have commas or wide spaces.
    parts = raw.split("\t") if "\t" in raw else re.split(r";|,(?!\d{3}\b)|\s{2,}", raw)
    cells = [part.strip().strip('"') for part in parts]
    return cells if any(cells) else []


def _named(assets: Sequence[Asset]) -> Mapping[str, Any]:
    found: dict[str, Any] = {}
    for asset in assets:
        for name in {asset.name.casefold(), asset.path.casefold()} - {""}:
            # A name that two machines have is none of either.
            found[name] = None if name in found else asset
    return found


def _plan(
    cells: list[str], named: Mapping[str, Any], shifts: Sequence[str], today: date
) -> Planned:
    if len(cells) < 3:
        raise ValueError(_("There should be machine, day, shift and count."))
    name, day_text, count_text = cells[0], cells[1], cells[-1]
    shift = cells[2] if len(cells) > 3 else ""
    if name.casefold() not in named:
        raise ValueError(_("There is no line or machine called %(name)s.") % {"name": name[:60]})
    asset = named[name.casefold()]
    if asset is None:
        raise ValueError(
            _("Two are called %(name)s; write the beginning of its tags.") % {"name": name[:60]}
        )
    day = read_day(day_text, today)
    if day is None:
        raise ValueError(
            _("“%(text)s” is no day; write it as 2026-11-23.") % {"text": day_text[:30]}
        )
    if shift and shifts and shift not in shifts:
        raise ValueError(
            _("There is no shift %(shift)s; there are %(shifts)s.")
            % {"shift": shift[:40], "shifts": ", ".join(shifts)}
        )
    if not _COUNT.fullmatch(count_text) or int(count_text.replace(",", "")) > MOST_PARTS:
        raise ValueError(_("“%(text)s” is no number of parts.") % {"text": count_text[:30]})
    return Planned(asset, day, shift, int(count_text.replace(",", "")))


def read_day(text: str, today: date) -> date | None:
    """Return a day as people write it: 2026-11-23, 26.11.23, 11/23, 11월 23일; None otherwise."""
    found = _DATE.fullmatch(text.strip())
    if found is None:
        return None
    month, day = int(found[2]), int(found[3])
    try:
        if found[1]:
            year = int(found[1])
            return date(year if year > 99 else 2000 + year, month, day)
        near = [date(today.year + n, month, day) for n in (-1, 0, 1)]
    except ValueError:
        return None
    return min(near, key=lambda one: abs(one - today))
