"""Reads history for parts: their windows first, then what each tag did in them, a day at a time."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from deungdae.analysis import joining
from deungdae.analysis.joining import NO_TIME, Changes, Windows
from deungdae.lake.telemetry.series import Series
from deungdae.records.errors import UnusableOption
from deungdae.runs.history.asked import Asked
from deungdae.runs.history.parts import Parts, numbers_of, texts_of, times_of

Progress = Callable[[float], None]
Floats = NDArray[np.float64]

DAY = 86_400_000_000  #: microseconds


@dataclass
class Found:
    """Features of the parts: name of a tag → feature → values, NaN where nothing is known."""

    parts: int
    values: dict[str, dict[str, Floats]] = field(default_factory=dict)
    heard: NDArray[np.bool_] = field(init=False)
    windowed: NDArray[np.bool_] = field(init=False)
    several: int = 0

    def __post_init__(self) -> None:
        self.heard = np.zeros(self.parts, dtype=bool)
        self.windowed = np.zeros(self.parts, dtype=bool)


def windows(asked: Asked, parts: Parts, walk: Series, prefix: str) -> Windows:
    """Return the window of each part on the line whose tags begin with `prefix` ("" for any)."""
    made = parts.made(asked.delay)
    if asked.span is not None:
        start, end = (times_of(parts.table, column) for column in asked.span)
        return joining.of_spans(start, end, made)
    if asked.lot is not None:
        changes = _changes(
            walk, _on_line(asked.lot[0], prefix), _reach(walk, made, asked), texts=True
        )
        return joining.of_lots(changes, texts_of(parts.table, asked.lot[1]), made)
    if asked.cycle is not None:
        changes = _changes(
            walk, _on_line(asked.cycle[0], prefix), _reach(walk, made, asked), texts=False
        )
        numbers = None if asked.cycle[1] is None else numbers_of(parts.table, asked.cycle[1])
        return joining.of_cycles(changes, made, numbers, asked.hold)
    assert made is not None, "checked where the parts were read"
    return joining.before(made, asked.window)


def gather(
    asked: Asked,
    found: Windows,
    rows: NDArray[np.intp],
    tags: Mapping[str, str],
    walk: Series,
    into: Found,
    progress: Progress,
) -> None:
    """Gather the features of `tags` (path → name) for the parts in `rows`, and put them `into`."""
    here = Windows(found.start[rows], found.end[rows])
    into.windowed[rows] |= here.known
    into.several += found.several
    paths = sorted(tags)
    places = {path: place for place, path in enumerate(paths)}
    expected = [(asked.about[p].expected_s or 0) if p in asked.about else 0 for p in paths]
    # What comes seldom stands for longer: three times its interval.
    hold = np.maximum(asked.hold, (np.array(expected) * 3_000_000).astype(np.int64))
    gathering = joining.Gathering(here, hold, asked.features)
    pieces = list(joining.spans(here, int(hold.max(initial=0)), DAY))
    for number, (start, end) in enumerate(pieces):
        progress(number / len(pieces))
        gathering.take(start, end, _numbers(walk, paths, places, start, end))
    result = gathering.result()
    into.heard[rows] |= result.heard
    for path in paths:
        columns = into.values.setdefault(tags[path], {})
        for feature in asked.features:
            column = columns.setdefault(feature, np.full(into.parts, np.nan))
            column[rows] = result.values[feature][places[path]]


def _numbers(
    walk: Series, paths: list[str], places: Mapping[str, int], start: int, end: int
) -> Iterator[tuple[int, NDArray[np.int64], Floats]]:
    for tag, points in walk.numbers(paths, start, end):
        yield places[tag], points.column("time").to_numpy(), points.column("value").to_numpy()


def _on_line(tag: str, prefix: str) -> str:
    return f"{prefix}/{tag}" if prefix and not tag.startswith(prefix + "/") else tag


def _reach(walk: Series, made: NDArray[np.int64] | None, asked: Asked) -> tuple[int, int]:
    """Return the span in which a lot or a counter has to be followed."""
    bounds = walk.bounds()
    if bounds is None:
        return 0, 0
    if made is None or not (made != NO_TIME).any():
        return bounds
    known = made[made != NO_TIME]
    # A lot or a cycle of the first part may have begun days before it.
    return max(bounds[0], int(known.min()) - 31 * DAY), min(bounds[1], int(known.max()) + 1)


def _changes(walk: Series, tag: str, span: tuple[int, int], *, texts: bool) -> Changes:
    """Return when a tag changed; what is kept are the changes, however many points there are.

    Raises UnusableOption when it has no points at all.
    """
    times: list[NDArray[np.int64]] = []
    values: list[Any] = []
    read = walk.texts if texts else walk.numbers
    start, end = span
    while start < end:
        until_day = min((start // DAY + 1) * DAY, end)
        for _, points in read([tag], start, until_day):
            time, value = points.column("time").to_numpy(), _array(points.column("value"), texts)
            before = values[-1][-1:] if values else value[:0]
            new = np.append(value[0] != before[0] if before.size else True, value[1:] != value[:-1])
            if new.any():
                times.append(time[new])
                values.append(value[new])
        start = until_day
    if not times:
        raise UnusableOption("The tag {tag} has no values in the time of these parts.", tag=tag)
    # A text is told when it changes: the last one stands to the end of what was looked at.
    return Changes(np.concatenate(times), np.concatenate(values), end - 1)


def _array(column: pa.ChunkedArray, texts: bool) -> NDArray[np.float64] | NDArray[np.str_]:
    if not texts:
        return np.asarray(column.to_numpy())
    return np.array([text.strip() for text in column.to_pylist()], dtype=np.str_)
