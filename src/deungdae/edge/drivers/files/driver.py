"""Watches a folder. What was read stays read, also over a restart: the place in each file is kept
in the same transaction as its readings.
"""

import csv
import hashlib
import json
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from threading import Event
from typing import Any

from python_calamine import CalamineError, load_workbook

from deungdae.edge import clock
from deungdae.edge.drivers import DriverFailed, Found, Sink
from deungdae.edge.drivers.files.rows import Cell, Columns, Header, Unreadable
from deungdae.edge.losses import Loss
from deungdae.records.messages import Message, message
from deungdae.records.readings import BadReading, Reading, shown

SLICE = 1000  #: readings kept at once
MOST_RECORD_BYTES = 1 << 20
MOST_XLSX_BYTES = 256 << 20  #: of a workbook, unpacked
HEAD_BYTES = 1024  #: by which a file is recognised


@dataclass(frozen=True)
class Watch:
    """Where to look, how often, and how text files are written."""

    folder: Path
    pattern: str
    encoding: str
    delimiter: str
    every_seconds: float
    settle_seconds: float


class Driver:
    """Reads every file of a folder once, and what is added at its end later."""

    def __init__(self, watch: Watch, columns: Columns) -> None:
        self._watch = watch
        self._columns = columns
        self._seen: dict[Path, tuple[int, int]] = {}  # size and time of change when last read

    def browse(self, most: int) -> Iterator[Found]:
        """Yield the columns of the newest file with the values of its first row."""
        files = self._files()
        if not files:
            raise DriverFailed("There is no file {file}.", file=str(self._pattern()))
        try:
            rows = _xlsx(files[-1]) if _is_xlsx(files[-1]) else self._csv_rows(files[-1])
            if not self._columns.time:
                yield from _columns(rows[0], rows[1] if len(rows) > 1 else (), most)
                return
            header = Header(self._columns, rows[0])
        except (Unreadable, BadReading, IndexError, OSError) as error:
            raise DriverFailed(
                "The header of {file} is not understood: {why}", file=files[-1].name, why=str(error)
            ) from error
        for row in rows[1 : 2 if self._columns.tag is None else most]:
            for item in header.readings(row):
                if isinstance(item, Reading):
                    yield Found(item.tag, item.tag, item.value, type(item.value).__name__)

    def run(self, sink: Sink, stop: Event) -> None:
        """Look through the folder every few seconds until stopped."""
        while not stop.is_set():
            problem: Message | None = None
            for path in self._files():
                if stop.is_set():
                    return
                try:
                    problem = self._read(path, sink) or problem
                except OSError as error:
                    problem = _trouble(path, error)
            sink.note(problem)
            stop.wait(self._watch.every_seconds)

    def _pattern(self) -> Path:
        return self._watch.folder / self._watch.pattern

    def _files(self) -> list[Path]:
        found = self._watch.folder.glob(self._watch.pattern)
        # Excel keeps a lock file beside an open workbook.
        files = [path for path in found if path.is_file() and not path.name.startswith("~$")]
        return sorted(files, key=lambda path: (path.stat().st_mtime_ns, path.name))

    def _read(self, path: Path, sink: Sink) -> Message | None:
        state = path.stat()
        mark = (state.st_size, state.st_mtime_ns)
        settled = clock.now_us() - mark[1] // 1000 >= self._watch.settle_seconds * 1e6
        if self._seen.get(path) == mark:
            return None
        reader = self._workbook if _is_xlsx(path) else self._table
        try:
            done, problem = reader(path, sink, settled)
        except (Unreadable, BadReading) as error:
            done, problem = settled, _trouble(path, error)
        if done:
            self._seen[path] = mark
        return problem

    # CSV

    def _table(self, path: Path, sink: Sink, settled: bool) -> tuple[bool, Message | None]:
        key = path.relative_to(self._watch.folder).as_posix()
        with path.open("rb") as file:
            place = _place(sink.bookmark(key))
            if place["head"] != _digest(file.read(place["bytes"])):
                place = _place(None)  # another file under an old name
            file.seek(0)
            first = next(_records(file, 0, whole=settled), None)
            if first is None:
                return settled, None
            start = place["offset"] or first[0]
            file.seek(0)
            head = file.read(min(first[0], HEAD_BYTES))
            kept = {"head": _digest(head), "bytes": len(head)}
            header = Header(self._columns, self._cells(first[1]))
            file.seek(start)
            waiting: list[Reading] = []
            end, odd, last = start, 0, b""
            for end, record in _records(file, start, whole=settled):
                for item in self._items(header, record):
                    if isinstance(item, Unreadable):
                        odd, last = odd + 1, record
                    else:
                        waiting.append(item)
                if len(waiting) + odd >= SLICE:
                    self._keep(sink, waiting, odd, {key: json.dumps({"offset": end, **kept})})
                    waiting, odd = [], 0
            if end != place["offset"]:
                self._keep(sink, waiting, odd, {key: json.dumps({"offset": end, **kept})})
            file.seek(0, 2)
            return end == file.tell(), _unread(path, last)

    def _items(self, header: Header, record: bytes) -> Iterable[Reading | Unreadable]:
        try:
            cells = self._cells(record)
        except (ValueError, csv.Error) as error:
            return [Unreadable(str(error))]
        return header.readings(cells) if cells else []

    def _cells(self, record: bytes) -> Sequence[Cell]:
        if len(record) > MOST_RECORD_BYTES:
            raise Unreadable("line")
        try:
            text = record.decode(self._watch.encoding).strip("\r\n")
        except UnicodeDecodeError as error:
            raise Unreadable(self._watch.encoding) from error
        return next(csv.reader([text], delimiter=self._watch.delimiter, strict=True), [])

    def _csv_rows(self, path: Path) -> list[Sequence[Cell]]:
        with path.open("rb") as file:
            records = list(islice(_records(file, 0, whole=True), 200))
        return [self._cells(record) for _, record in records]

    # XLSX

    def _workbook(self, path: Path, sink: Sink, settled: bool) -> tuple[bool, Message | None]:
        if not settled:
            return False, None  # somebody may still be writing it
        key = path.relative_to(self._watch.folder).as_posix()
        rows = _xlsx(path)
        if not rows:
            return True, None
        header = Header(self._columns, rows[0])
        place = _place(sink.bookmark(key))
        start = place["offset"]
        if not 1 <= start <= len(rows) or place["head"] != _digest_rows(rows[:start]):
            start = 1
        waiting: list[Reading] = []
        odd, last = 0, ""
        for row in rows[start:]:
            for item in header.readings(row):
                if isinstance(item, Unreadable):
                    odd, last = odd + 1, str(item)
                else:
                    waiting.append(item)
        if start < len(rows):
            mark = {"offset": len(rows), "head": _digest_rows(rows), "bytes": 0}
            # In one transaction: half a workbook has no place that could be found again.
            self._keep(sink, waiting, odd, {key: json.dumps(mark)})
        return True, _unread(path, last.encode())

    def _keep(self, sink: Sink, readings: list[Reading], odd: int, mark: dict[str, str]) -> None:
        sink.take(readings, mark)
        if odd:
            now = clock.now_us()
            sink.lose(Loss.UNREADABLE, odd, now, now)


