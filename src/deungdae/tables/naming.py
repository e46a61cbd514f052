"""Names of columns: unique, with the unit that stands in the header taken out of it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from deungdae.tables.units import split_unit

_HANGUL = re.compile(r"[가-힣]")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True)
class ColumnName:
    """A column's unique name, its words as they stand in the file, and its unit."""

    name: str
    header: str
    unit: str | None


def name_columns(
    words: Sequence[Sequence[str]], units: Sequence[str | None]
) -> tuple[tuple[ColumnName, ...], bool]:
    """Name the columns by the words of their header lines; say whether any name stood twice.

    A header of one line keeps its words as they are ("온도(℃)"), so that a person finds the column
    by what the file says. In a header of several lines the units are left out of the name
    ("온도(℃)" over "상" gives "온도 상"). A column without words is called by its number.
    """
    numbered = "열" if any(_HANGUL.search(w) for lines in words for w in lines) else "column"
    taken: set[str] = set()
    repeated = False
    columns = []
    for position, (lines, unit) in enumerate(zip(words, units, strict=True), start=1):
        plain = [_SPACE.sub(" ", line).strip() for line in lines]
        parts = [split_unit(line) for line in plain]
        found = unit or next((u for _, u in reversed(parts) if u), None)
        wanted = plain[0] if len(plain) == 1 else " ".join(name for name, _ in parts)
        wanted = wanted[:200].strip() or f"{numbered} {position}"
        name, again = wanted, 1
        while name.casefold() in taken:
            again += 1
            name = f"{wanted} ({again})"
            repeated = repeated or bool(plain)
        taken.add(name.casefold())
        columns.append(ColumnName(name, " / ".join(plain), found))
    return tuple(columns), repeated
