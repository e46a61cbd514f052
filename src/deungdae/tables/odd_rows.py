"""Rows that are no data: empty ones, subtotals, headers that come again, notes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from deungdae.tables.layout import Row, is_value
from deungdae.tables.words import (
    LEADING_SUBTOTAL,
    LEADING_SUBTOTAL_RE,
    MISSING_SPELLINGS,
    NOTE_MARK,
    NOTE_MARK_RE,
    SUBTOTAL_WORDS,
    is_missing,
)

EMPTY, REPEATED_HEADER, SUBTOTAL, NOTE, RAGGED = (
    "empty",
    "repeated_header",
    "subtotal",
    "note_row",
    "ragged",
)
#: If more of the first rows than this hold a subtotal word in a column (or begin with one), the
#: words are ordinary values there. A small table may well be half sums.
USUAL_SHARE, USUAL_SHARE_LEADING = 0.3, 0.5

_MARKS = pa.array(MISSING_SPELLINGS)
_WORDS = pa.array(
    sorted(
        {form for w in SUBTOTAL_WORDS for form in (w, w.upper(), w.capitalize(), w.title())}
        | {"SubTotal", "Sub-Total"}
    )
)
_SENTENCE = r"[\s:：]|.{16}"


@dataclass(frozen=True)
class RowRules:
    """How to tell the odd rows of one table, found from its first rows.

    `headers` are its header lines; `typed` its columns of numbers or times; `subtotal_columns`
    those in which a subtotal word makes a subtotal; `leading` whether the first cell may.
    """

    headers: tuple[tuple[str, ...], ...]
    typed: tuple[bool, ...]
    subtotal_columns: frozenset[int]
    leading: bool


def learn(rows: Sequence[Row], headers: Sequence[Row], typed: Sequence[bool]) -> RowRules:
    """Make the rules of a table from its header lines and its first rows of data."""
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    count = max(3, len(rows))
    columns = frozenset(
        j
        for j in range(len(typed))
        if sum(1 for row in rows if j < len(row) and _is_subtotal_word(row[j]))
        <= USUAL_SHARE * count
    )
    leading = sum(1 for row in rows if LEADING_SUBTOTAL_RE.match(_first(row)))
    lines = tuple(tuple(cell.strip() for cell in line) for line in headers)
    return RowRules(
        tuple(line for line in lines if sum(map(bool, line)) > 1 or len(typed) == 1),
        tuple(typed),
        columns,
        leading <= USUAL_SHARE_LEADING * count,
    )


def tidy(texts: pa.Array) -> pa.Array:
    """Trim a column's texts and turn missing marks into nulls."""
    trimmed = pc.utf8_trim_whitespace(texts)
    return pc.if_else(pc.is_in(trimmed, value_set=_MARKS), pa.scalar(None, pa.string()), trimmed)


def find(
    columns: Sequence[pa.Array], suspects: Sequence[int], rules: RowRules
) -> dict[str, npt.NDArray[np.bool_]]:
    """Return the odd rows of some columns by reason; a row has one reason at most.

    `columns` are arrays of equal length; those of `suspects` are tidied strings, the others have
    nothing but numbers (or moments) and nulls.
    """
    count = len(columns[0])
    texts = {j: columns[j] for j in suspects}
    filled = np.zeros(count, np.int32)
    for column in columns:
        filled += 1 if not column.null_count else _array(pc.is_valid(column))
    found: dict[str, npt.NDArray[np.bool_]] = {}
    taken = np.zeros(count, np.bool_)
    for reason, mask in (
        (EMPTY, filled == 0),
        (REPEATED_HEADER, _repeated_headers(texts, rules, count)),
        (SUBTOTAL, _subtotals(columns, texts, rules, count)),
        (NOTE, _notes(texts, filled, rules, len(columns))),
    ):
        mask = mask & ~taken
        if mask.any():
            found[reason] = mask
            taken |= mask
    return found


def reason_of_broken(fields: Sequence[str], rules: RowRules) -> str:
    """Say why a row with the wrong number of fields is set aside."""
    cells = [cell.strip() for cell in fields]
    filled = [cell for cell in cells if not is_missing(cell)]
    if not filled:
        return EMPTY
    if any(_is_subtotal_word(cell) for cell in filled) or LEADING_SUBTOTAL_RE.match(filled[0]):
        return SUBTOTAL
    few = len(filled) == 1 or len(cells) <= max(1, len(rules.typed) // 3)
    if few and len(rules.typed) > 1 and NOTE_MARK_RE.match(filled[0]):
        return NOTE
    if len(cells) == 1 and len(rules.typed) > 2 and not is_value(cells[0]):
        return NOTE
    return RAGGED


def _first(row: Row) -> str:
    return next((cell.strip() for cell in row if not is_missing(cell)), "")


def _is_subtotal_word(text: str) -> bool:
    return text.strip().lower() in SUBTOTAL_WORDS


def _repeated_headers(
    texts: dict[int, pa.Array], rules: RowRules, count: int
) -> npt.NDArray[np.bool_]:
    found = np.zeros(count, np.bool_)
    for line in rules.headers:
        words = [(j, word) for j, word in enumerate(line) if word and not is_missing(word)]
        words = [(j, word) for j, word in words if j in texts or not is_value(word)]
        if not words or any(j not in texts for j, _ in words):
            continue
        rows = np.arange(count)
        for j, word in words:
            cells = texts[j].take(pa.array(rows)) if len(rows) < count else texts[j]
            rows = rows[_array(pc.equal(cells, word))]
            if not len(rows):
                break
        found[rows] = True
    return found


def _subtotals(
    columns: Sequence[pa.Array], texts: dict[int, pa.Array], rules: RowRules, count: int
) -> npt.NDArray[np.bool_]:
    found = np.zeros(count, np.bool_)
    for j, column in texts.items():
        if j in rules.subtotal_columns:
            found |= _array(pc.is_in(column, value_set=_WORDS))
    if not rules.leading:
        return found
    # Only the first cell with a value is looked at, so most columns are never touched.
    pending = np.ones(count, np.bool_)
    for j, column in enumerate(columns):
        here = pending & (_array(pc.is_valid(column)) if column.null_count else True)
        if j in texts and here.any():
            found |= here & _array(pc.match_substring_regex(column, LEADING_SUBTOTAL))
        pending &= ~here
        if not pending.any():
            break
    return found


def _notes(
    texts: dict[int, pa.Array], filled: npt.NDArray[np.int32], rules: RowRules, width: int
) -> npt.NDArray[np.bool_]:
    found = np.zeros(len(filled), np.bool_)
    alone = filled == 1
    if width < 3 or not alone.any():
        return found
    for j, column in texts.items():
        here = alone & _array(pc.is_valid(column))
        if not here.any():
            continue
        # A lone word where numbers belong is no value; elsewhere it must read like a sentence.
        pattern = rf"{NOTE_MARK}|{_SENTENCE}"
        cells = column.filter(pa.array(here))
        if rules.typed[j]:
            strange = np.array([not is_value(cell) for cell in cells.to_pylist()], np.bool_)
        else:
            strange = _array(pc.match_substring_regex(cells, pattern))
        found[np.flatnonzero(here)[strange]] = True
    return found


def _array(mask: pa.Array) -> npt.NDArray[np.bool_]:
    return np.asarray(pc.fill_null(mask, False), np.bool_)
