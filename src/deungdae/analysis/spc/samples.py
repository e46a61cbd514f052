"""From rows to the points of a chart: order, subgroups, stages, baseline, what is left out."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from deungdae.analysis.causes import vocabulary as say
from deungdae.analysis.causes.frame import NO_TIME, Frame, Ints, Numbers, Times
from deungdae.analysis.causes.target import named
from deungdae.analysis.spc.options import Options
from deungdae.analysis.spc.panels import Mask
from deungdae.records.errors import UnusableOption

MOST_STAGES: Final = 60


@dataclass(frozen=True)
class Samples:
    """The points of a chart in time order.

    `rows` are rows of the frame, point after point; `starts` and `sizes` cut them into points.
    `label` names a point by its number from 0; `by` is how the points were formed.
    """

    rows: Ints
    starts: Ints
    sizes: Ints
    label: Callable[[int], str]
    by: str  #: rows, size or column
    scattered: bool = False

    @property
    def points(self) -> int:
        """Return the number of points."""
        return int(self.starts.size)

    @property
    def single(self) -> bool:
        """Tell whether each point is one row."""
        return bool((self.sizes == 1).all())


def time_column(frame: Frame, told: str | None) -> str | None:
    """Return the column of times that orders the rows, or None: the order of the rows.

    Raises UnusableOption if the one told holds no times.
    """
    if told is not None:
        name = named(frame, told, "--time")
        if not isinstance(frame.columns[name], Times):
            raise UnusableOption(
                "--time: column {column} does not hold dates or times that could be read.",
                column=name,
            )
        return name
    best, best_score = None, -1.0
    for name, column in frame.columns.items():
        if not isinstance(column, Times):
            continue
        known = column.local[column.local != NO_TIME]
        if known.size < 0.5 * frame.rows or known.min() == known.max():
            continue
        rising = float((np.diff(known) >= 0).mean())
        score = rising + 0.1 * say.names(name, say.TIME) - 0.3 * say.names(name, say.OTHER_TIME)
        if score > best_score:
            best, best_score = name, score
    return best


def ordered(frame: Frame, time: str | None) -> Ints:
    """Return the rows in time order; rows without a time stand at the end."""
    rows = np.arange(frame.rows)
    if time is None:
        return rows
    column = frame.columns[time]
    assert isinstance(column, Times)
    local = np.where(column.local == NO_TIME, np.iinfo(np.int64).max, column.local)
    return rows if (np.diff(local) >= 0).all() else np.argsort(local, kind="stable")


def form(frame: Frame, rows: Ints, options: Options, size: int | None = None) -> Samples:
    """Cut `rows` (in order, all with a value) into points as the options say.

    `size` is used if neither subgroup nor size were told. Raises UnusableOption for a subgroup
    column that is not there.
    """
    size = options.size or size
    if options.subgroup is not None:
        return _by_column(frame, rows, named(frame, options.subgroup, "--subgroup"))
    if size is None or size == 1:
        numbers = rows + 1
        ones = np.ones(rows.size, dtype=np.intp)
        return Samples(rows, np.arange(rows.size), ones, lambda i: str(numbers[i]), "rows")
    starts = np.arange(0, rows.size, size)
    sizes = np.diff(np.append(starts, rows.size))
    if sizes.size > 1 and sizes[-1] < size:
        # What is left over at the end would be a smaller sample that nobody took.
        rows, starts, sizes = rows[: starts[-1]], starts[:-1], sizes[:-1]

    def label(i: int) -> str:
        first = rows[starts[i] : starts[i] + sizes[i]] + 1
        return f"{first.min()}–{first.max()}"

    return Samples(rows, starts, sizes, label, "size")


def _by_column(frame: Frame, rows: Ints, name: str) -> Samples:
    texts = frame.texts(name)
    codes = texts.codes[rows]
    rows, codes = rows[codes >= 0], codes[codes >= 0]
    if rows.size == 0:
        raise UnusableOption("--subgroup: column {column} is empty.", column=name)
    new = np.flatnonzero(np.diff(codes, prepend=-1))
    scattered = False
    if new.size > np.unique(codes).size and rows.size < 2 * new.size:
        # The same names come back all the time: rows of one name belong together.
        _, first, place = np.unique(codes, return_index=True, return_inverse=True)
        order = np.argsort(first[place], kind="stable")
        rows, codes, scattered = rows[order], codes[order], True
        new = np.flatnonzero(np.diff(codes, prepend=-1))
    names = [texts.levels[c] for c in codes[new]]
    sizes = np.diff(np.append(new, rows.size))
    return Samples(rows, new, sizes, lambda i: names[i], "column", scattered)


@dataclass(frozen=True)
class Division:
    """Stages and masks of the points: where limits come from, and which are not judged at all."""

    starts: tuple[int, ...]
    names: tuple[str, ...]
    use: Mask  #: points that the limits come from
    left_out: Mask


def divide(frame: Frame, samples: Samples, options: Options, time: str | None = None) -> Division:
    """Return stages, baseline and what is left out.

    Raises UnusableOption for a baseline or stage that does not fit the points.
    """
    points = samples.points
    left_out = np.zeros(points, dtype=bool)
    for number in options.leave_out:
        if not 1 <= number <= points:
            raise UnusableOption(
                "--leave-out: there is no point {point}; there are {points}.",
                point=number, points=points,
            )  # fmt: skip
        left_out[number - 1] = True
    moments = _moments(frame, samples, time)
    use = _baseline(frame, samples, options, moments) & ~left_out
    if not use.any():
        raise UnusableOption("--baseline: no point is left from which limits could come.")
    starts, names = _stages(frame, samples, options, moments)
    return Division(starts, names, use, left_out)


def _moments(frame: Frame, samples: Samples, time: str | None) -> NDArray[np.int64] | None:
    """Return the time of the first row of each point, None without a time column."""
    if time is None:
        return None
    column = frame.columns[time]
    assert isinstance(column, Times)
    return np.asarray(column.local[samples.rows[samples.starts]])


def _moment(option: str, text: str) -> int:
    try:
        return int(
            np.datetime64(datetime.fromisoformat(text.strip()).replace(tzinfo=None), "us").astype(
                np.int64
            )
        )
    except ValueError as error:
        raise UnusableOption(
            "--{option}: {text} is neither a number of a point nor a time such as "
            "2024-03-04 or 2024-03-04T08:00.",
            option=option, text=text,
        ) from error  # fmt: skip


def _timed(option: str, moments: NDArray[np.int64] | None) -> NDArray[np.int64]:
    if moments is None:
        raise UnusableOption("--{option}: there is no time column to go by.", option=option)
    return moments


def _baseline(
    frame: Frame, samples: Samples, options: Options, moments: NDArray[np.int64] | None
) -> Mask:
    told = options.baseline
    if told is None:
        return np.ones(samples.points, dtype=bool)
    if "=" in told:
        column, _, value = told.partition("=")
        name = named(frame, column.strip(), "--baseline")
        matching = _equal(frame, name, value.strip())[samples.rows]
        if not matching.any():
            raise UnusableOption(
                "--baseline: column {column} never has the value {value}.",
                column=name, value=value.strip(),
            )  # fmt: skip
        return np.asarray(np.logical_and.reduceat(matching, samples.starts))
    if ".." in told:
        at = _timed("baseline", moments)
        since, _, until = told.partition("..")
        low = _moment("baseline", since) if since.strip() else NO_TIME + 1
        high = _moment("baseline", until) if until.strip() else np.iinfo(np.int64).max
        return np.asarray((at >= low) & (at <= high))
    first, dash, last = told.partition("-")
    try:
        a, b = int(first), int(last) if dash else int(first)
    except ValueError:
        raise UnusableOption(
            "--baseline: {told} is neither points such as 1-25, nor COLUMN=VALUE, nor times "
            "such as 2024-03-01..2024-03-15.",
            told=told,
        ) from None
    if not 1 <= a <= b <= samples.points:
        raise UnusableOption(
            "--baseline: the points {told} are not among the {points} points.",
            told=told, points=samples.points,
        )  # fmt: skip
    number = np.arange(1, samples.points + 1)
    return (number >= a) & (number <= b)


_SAME: Final = {"true": "1", "false": "0", "1.0": "1", "0.0": "0"}


def _equal(frame: Frame, name: str, value: str) -> Mask:
    def plain(text: str) -> str:
        text = text.strip().casefold()
        return _SAME.get(text, text)

    column = frame.columns[name]
    if isinstance(column, Numbers):
        try:
            return np.asarray(column.values == float(plain(value)))
        except ValueError:
            return np.zeros(frame.rows, dtype=bool)
    texts = frame.texts(name)
    codes = [i for i, level in enumerate(texts.levels) if plain(level) == plain(value)]
    return np.isin(texts.codes, codes)


def _stages(
    frame: Frame, samples: Samples, options: Options, moments: NDArray[np.int64] | None
) -> tuple[tuple[int, ...], tuple[str, ...]]:
    if options.stage_at:
        begins = []
        for text in options.stage_at:
            if text.strip().isdigit():
                point = int(text)
            else:
                at = _timed("stage-at", moments)
                point = int(np.searchsorted(at, _moment("stage-at", text))) + 1
            begins.append(point)
            if not 1 < point <= samples.points:
                raise UnusableOption(
                    "--stage-at: a stage cannot begin at point {point}; there are {points} points.",
                    point=point, points=samples.points,
                )  # fmt: skip
        cuts = tuple(sorted({0, *(p - 1 for p in begins)}))
        return cuts, tuple(str(i + 1) for i in range(len(cuts)))
    if options.stage is None:
        return (0,), ("",)
    name = named(frame, options.stage, "--stage")
    texts = frame.texts(name)
    codes = texts.codes[samples.rows[samples.starts]]
    cuts = tuple(int(i) for i in np.flatnonzero(np.diff(codes, prepend=-2)))
    if len(cuts) > MOST_STAGES:
        raise UnusableOption(
            "--stage: column {column} changes {times} times; at most {most} stages can be shown.",
            column=name, times=len(cuts) - 1, most=MOST_STAGES,
        )  # fmt: skip
    return cuts, tuple(texts.levels[codes[i]] if codes[i] >= 0 else "" for i in cuts)
