"""Delimited text (CSV, TSV, semicolons, pipes) to a gathered table."""

import os
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import pyarrow as pa

from deungdae.records.errors import UnusableFile
from deungdae.tables import gathering, layout, limits, odd_rows, piece_columns
from deungdae.tables.finishing import Gathered
from deungdae.tables.gathering import GatheredColumn, Mode, Part, SetAsideRow
from deungdae.tables.layout import Layout
from deungdae.tables.naming import name_columns
from deungdae.tables.odd_rows import RowRules
from deungdae.tables.piece_columns import NO_DELIMITER, PieceColumns
from deungdae.tables.pieces import Piece, fields, split
from deungdae.tables.text_blocks import BLOCK, TextFile

DELIMITERS = ",;\t|"
_HEAD_RECORDS = 500
_HEAD_BYTES = 1 << 20
#: Threads that parse; more than this only wait for the memory.
_THREADS = 4


@dataclass(frozen=True)
class _Plan:
    """How the text is to be parsed, decided on its first records."""

    delimiter: str
    layout: Layout
    rules: RowRules
    modes: list[Mode]
    header_lines: tuple[int, ...]


def gather(text: TextFile, *, block: int = BLOCK) -> Gathered:
    """Read a text file; raise UnusableFile if there is no table in it.

    `block` is the number of bytes read at a time; the result does not depend on it.
    """
    plan = _plan(text, block)
    width = plan.layout.width
    columns = [GatheredColumn(mode) for mode in plan.modes]
    odd: list[SetAsideRow] = []
    rows_read = 0
    kept: list[pa.Array | None] = []
    for piece, parsed, part in _parts(text, plan, [c.mode for c in columns], block, columns):
        rows_read += len(piece)
        for column, array, mode in zip(columns, part.arrays, part.modes, strict=True):
            column.add(array, mode)
        odd.extend(_odd_rows(piece, parsed, part, plan))
        kept.append(pa.array(part.kept) if part.odd else None)
    _read_again(text, plan, columns, kept, block)
    names, repeated = name_columns(plan.layout.names, plan.layout.units)
    notes = layout.notes(plan.layout)
    if repeated:
        notes.add("duplicate_names")
    if text.undecodable:
        notes.add("undecodable_bytes")
    finished = [column.finished() for column in columns]
    facts: dict[str, object] = {
        "format": "csv",
        "delimiter": None if plan.delimiter == NO_DELIMITER else plan.delimiter,
        "header_rows": plan.header_lines,
    }
    assert len(finished) == width
    return Gathered(
        names, finished, odd, rows_read, notes, facts, comma_first=plan.delimiter == ";"
    )


def _plan(text: TextFile, block: int) -> _Plan:
    records: list[tuple[int, str]] = []
    size = 0
    for piece in split(text.blocks(block), DELIMITERS):
        for record in range(min(len(piece), _HEAD_RECORDS - len(records))):
            records.append((int(piece.lines[record]), piece.text(record)))
            size += len(records[-1][1])
            if size > _HEAD_BYTES:
                break
        if len(records) >= _HEAD_RECORDS or size > _HEAD_BYTES:
            break
    delimiter = _delimiter([record for _, record in records])
    rows = [fields(record, delimiter)[0] for _, record in records]
    width = layout.usual_width(rows) if delimiter != NO_DELIMITER else 1
    limits.check_columns(text.path.name, width)
    found = layout.find([row[:width] for row in rows], width)
    if found is None or found.first >= len(rows):
        raise UnusableFile(
            "“{file}” holds no table: a row of column names and at least one row of data below it "
            "are needed.",
            file=text.path.name,
        )
    body = [row for row in rows[found.first :] if len(row) == width]
    rules = odd_rows.learn(body, [rows[i] for i in found.header], found.typed)
    modes = gathering.first_modes([[row[j] for row in body] for j in range(width)], rules)
    return _Plan(delimiter, found, rules, modes, tuple(records[i][0] for i in found.header))


def _delimiter(records: Sequence[str]) -> str:
    """Choose the delimiter that cuts most records into the same number of fields."""
    best, best_score = NO_DELIMITER, 0.0
    for delimiter in DELIMITERS:
        widths = Counter(len(fields(record, delimiter)[0]) for record in records if record.strip())
        several = {width: count for width, count in widths.items() if width > 1}
        if not several:
            continue
        width = max(several, key=lambda w: (several[w] * w**0.5, w))
        share = several[width] / widths.total()
        score = share * (1 + 0.02 * min(width, 50))
        if several[width] < 2 and widths.total() > 3:
            continue
        if score > best_score:
            best, best_score = delimiter, score
    # Commas in a few sentences do not make a table of prose.
    return best if best_score >= 0.3 else NO_DELIMITER


def _body(text: TextFile, plan: _Plan, block: int) -> Iterator[Piece]:
    """Yield the pieces below the header."""
    skip = plan.layout.first
    for piece in split(text.blocks(block), plan.delimiter):
        if skip >= len(piece):
            skip -= len(piece)
            continue
        yield piece.after(skip)
        skip = 0


def _parts(
    text: TextFile,
    plan: _Plan,
    modes: list[Mode],
    block: int,
    columns: Sequence[GatheredColumn],
) -> Iterator[tuple[Piece, PieceColumns, Part]]:
    """Parse and type the pieces on several threads; yield them in order."""
    width = plan.layout.width

    def work(piece: Piece, modes: list[Mode]) -> tuple[Piece, PieceColumns, Part]:
        parsed = piece_columns.parse(piece, plan.delimiter, width)
        part = gathering.type_rows(parsed.columns, modes, plan.rules)
        return piece, PieceColumns([], parsed.records, parsed.broken), part

    if not text.gzipped and text.path.stat().st_size < block:
        # One piece needs no threads, and starting them takes longer than most files.
        for piece in _body(text, plan, block):
            yield work(piece, modes)
        return
    threads = max(1, min(_THREADS, os.cpu_count() or 1))
    waiting: deque[Future[tuple[Piece, PieceColumns, Part]]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        for piece in _body(text, plan, block):
            # The modes known now spare the thread attempts that have already failed.
            waiting.append(pool.submit(work, piece, [column.mode for column in columns]))
            if len(waiting) > threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _odd_rows(piece: Piece, parsed: PieceColumns, part: Part, plan: _Plan) -> Iterator[SetAsideRow]:
    for reason, rows in part.odd.items():
        for record in parsed.records[rows].tolist():
            yield SetAsideRow(int(piece.lines[record]), reason, piece.text(record))
    for record in parsed.broken.tolist():
        text = piece.text(record)
        reason = odd_rows.reason_of_broken(fields(text, plan.delimiter)[0], plan.rules)
        yield SetAsideRow(int(piece.lines[record]), reason, text)


def _read_again(
    text: TextFile,
    plan: _Plan,
    columns: list[GatheredColumn],
    kept: Sequence[pa.Array | None],
    block: int,
) -> None:
    """Fetch the texts of columns that turned out to be no clean numbers after some pieces."""
    again = [j for j, column in enumerate(columns) if column.must_be_read_again]
    if not again:
        return
    for j in again:
        columns[j] = GatheredColumn(Mode.TEXT)
    for piece, rows in zip(_body(text, plan, block), kept, strict=True):
        parsed = piece_columns.parse(piece, plan.delimiter, plan.layout.width, again)
        for j, array in zip(again, parsed.columns, strict=True):
            columns[j].add(array if rows is None else array.take(rows), Mode.TEXT)
