"""The first rows of a file as they stand in it, to be shown beside what was made of them."""

from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pyarrow.parquet as pq
from python_calamine import CalamineError, CalamineWorkbook

from deungdae.records.errors import UnusableFile
from deungdae.tables import encodings, pieces, sniffing
from deungdae.tables.sniffing import Format
from deungdae.tables.text_blocks import TextFile

_MOST_COLUMNS = 200
_LONGEST_CELL = 200


@dataclass(frozen=True)
class RawRow:
    """One row of a file: its line (the first is 1) and the text of its cells."""

    line: int
    cells: tuple[str, ...]


def first_rows(
    path: Path, *, sheet: str | None = None, delimiter: str | None = None, count: int = 20
) -> list[RawRow]:
    """Return the first `count` rows, titles and header included; long rows and cells are cut.

    `sheet` and `delimiter` are those that `read` found. Rows of a Parquet file begin with its
    column names. Raises UnusableFile if the file can no longer be read.
    """
    head = sniffing.read_head(path)
    found = sniffing.identify(path, head)
    try:
        if found in (Format.XLSX, Format.XLS):
            rows = _of_workbook(path, sheet, count)
        elif found is Format.PARQUET:
            rows = _of_parquet(path, count)
        else:
            rows = _of_text(path, head, delimiter or ",", count, gzipped=found is Format.GZIP)
    except (OSError, ValueError, CalamineError) as error:
        raise UnusableFile("The first rows of “{file}” cannot be read.", file=path.name) from error
    return [RawRow(line, tuple(map(_cut, cells[:_MOST_COLUMNS]))) for line, cells in rows]


def _cut(cell: str) -> str:
    return cell if len(cell) <= _LONGEST_CELL else cell[:_LONGEST_CELL] + "…"


def _of_text(
    path: Path, head: bytes, delimiter: str, count: int, *, gzipped: bool
) -> list[tuple[int, list[str]]]:
    if gzipped:
        head = next(TextFile(path, "latin-1", gzipped=True).raw(sniffing.HEAD), b"")
    detected = encodings.detect(head, whole=len(head) < sniffing.HEAD)
    codec, certain = detected or ("utf-8", False)
    text = TextFile(path, codec, certain, gzipped)
    found: list[tuple[int, list[str]]] = []
    for piece in pieces.split(text.blocks(sniffing.HEAD), delimiter):
        for record in range(min(len(piece), count - len(found))):
            line = piece.text(record).lstrip("\ufeff")
            cells, _ = pieces.fields(line, delimiter)
            found.append((int(piece.lines[record]), cells))
        if len(found) >= count:
            break
    return found


def _of_workbook(path: Path, sheet: str | None, count: int) -> list[tuple[int, list[str]]]:
    with CalamineWorkbook.from_path(path) as book:
        name = sheet if sheet is not None else book.sheet_names[0]
        cells = book.get_sheet_by_name(name)
        start = cells.start or (0, 0)
        rows = list(islice(cells.iter_rows(), start[0] + count))
    # `iter_rows` begins at the first row of the sheet, whether it holds anything or not.
    return [
        (number + 1, [_shown(cell) for cell in row])
        for number, row in enumerate(rows)
        if number >= start[0]
    ]


def _shown(cell: object) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _of_parquet(path: Path, count: int) -> list[tuple[int, list[str]]]:
    file = pq.ParquetFile(path)
    names = [str(name) for name in file.schema_arrow.names][:_MOST_COLUMNS]
    found = [(0, names)]
    for batch in file.iter_batches(batch_size=count, columns=names):
        columns = [batch.column(i).to_pylist() for i in range(batch.num_columns)]
        for number in range(batch.num_rows):
            cells = ["" if c[number] is None else str(c[number]) for c in columns]
            found.append((number + 1, cells))
        break
    return found[: count + 1]
