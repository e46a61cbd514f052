"""What a machine offers, as rows in which a person chooses and names."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _

from deungdae.records.readings import BadReading
from deungdae.web.plant import naming, speech
from deungdae.web.plant.actions.tag_rows import Said
from deungdae.web.plant.forms.machines import MOST_UNIT
from deungdae.web.plant.machines import Kind
from deungdae.web.plant.models import Tag

MOST_ROWS: Final = 1500  #: that a machine is asked for, and that a form takes
GOOD: Final = 192
#: Kinds of which the name of a tag stands in `name`, for the address is the machine's own.
_NAMED: Final = ("mqtt", "modbus")


@dataclass
class Row:
    """One thing that a machine offers. `expected` is as it was typed, in seconds."""

    address: str
    name: str
    path: str = ""
    unit: str = ""
    expected: str = ""
    take: bool = False
    value: str = ""
    place: str = ""  #: where it stands among the machine's things
    kind: str = ""
    good: bool = True
    missing: bool = False  #: it was chosen, but the machine does not offer it now
    error: str = ""

    @property
    def said(self) -> Said:
        """What was typed of it."""
        seconds = float(self.expected) if self.expected else None
        return Said(self.path, self.unit, seconds, address=self.address)


def rows_of(
    found: Sequence[Mapping[str, Any]], kind: Kind, driver: Mapping[str, Any], below: str,
    tags: Iterable[Tag],
) -> list[Row]:  # fmt: skip
    """Return what was found as rows, with what was chosen and said before."""
    known = {tag.path: tag for tag in tags}
    chosen = {node["id"]: node["tag"] for node in driver.get("node", ())}
    usual = next((one.default for one in kind.options if one.name == "every_seconds"), None)
    interval = driver.get("every_seconds", usual)
    rows = []
    for one in found:
        address, name = str(one["address"]), str(one["name"])
        path = name if kind.code in _NAMED else address
        unit = one.get("unit") or _unit_in(str(one.get("kind", "")))
        rows.append(
            Row(
                address,
                name,
                path=chosen.get(address, "") if kind.browsed else path,
                unit=str(unit or "")[:MOST_UNIT],
                expected=f"{interval:g}" if interval else "",
                take=address in chosen,
                value=value_shown(one.get("value")),
                place=_place(one) if kind.browsed else "",
                kind=str(one.get("kind", "")),
                good=one.get("quality", GOOD) == GOOD,
            )
        )
    if kind.browsed:
        _propose(rows, found, below)
        there = {row.address for row in rows}
        rows += [
            Row(address, path.rpartition("/")[2], path=path, take=True, missing=True)
            for address, path in chosen.items()
            if address not in there
        ]
    for row in rows:
        tag = known.get(row.path)
        if tag is not None:
            row.unit = tag.unit or row.unit
            row.expected = f"{tag.expected_seconds:g}" if tag.expected_seconds else row.expected
    return rows


def _propose(rows: list[Row], found: Sequence[Mapping[str, Any]], below: str) -> None:
    words = [[*str(one.get("path") or "").split("/"), str(one["name"])] for one in found]
    words = [w[:-1] if len(w) > 1 and w[-1] == w[-2] else w for w in words]
    taken = {row.path for row in rows if row.path}
    new = [place for place, row in enumerate(rows) if not row.path]
    for place, path in zip(
        new, naming.proposals(below, [words[place] for place in new], taken), strict=True
    ):
        rows[place].path = path


def typed_rows(data: QueryDict, prefix: str, *, choosing: bool) -> list[Row]:
    """Return the rows as they were typed, each with what is wrong in it."""
    rows = []
    for number in range(MOST_ROWS + 500):
        start = f"row-{number}-"
        if f"{start}address" not in data:
            break
        row = Row(
            address=data[f"{start}address"][:500],
            name=data.get(f"{start}name", "")[:200],
            path=data.get(f"{start}path", "").strip(),
            unit=data.get(f"{start}unit", "").strip(),
            expected=data.get(f"{start}expected", "").strip().replace(",", "."),
            take=not choosing or f"{start}take" in data,
        )
        rows.append(row)
        if row.take:
            _check(row, prefix)
    if choosing:
        seen: set[str] = set()
        for row in rows:
            if row.take and row.path in seen:
                row.error = _("This name stands here twice.")
            seen.add(row.path if row.take else "")
    return rows


def _check(row: Row, prefix: str) -> None:
    try:
        row.path = naming.path_below(prefix, row.path)
    except BadReading as error:
        row.error = speech.words().say_message(error.message)
        return
    if len(row.unit) > MOST_UNIT or not row.unit.isprintable():
        row.error = _("The unit is too long.")
    try:
        row.expected = _seconds(row.expected)
    except ValidationError as error:
        row.error = " ".join(error.messages)


def _seconds(typed: str) -> str:
    if not typed:
        return ""
    try:
        seconds = float(typed)
    except ValueError:
        seconds = 0
    if not 0 < seconds <= 31_622_400:
        raise ValidationError(_("The interval is a number of seconds, more than 0."))
    return f"{seconds:g}"


def value_shown(value: Any) -> str:
    """Return a value as a page shows it."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int | float):
        return speech.words().number(value, digits=6)
    return str(value)[:80]


def _place(one: Mapping[str, Any]) -> str:
    """Return the folders in which something stands, without its own name."""
    words = str(one.get("path") or "").split("/")
    return " / ".join(words[:-1] if words[-1] == str(one["name"]) else words)


def _unit_in(kind: str) -> str:
    """Return the unit that a machine puts behind its word for the type, as in "float °C"."""
    return kind.partition(" ")[2]
