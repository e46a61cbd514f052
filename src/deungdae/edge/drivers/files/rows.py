"""Rows of a table to readings: pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from deungdae.records.readings import BadReading, Quality, Reading, TagPath, Value, finite, tag_path

Cell = str | float | bool | date | datetime | time | object


class Unreadable(ValueError):  # noqa: N818 - the word a reader would say
    """A row or cell that says nothing we understand."""


@dataclass(frozen=True)
class Columns:
    """Which column of a table means what."""

    prefix: TagPath
    time: str
    zone: ZoneInfo
    time_format: str | None
    texts: frozenset[str]
    tag: str | None  #: only in the layout "long"
    value: str | None  #: only in the layout "long"


class Header:
    """The columns of one file, found by their names; raises `Unreadable` if one is missing."""

    def __init__(self, columns: Columns, names: Sequence[Cell]) -> None:
        self._columns = columns
        found = [str(name).strip() for name in names]
        places: Mapping[str, int] = {name: place for place, name in enumerate(found)}
        wanted = [name for name in (columns.time, columns.tag, columns.value) if name is not None]
        missing = [name for name in wanted if name not in places]
        if missing:
            raise Unreadable(", ".join(missing))
        self._time = places[columns.time]
        self._long = columns.tag is not None
        self._tag = places[columns.tag] if columns.tag else 0
        self._value = places[columns.value] if columns.value else 0
        self._wide = [
            (place, name, self._path(name))
            for place, name in enumerate(found)
            if name and place != self._time and not self._long
        ]

    def readings(self, cells: Sequence[Cell]) -> Iterator[Reading | Unreadable]:
        """Yield a reading for each filled cell of a row, and an `Unreadable` for each odd one."""
        try:
            time_us = self._moment(cells[self._time] if self._time < len(cells) else "")
        except Unreadable as error:
            yield error
            return
        for place, name, path in self._cells(cells):
            cell = cells[place] if place < len(cells) else ""
            if cell is None or (isinstance(cell, str) and not cell.strip()):
                continue
            try:
                value = _value(cell, text=name in self._columns.texts)
                tag = path if isinstance(path, str) else self._path(name)
            except (Unreadable, BadReading) as error:
                yield Unreadable(str(error))
                continue
            kept, quality = finite(value, Quality.GOOD)
            yield Reading(tag, time_us, kept, quality)

    def _cells(self, cells: Sequence[Cell]) -> list[tuple[int, str, TagPath | None]]:
        if not self._long:
            return list(self._wide)
        name = str(cells[self._tag]).strip() if self._tag < len(cells) else ""
        return [(self._value, name, None)]

    def _path(self, name: str) -> TagPath:
        return tag_path(f"{self._columns.prefix}/{name}")

    def _moment(self, cell: Cell) -> int:
        try:
            if isinstance(cell, datetime):
                moment = cell
            elif self._columns.time_format is not None:
                moment = datetime.strptime(str(cell).strip(), self._columns.time_format)  # noqa: DTZ007
            else:
                moment = datetime.fromisoformat(str(cell).strip().replace("/", "-"))
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=self._columns.zone)
            since = moment.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
        except (ValueError, OverflowError) as error:
            raise Unreadable(str(cell)) from error
        return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _value(cell: Cell, *, text: bool) -> Value:
    if text:
        return str(cell)
    if isinstance(cell, bool):
        return cell
    if isinstance(cell, int | float):
        return float(cell)
    try:
        if not isinstance(cell, str) or "_" in cell:
            raise Unreadable(str(cell))
        return float(cell)
    except ValueError as error:
        raise Unreadable(str(cell)) from error