def _columns(names: Sequence[Cell], cells: Sequence[Cell], most: int) -> Iterator[Found]:
    for place, name in enumerate(names[:most]):
        cell = cells[place] if place < len(cells) else None
        value = None if cell in (None, "") else str(cell)
        yield Found(str(name), str(name), value, type(cell).__name__)


def _is_xlsx(path: Path) -> bool:
    return path.suffix.lower() == ".xlsx"


def _xlsx(path: Path) -> list[Sequence[Cell]]:
    try:
        with zipfile.ZipFile(path) as package:
            if sum(part.file_size for part in package.infolist()) > MOST_XLSX_BYTES:
                raise Unreadable("size")
        return load_workbook(path).get_sheet_by_index(0).to_python()  # type: ignore[return-value]
    except (CalamineError, zipfile.BadZipFile) as error:
        raise Unreadable(str(error)) from error


def _records(file: Any, offset: int, *, whole: bool) -> Iterator[tuple[int, bytes]]:
    """Yield (offset behind it, bytes) of each complete record; one in quotes may span lines."""
    record, quotes = b"", 0
    while line := file.readline(MOST_RECORD_BYTES):
        record += line
        quotes += line.count(b'"')
        offset += len(line)
        if not line.endswith(b"\n") and len(record) <= MOST_RECORD_BYTES:
            break
        if quotes % 2 and len(record) <= MOST_RECORD_BYTES:
            continue
        yield offset, record
        record, quotes = b"", 0
    if record and whole:
        yield offset, record


def _place(text: str | None) -> dict[str, Any]:
    nothing = {"offset": 0, "head": _digest(b""), "bytes": 0}
    return nothing if text is None else json.loads(text)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:32]


def _digest_rows(rows: Sequence[Sequence[Cell]]) -> str:
    return _digest(repr([[str(cell) for cell in row] for row in rows]).encode())


def _trouble(path: Path, error: Exception) -> Message:
    return message(
        "{file} cannot be read: {why}",
        file=path.name,
        why=shown(str(error) or type(error).__name__),
    )


def _unread(path: Path, last: bytes) -> Message | None:
    if not last:
        return None
    return message(
        "{file} holds something that is not understood: {text}",
        file=path.name,
        text=shown(last.decode("utf-8", "replace").strip()),
    )
