"""Where the table is in the first rows of a file: titles, header lines, first row of data."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from deungdae.tables.units import as_unit
from deungdae.tables.words import NOTE_MARK_RE, is_cell_error, is_missing

Row = Sequence[str]
#: A merged range: first row, first column, last row, last column, counted from 0, all inclusive.
Merge = tuple[int, int, int, int]

_NUMBER = re.compile(
    r"[+\-\u2212]?\s*(?:\d[\d,. ]*|\.\d+)(?:[eE][+-]?\d+)?\s*(?:%|℃|°C|[A-Za-z]{1,3}|초|분)?$"
)
_TIME = re.compile(
    r"'?\d{2,4}\s*[-./년]\s*\d{1,2}\s*[-./월]\s*\d{1,4}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}|"
    r"(?:오전|오후)?\s*\d{1,2}:\d{2}|\d{6}[\s_-]\d{4,6}$"
)
_CELLS_LOOKED_AT = 60_000
_ROWS_SEARCHED = 40
_HEADER_LINES = 3


@dataclass(frozen=True)
class Layout:
    """The first rows of a table.

    `header` are the row numbers of the header lines, from 0 (empty: the table has none), `first`
    that of the first row below them; `names` are the header's words by column and line; `units`
    those of a line of units; `typed` tells which columns hold numbers or times.
    """

    width: int
    header: tuple[int, ...]
    first: int
    names: tuple[tuple[str, ...], ...]
    units: tuple[str | None, ...]
    typed: tuple[bool, ...]
    titles: int
    merged: bool = False


def find(rows: Sequence[Row], width: int, merges: Sequence[Merge] = ()) -> Layout | None:
    """Find the header among the first `rows` of a file; None if there is no table.

    A header row fills most columns that have data below, holds words where numbers or times
    stand below, and stands above every row that looks like data.
    """
    rows = [[cell.strip() for cell in row] for row in rows[: max(60, _CELLS_LOOKED_AT // width)]]
    filled = [i for i, row in enumerate(rows) if any(row)]
    if not filled or (len(filled) == 1 and not any(map(is_value, rows[filled[0]]))):
        return None
    typed = _typed_columns(rows, width)
    used = _used_columns(rows, width)
    data = _first_data_row(rows, typed, used)
    header = _header_rows(rows, data, used, merges)
    if header is None:
        first = data if data is not None else filled[0]
        # Nothing but data: the columns go by their numbers.
        return Layout(
            width,
            (),
            first,
            tuple(() for _ in range(width)),
            (None,) * width,
            typed,
            titles=sum(1 for i in filled if i < first),
        )
    header, unit_row = _units_line(rows, header)
    names, merged = _names(rows, header, width, merges)
    units = tuple(
        as_unit(_cell(rows[unit_row], j)) if unit_row is not None else None for j in range(width)
    )
    lines = (*header, unit_row) if unit_row is not None else header
    return Layout(
        width,
        lines,
        lines[-1] + 1,
        names,
        units,
        typed,
        titles=sum(1 for i in filled if i < lines[0]),
        merged=merged,
    )


def notes(layout: Layout) -> set[str]:
    """Return the codes of what a person should know about a layout."""
    found = set()
    if layout.titles:
        found.add("title_rows")
    if len(layout.header) > 1:
        found.add("two_line_header")
    if layout.merged:
        found.add("merged_cells")
    if not layout.header:
        found.add("no_header")
    return found


def is_value(text: str) -> bool:
    """Tell whether a cell is a number or a time."""
    text = text.strip()
    return bool(_NUMBER.match(text) or _TIME.match(text))


def _cell(row: Row, column: int) -> str:
    return row[column] if column < len(row) else ""


def _typed_columns(rows: Sequence[Row], width: int) -> tuple[bool, ...]:
    """Tell which columns hold numbers or times, by the rows of the lower two thirds."""
    lower = rows[len(rows) // 3 :] if len(rows) > 3 else rows[1:]
    typed = []
    for j in range(width):
        cells = [c for row in lower if (c := _cell(row, j)) and not is_missing(c)]
        cells = [c for c in cells if not is_cell_error(c)]
        values = sum(1 for c in cells if is_value(c))
        typed.append(bool(cells) and values >= 0.6 * len(cells))
    return tuple(typed)


def _used_columns(rows: Sequence[Row], width: int) -> tuple[bool, ...]:
    """Tell which columns have a cell in the lower two thirds."""
    lower = rows[len(rows) // 3 :] if len(rows) > 3 else rows
    used = tuple(any(_cell(row, j) for row in lower) for j in range(width))
    return used if any(used) else (True,) * width


def _first_data_row(rows: Sequence[Row], typed: Sequence[bool], used: Sequence[bool]) -> int | None:
    """Return the first row that holds values where the rows below do; None if none does."""
    columns = [j for j, is_typed in enumerate(typed) if is_typed]
    enough = max(1, sum(used) // 3)
    for i, row in enumerate(rows):
        cells = [c for j in columns if (c := _cell(row, j)) and not is_missing(c)]
        values = sum(1 for c in cells if is_value(c) and as_unit(c) is None)
        if values and values >= 0.6 * len(cells) and sum(map(bool, row)) >= enough:
            return i
    return None


def _header_rows(
    rows: Sequence[Row], data: int | None, used: Sequence[bool], merges: Sequence[Merge]
) -> tuple[int, ...] | None:
    """Return the header's rows: above the data, the row that names the most columns."""
    columns = [j for j, is_used in enumerate(used) if is_used]
    needed = max(1 if len(columns) == 1 else 2, 0.6 * len(columns))
    last = data if data is not None else len(rows) - 1
    best, most = None, -1
    for i in range(min(last, _ROWS_SEARCHED)):
        row = rows[i]
        if not any(row) or _is_note(row, len(columns)):
            continue
        fill = sum(1 for j in columns if not is_missing(_cell(row, j)))
        pair = _filled_from_above(rows, i, columns, needed, merges)
        words = sum(1 for j in columns if _is_word(_cell(row, j)))
        if (fill >= needed or pair) and words > most:
            best, most = i, words
            # Without values below, a fuller row further down may as well be data.
            if data is None or pair:
                break
    if best is not None:
        return _with_neighbours(rows, best, last, columns, merges)
    if data == 0 and any(_is_word(c) for j, c in enumerate(rows[0]) if _typed_below(rows, j)):
        return (0,)
    return _nearest_above(rows, data) if data is not None else None


