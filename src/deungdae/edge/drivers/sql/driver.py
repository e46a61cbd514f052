"""Asks a database for rows beyond the last one; the place is kept with their readings."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import islice
from threading import Event
from typing import Any
from zoneinfo import ZoneInfo

from deungdae.edge import clock
from deungdae.edge.drivers import DriverFailed, DriverMissing, Found, Sink
from deungdae.edge.losses import Loss
from deungdae.records.messages import message
from deungdae.records.readings import (
    BadReading,
    Quality,
    Reading,
    TagPath,
    Value,
    finite,
    shown,
    tag_path,
)

PLACE = "after"  #: the bookmark's key
SLICE_ROWS = 500


@dataclass(frozen=True)
class Query:
    """What is asked, and which column means what."""

    url: str
    text: str
    cursor: str
    cursor_type: str
    start: str
    time: str
    zone: ZoneInfo
    prefix: TagPath
    texts: frozenset[str]
    every_seconds: float

    def bound(self, place: str) -> int | float | str | datetime:
        """Return a kept place as the database compares it; raises `ValueError`."""
        if self.cursor_type == "text":
            return place
        if self.cursor_type == "time":
            return datetime.fromisoformat(place)
        return float(place) if "." in place else int(place)

    def readings(self, row: Mapping[str, Any], now: int) -> Iterator[Reading | None]:
        """Yield a reading for each column with a value, `None` for one that is not understood."""
        moment = row[self.time]
        try:
            time_us = self._moment(moment)
        except (TypeError, ValueError):
            yield None
            return
        for name, cell in row.items():
            if name in (self.time, self.cursor) or cell is None:
                continue
            try:
                value, quality = finite(_value(cell, text=name in self.texts), Quality.GOOD)
                yield Reading(tag_path(f"{self.prefix}/{name}"), time_us, value, quality, now)
            except (TypeError, ValueError, BadReading):
                yield None

    def _moment(self, told: Any) -> int:
        if isinstance(told, str):
            told = datetime.fromisoformat(told)
        if not isinstance(told, datetime):
            raise TypeError
        aware = told if told.tzinfo is not None else told.replace(tzinfo=self.zone)
        since = aware.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
        return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


class Driver:
    """Reads one query."""

    def __init__(self, query: Query) -> None:
        self._query = query

    def browse(self, most: int) -> Iterator[Found]:
        """Yield the columns of the first row beyond `start`."""
        engine = self._engine()
        try:
            for row in self._rows(engine, self._query.start):
                if not (self._query.time and self._query.cursor):
                    yield from _columns(row, most)
                    return
                for reading in self._query.readings(row, clock.now_us()):
                    if reading is not None and most > 0:
                        most -= 1
                        kind = type(reading.value).__name__
                        name = reading.tag.rpartition("/")[2]
                        yield Found(reading.tag, name, reading.value, kind)
                return
        finally:
            engine.dispose()

    def run(self, sink: Sink, stop: Event) -> None:
        """Ask every few seconds until stopped; raise `DriverFailed` when that is not possible."""
        engine = self._engine()
        try:
            while not stop.is_set():
                self._ask(engine, sink, stop)
                stop.wait(self._query.every_seconds)
        finally:
            engine.dispose()

    def _ask(self, engine: Any, sink: Sink, stop: Event) -> None:
        while self._slice(engine, sink) and not stop.is_set():
            pass

    def _slice(self, engine: Any, sink: Sink) -> bool:
        """Take some rows; say whether there are more."""
        place = sink.bookmark(PLACE) or self._query.start
        readings: list[Reading] = []
        rows = odd = 0
        problem, more = None, False
        for row in self._rows(engine, place):
            here = _kept(row[self._query.cursor])
            if rows >= SLICE_ROWS and here != place:
                # Rows with one cursor stay together: the next question begins beyond it.
                more = True
                break
            self._in_order(place, here)
            place = here
            rows += 1
            for reading in self._query.readings(row, clock.now_us()):
                if reading is None:
                    odd += 1
                    problem = message(
                        "The row with {column} {place} holds something that is not understood.",
                        column=self._query.cursor,
                        place=shown(place),
                    )
                else:
                    readings.append(reading)
        if rows:
            sink.take(readings, {PLACE: place})
        sink.note(problem)
        if odd:
            now = clock.now_us()
            sink.lose(Loss.UNREADABLE, odd, now, now)
        return more

    def _in_order(self, before: str, here: str) -> None:
        try:
            falls = self._query.bound(here) < self._query.bound(before)  # type: ignore[operator]
        except (TypeError, ValueError) as error:
            raise DriverFailed(
                "The column {column} holds {value}, which is no {kind}.",
                column=self._query.cursor,
                value=shown(here),
                kind=self._query.cursor_type,
            ) from error
        if falls:
            raise DriverFailed(
                "The rows do not come in the order of {column}: add ORDER BY to the query.",
                column=self._query.cursor,
            )

    def _rows(self, engine: Any, place: str) -> Iterator[Mapping[str, Any]]:
        from sqlalchemy import text
        from sqlalchemy.exc import SQLAlchemyError

        bound = self._query.bound(place)
        try:
            with engine.connect() as connection:
                for row in connection.execution_options(yield_per=SLICE_ROWS).execute(
                    text(self._query.text), {"after": bound}
                ):
                    found: Mapping[str, Any] = row._mapping
                    missing = {self._query.cursor, self._query.time} - {"", *found}
                    if missing:
                        raise DriverFailed(
                            "The query gives no column {names}.", names=", ".join(sorted(missing))
                        )
                    yield found
        except SQLAlchemyError as error:
            # The library's own text may repeat the URL with its password; the driver's does not.
            why = getattr(error, "orig", None) or type(error).__name__
            raise DriverFailed(
                "The database does not answer the query: {why}", why=shown(str(why), 300)
            ) from error

    def _engine(self) -> Any:
        try:
            from sqlalchemy import create_engine
            from sqlalchemy.exc import SQLAlchemyError
            from sqlalchemy.pool import NullPool
        except ImportError as error:
            raise DriverMissing(
                "The driver {kind} needs the extra {extra}; install it.",
                kind="sql",
                extra="edge-sql",
            ) from error
        try:
            return create_engine(self._query.url, poolclass=NullPool)
        except ImportError as error:
            raise DriverMissing(
                "The database needs a library that is not installed: {name}.",
                name=str(error.name),
            ) from error
        except (SQLAlchemyError, ValueError) as error:
            raise DriverFailed(
                "The URL of the database is not understood: {why}", why=type(error).__name__
            ) from error


def _columns(row: Mapping[str, Any], most: int) -> Iterator[Found]:
    for name, cell in islice(row.items(), most):
        value = cell if isinstance(cell, bool | int | float | str) else str(cell)
        kept, quality = finite(None if cell is None else value, Quality.GOOD)
        yield Found(name, name, kept, type(cell).__name__, quality)


def _kept(place: Any) -> str:
    return place.isoformat() if isinstance(place, date) else str(place)


def _value(cell: Any, *, text: bool) -> Value:
    if text:
        return cell.isoformat() if isinstance(cell, date) else str(cell)
    if isinstance(cell, bool):
        return cell
    if isinstance(cell, int | float | Decimal):
        return float(cell)
    if isinstance(cell, str) and "_" not in cell:
        return float(cell)
    raise TypeError
