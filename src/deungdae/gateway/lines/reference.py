"""The exact reading of line protocol, line by line.

    measurement[,key=value…] field=value[,field=value…] [timestamp]

It follows the specification as influxdata's own test corpus for it settles the details, and is
strict where InfluxDB is lenient: control characters in names and numbers such as `1e` are refused.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from deungdae.gateway.lines.diagnosis import Fault, diagnosed, end_of_line
from deungdae.gateway.lines.grammar import BLANK, FIELD, KEY, LINE, TAG
from deungdae.gateway.lines.points import EARLIEST_NS, LARGEST_EXACT, LATEST_NS, Points
from deungdae.gateway.lines.refusals import MOST_SHOWN, BadLines, Refusal
from deungdae.gateway.lines.series import Key, Series
from deungdae.gateway.lines.values import Typed, value_of
from deungdae.records.batches import BOOL, FLOAT, INT, TEXT

MOST_KEY_BYTES = 8 << 10  #: of a measurement with its tags; a quarter of that makes a tag path
_OF_MEASUREMENT = re.compile(rb"\\([, ])")
_OF_KEY = re.compile(rb"\\([,= ])")


class Line(NamedTuple):
    """One line; `time` is as it is written, in the client's precision."""

    key: Key
    fields: tuple[tuple[str, Typed], ...]
    time: int | None


class Reading:
    """Reads lines of one text; names that return are looked at once."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.refusals: list[Refusal] = []
        self.refused = 0
        self._keys: dict[bytes, Key] = {}
        self._same: dict[Key, Key] = {}
        self._names: dict[bytes, str] = {}

    def lines(self, start: int, end: int) -> Iterator[tuple[Line, int, int]]:
        """Yield the lines that begin in `start:end`, each with its place and the place after it.

        A line may reach beyond `end` where a text in it holds a line break. Refused lines are
        noted in `refusals` and left out; `self.place` says where reading stopped.
        """
        data, match, blank = self.data, LINE.match, BLANK.match
        self.place = start
        while True:
            skipped = blank(data, self.place)
            place = self.place = skipped.end() if skipped else self.place
            if place >= end:
                return
            found = match(data, place)
            try:
                if found is None:
                    raise diagnosed(data, place)
                line = self._line(found)
            except Fault as fault:
                self.place = end_of_line(data, fault.place if found is None else found.end() - 1)
                self._note(data[place : self.place], fault.reason)
            else:
                self.place = found.end()
                yield line, place, self.place

    def _line(self, found: re.Match[bytes]) -> Line:
        key, fields, time = found.group("key", "fields", "time")
        known = self._keys.get(key)
        if known is None:
            known = key_of(key)
            # Equal keys are one object, so that they need not be compared for each value.
            known = self._keys[key] = self._same.setdefault(known, known)
        pairs = []
        names = self._names
        for name, value in FIELD.findall(fields):
            known_name = names.get(name)
            if known_name is None:
                known_name = names[name] = _text(_OF_KEY.sub(rb"\1", name))
            pairs.append((known_name, value_of(value)))
        return Line(known, tuple(pairs), None if time is None else _timestamp(time))

    def refuse(self, start: int, end: int, reason: str) -> None:
        """Note that a line was read but cannot be meant."""
        self._note(self.data[start:end], reason)

    def _note(self, line: bytes, reason: str) -> None:
        self.refused += 1
        if len(self.refusals) < MOST_SHOWN:
            self.refusals.append(Refusal(line.rstrip(b"\r\n"), reason))

    def finish(self) -> None:
        """Raise `BadLines` if any line was refused."""
        if self.refused:
            raise BadLines(self.refusals, self.refused)


def key_of(raw: bytes) -> Key:
    """Return the measurement and tags that the first word of a line holds.

    Raises `Fault` if it is not one, or names a tag twice.
    """
    if len(raw) > MOST_KEY_BYTES:
        raise Fault(f"max key length exceeded: {len(raw)} > {MOST_KEY_BYTES}", 0)
    found = KEY.fullmatch(raw)
    if found is None:
        raise diagnosed(raw + b" f=1", 0)
    measurement = _text(_OF_MEASUREMENT.sub(rb"\1", found["measurement"]))
    tags = [
        (_text(_OF_KEY.sub(rb"\1", name)), _text(_OF_KEY.sub(rb"\1", value)))
        for name, value in TAG.findall(found["tags"])
    ]
    if len({name for name, _ in tags}) != len(tags):
        raise Fault("duplicate tags", 0)
    return Key(measurement, tuple(sorted(tags)))


def _text(name: bytes) -> str:
    try:
        return name.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Fault("invalid UTF-8", 0) from error


def _timestamp(digits: bytes) -> int:
    significant = digits.lstrip(b"-").lstrip(b"0")
    if digits.count(b"-") > digits.startswith(b"-") or digits == b"-":
        raise Fault("bad timestamp", 0)
    # int() would take its time over a megabyte of digits.
    if len(significant) > 19:
        raise Fault(OUT_OF_RANGE, 0)
    return int(digits)


OUT_OF_RANGE = f"time outside range {EARLIEST_NS} - {LATEST_NS}"


class Gathering:
    """Turns lines into columns."""

    def __init__(self, unit_ns: int, default_ns: int) -> None:
        """Take the length of one unit of the timestamps, and the time of lines without one."""
        self.unit_ns = unit_ns
        self.default_ns = default_ns - default_ns % unit_ns
        self._series: list[Series] = []
        self._places: dict[tuple[int, str], int] = {}
        self._which: list[int] = []
        self._times: list[int] = []
        self._kinds: list[int] = []
        self._values: list[float] = []
        self._texts: dict[int, str] = {}

    def add(self, line: Line) -> bool:
        """Add a line; say whether its time lies in the range of 64 bits of nanoseconds."""
        time_ns = self.default_ns if line.time is None else line.time * self.unit_ns
        if not EARLIEST_NS <= time_ns <= LATEST_NS:
            return False
        for field, (kind, value) in line.fields:
            # Not the key itself: hashing its tags for each value would let one line cost minutes.
            place = self._places.setdefault((id(line.key), field), len(self._series))
            if place == len(self._series):
                self._series.append(Series(line.key, field))
            self._which.append(place)
            self._times.append(time_ns)
            self._kinds.append(kind)
            if kind == TEXT or (kind == INT and abs(int(value)) > LARGEST_EXACT):
                self._texts[len(self._values)] = str(value)
                self._values.append(np.nan)
            else:
                self._values.append(float(value))
        return True

    def points(self) -> Points:
        """Return what was added."""
        text = None
        if self._texts:
            text = pa.array([self._texts.get(i) for i in range(len(self._which))], pa.string())
        return Points(
            self._series,
            np.array(self._which, np.int32),
            np.array(self._times, np.int64),
            np.array(self._kinds, np.int8),
            np.array(self._values, np.float64),
            text,
        )


__all__ = ["BOOL", "FLOAT", "OUT_OF_RANGE", "Gathering", "Line", "Reading", "key_of"]