def _nearest_above(rows: Sequence[Row], data: int) -> tuple[int, ...] | None:
    """Return the row above the data if it names at least two columns."""
    for i in range(data - 1, -1, -1):
        if any(rows[i]):
            return (i,) if sum(map(bool, rows[i])) >= 2 else None
    return None


def _typed_below(rows: Sequence[Row], column: int) -> bool:
    cells = [c for row in rows[1:50] if (c := _cell(row, column)) and not is_missing(c)]
    return bool(cells) and all(is_value(c) for c in cells)


def _is_word(text: str) -> bool:
    return bool(text) and not is_value(text) and not is_missing(text) and not is_cell_error(text)


def _is_note(row: Row, columns: int) -> bool:
    cells = [c for c in row if c]
    return columns > 2 and len(cells) == 1 and bool(NOTE_MARK_RE.match(cells[0]))


def _filled_from_above(
    rows: Sequence[Row], i: int, columns: Sequence[int], needed: float, merges: Sequence[Merge]
) -> bool:
    """Tell whether a thin row and the one below make up a header between them."""
    if i + 1 >= len(rows) or not _is_pair(rows, i, columns, merges):
        return False
    both = sum(1 for j in columns if _cell(rows[i], j) or _cell(rows[i + 1], j))
    return both >= needed and sum(1 for c in rows[i] if c) >= 2


