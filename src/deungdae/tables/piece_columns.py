"""One piece of delimited text to columns of strings, and the rows whose fields do not fit."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as pacsv

from deungdae.tables.pieces import Piece, fields
from deungdae.tables.words import MISSING_SPELLINGS

#: Stands for "no delimiter": a control sign made for separating, absent from real text.
NO_DELIMITER = "\x1f"

_MISSING = frozenset(MISSING_SPELLINGS)


@dataclass(frozen=True)
class PieceColumns:
    """The columns of a piece: strings, null for missing marks.

    `records` are the numbers of the records (in the piece) that the rows come from; `broken` are
    the numbers of the records that have more or fewer fields than the table has columns.
    """

    columns: list[pa.Array]
    records: npt.NDArray[np.int64]
    broken: npt.NDArray[np.int64]


def parse(
    piece: Piece, delimiter: str, width: int, include: list[int] | None = None
) -> PieceColumns:
    """Parse a piece; `include` names the wanted columns by number, all if None."""
    wanted = list(range(width)) if include is None else include
    if not piece.odd_quotes:
        parsed = _parse_fast(piece, delimiter, width, wanted)
        if parsed is not None:
            return parsed
    return parse_record_by_record(piece, delimiter, width, wanted)


def _parse_fast(piece: Piece, delimiter: str, width: int, wanted: list[int]) -> PieceColumns | None:
    """Parse with Arrow; None if it saw other records than `piece` says there are."""
    names = [str(j) for j in range(width)]
    broken: list[tuple[int | None, str]] = []

    def note(row: pacsv.InvalidRow) -> str:
        broken.append((row.number, row.text))
        return "skip"

    try:
        table = pacsv.read_csv(
            pa.BufferReader(piece.data),
            pacsv.ReadOptions(
                use_threads=False, block_size=len(piece.data) + 1, column_names=names
            ),
            pacsv.ParseOptions(
                delimiter=delimiter,
                ignore_empty_lines=False,
                newlines_in_values=True,
                invalid_row_handler=note,
            ),
            pacsv.ConvertOptions(
                column_types={name: pa.string() for name in names},
                include_columns=[names[j] for j in wanted],
                null_values=MISSING_SPELLINGS,
                strings_can_be_null=True,
                check_utf8=False,
            ),
        )
    except pa.ArrowInvalid:
        return None
    if table.num_rows + len(broken) != len(piece):
        return None
    numbers = np.array([(number or 0) - 1 for number, _ in broken], np.int64)
    for number, (_, text) in zip(numbers.tolist(), broken, strict=True):
        if number < 0 or piece.text(number) != text:
            return None
    kept = np.delete(np.arange(len(piece)), numbers) if len(numbers) else np.arange(len(piece))
    # The whole piece was one block, so each column is one array (none if every row is broken).
    columns = [c.chunk(0) if c.num_chunks else pa.array([], pa.string()) for c in table.columns]
    return PieceColumns(columns, kept, numbers)


def parse_record_by_record(
    piece: Piece, delimiter: str, width: int, wanted: list[int]
) -> PieceColumns:
    """Parse in plain Python: for pieces with stray quotes, and to check the fast way against."""
    cells: list[list[str | None]] = [[] for _ in wanted]
    kept: list[int] = []
    broken: list[int] = []
    for record in range(len(piece)):
        text = piece.text(record)
        parts, _ = fields(text, delimiter)
        if not text:
            parts = [""] * width
        if len(parts) != width:
            broken.append(record)
            continue
        kept.append(record)
        for column, j in zip(cells, wanted, strict=True):
            column.append(None if parts[j] in _MISSING else parts[j])
    columns = [pa.array(column, pa.string()) for column in cells]
    return PieceColumns(columns, np.array(kept, np.int64), np.array(broken, np.int64))