def _with_neighbours(
    rows: Sequence[Row], i: int, last: int, columns: Sequence[int], merges: Sequence[Merge]
) -> tuple[int, ...]:
    """Widen a header row to the lines above and below that belong to it."""
    lines = [i]
    while (
        len(lines) < _HEADER_LINES
        and lines[-1] + 1 < last
        and (_is_pair(rows, lines[-1], columns, merges) or _is_units(rows[lines[-1] + 1]))
    ):
        lines.append(lines[-1] + 1)
    while (
        len(lines) < _HEADER_LINES
        and lines[0] > 0
        and _is_pair(rows, lines[0] - 1, columns, merges)
    ):
        lines.insert(0, lines[0] - 1)
    return tuple(lines)


def _is_pair(
    rows: Sequence[Row], upper: int, columns: Sequence[int], merges: Sequence[Merge]
) -> bool:
    """Tell whether row `upper` groups the columns that the row below names."""
    above, below = rows[upper], rows[upper + 1]
    if not any(above) or not any(below) or any(is_value(c) for c in below if c):
        return False
    if merges:
        return _merges_say_pair(upper, len(columns), merges)
    holes = [j for j in columns if not _cell(below, j)]
    if any(not _cell(above, j) for j in holes) or sum(1 for c in above if c) < 2:
        return False
    names = [c for c in below if c]
    groups = [
        j
        for j in columns
        if _cell(above, j) and _cell(below, j) and not _cell(above, j + 1) and _cell(below, j + 1)
    ]
    repeated = len(set(names)) < len(names)
    return bool(groups) and (bool(holes) or repeated)


def _merges_say_pair(upper: int, columns: int, merges: Sequence[Merge]) -> bool:
    for top, left, bottom, right in merges:
        across = top == bottom == upper and right > left and right - left + 1 < max(2, columns)
        down = top <= upper < bottom and left == right
        if across or down:
            return True
    return False


def _is_units(row: Row) -> bool:
    cells = [c for c in row if c and c not in "-"]
    return bool(cells) and all(as_unit(c) is not None for c in cells)


def _units_line(rows: Sequence[Row], header: tuple[int, ...]) -> tuple[tuple[int, ...], int | None]:
    if len(header) > 1 and _is_units(rows[header[-1]]):
        return header[:-1], header[-1]
    return header, None


def _names(
    rows: Sequence[Row], header: tuple[int, ...], width: int, merges: Sequence[Merge]
) -> tuple[tuple[tuple[str, ...], ...], bool]:
    """Return the header's words for each column, and whether groups had to be spread."""
    lines = [[_cell(rows[i], j) for j in range(width)] for i in header]
    spread = False
    for top, left, bottom, right in merges:
        for k, i in enumerate(header):
            if top <= i <= bottom and right > left and i == top:
                word = lines[k][left] if left < width else ""
                for j in range(left + 1, min(right + 1, width)):
                    lines[k][j] = word
                spread = spread or bool(word)
            elif top < i <= bottom and top in header:
                spread = True
    if not merges:
        for upper, below in pairwise(lines):
            spread = _spread(upper, below) or spread
    names = []
    for j in range(width):
        words: list[str] = []
        for line in lines:
            if line[j] and (not words or words[-1] != line[j]):
                words.append(line[j])
        names.append(tuple(words))
    return tuple(names), spread


def _spread(upper: list[str], below: Sequence[str]) -> bool:
    """Carry group names to the right over the columns that the next line names."""
    group = ""
    spread = False
    for j, word in enumerate(upper):
        if word:
            group = word if below[j] else ""
        elif group and below[j]:
            upper[j] = group
            spread = True
        else:
            group = ""
    return spread


def usual_width(rows: Sequence[Row]) -> int:
    """Return the number of fields that most rows with two or more have."""
    widths = Counter(len(row) for row in rows if len(row) > 1)
    if not widths:
        return 1
    return max(widths, key=lambda width: (widths[width] * (width**0.5), width))
