"""Which column is the inspection's result, and which of its values mean a defect."""

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deungdae.analysis.causes.frame import Frame, Numbers, Texts, Times
from deungdae.analysis.causes.options import Options
from deungdae.analysis.causes.vocabulary import BAD, GOOD, TARGET, names, rank
from deungdae.records.errors import UnusableOption
from deungdae.records.verdicts import FAIL_WORDS, NO_WORDS, PASS_WORDS, YES_WORDS, plain

#: A unit at the end of a header: "압력(bar)", "Torque [Nm]".
UNIT = re.compile(r"[(\[（][^()\[\]（）]*[)\]）]\s*$")

GOOD_ROW, BAD_ROW, MISSING_ROW, UNKNOWN_ROW = range(4)


@dataclass(frozen=True)
class Target:
    """The result column: `state` says for each row whether it is good, bad, missing or unknown."""

    column: str
    bad: tuple[str, ...]
    state: NDArray[np.uint8]
    guessed: dict[str, object]


def find_target(frame: Frame, options: Options) -> Target:
    """Return the target that was told, or the likeliest one.

    Raises UnusableOption if the column is not there, if no column looks like a pass/fail result, or
    if it is not clear which values are bad.
    """
    guessed: dict[str, object] = {}
    if options.target is not None:
        column = named(frame, options.target, "--target")
    else:
        column = _guess(frame)
        guessed["target"] = column
    texts = frame.texts(column)
    if options.bad is not None:
        bad = _told(texts, options.bad)
        good = set(range(len(texts.levels))) - bad
    else:
        bad, good = _meaning(texts)
        guessed["bad"] = [texts.levels[level] for level in sorted(bad)]
    return Target(
        column,
        tuple(texts.levels[level] for level in sorted(bad)),
        _states(texts, bad, good),
        guessed,
    )


def named(frame: Frame, name: str, option: str) -> str:
    """Return the column of that name; case, outer spaces and a unit in brackets do not matter.

    Raises UnusableOption naming the nearest columns if there is none.
    """
    if name in frame.columns:
        return name
    for column in frame.columns:
        if plain(column) == plain(name):
            return column
    bare = [c for c in frame.columns if plain(UNIT.sub("", c)) == plain(name)]
    if len(bare) == 1:
        return bare[0]
    shown = ", ".join(list(frame.columns)[:12])
    raise UnusableOption(
        "{option}: there is no column {column}. The table has: {columns}.",
        option=option,
        column=name,
        columns=shown + (" …" if len(frame.columns) > 12 else ""),
    )


def _states(texts: Texts, bad: set[int], good: set[int]) -> NDArray[np.uint8]:
    by_level = np.full(len(texts.levels) + 1, UNKNOWN_ROW, dtype=np.uint8)
    by_level[list(good)] = GOOD_ROW
    by_level[list(bad)] = BAD_ROW
    by_level[-1] = MISSING_ROW
    return by_level[texts.codes]


def _told(texts: Texts, bad: tuple[str, ...]) -> set[int]:
    wanted = {_comparable(b) for b in bad}
    chosen = {i for i, level in enumerate(texts.levels) if _comparable(level) in wanted}
    there = {_comparable(level) for level in texts.levels}
    absent = [b for b in bad if _comparable(b) not in there]
    # A value that this file happens not to hold is no mistake when another one of them is there,
    # nor when all parts got the same good word: then nothing was bad this time.
    if absent and not chosen and not (_known_words(texts) and len(texts.levels) <= 1):
        raise UnusableOption(
            "--bad: column {column} has no value {value}. It has: {values}.",
            column=texts.name,
            value=", ".join(absent),
            values=", ".join(texts.levels[:12]),
        )
    return chosen


def _comparable(value: str) -> str:
    try:
        return f"{float(value):.15g}"
    except ValueError:
        return plain(value)


def _known_words(texts: Texts) -> bool:
    known = PASS_WORDS | FAIL_WORDS | YES_WORDS | NO_WORDS | {"-1"}
    return all(plain(level) in known for level in texts.levels)


def _meaning(texts: Texts) -> tuple[set[int], set[int]]:
    """Return (bad levels, good levels) from the words themselves, else from how rare they are."""
    levels = [plain(level) for level in texts.levels]
    bad = {i for i, level in enumerate(levels) if level in FAIL_WORDS}
    good = {i for i, level in enumerate(levels) if level in PASS_WORDS}
    if bad or good:
        if len(levels) <= 2:
            rest = set(range(len(levels))) - bad - good
            bad, good = (bad | rest, good) if good and not bad else (bad, good | rest)
        return bad, good
    yes = {i for i, level in enumerate(levels) if level in YES_WORDS}
    no = {i for i, level in enumerate(levels) if level in NO_WORDS}
    if yes | no == set(range(len(levels))) and levels:
        if names(texts.name, GOOD) and not names(texts.name, [*BAD, "passorfail"]):
            return no, yes
        if names(texts.name, BAD):
            return yes, no
    if len(levels) == 2:
        counts = np.bincount(texts.codes[texts.codes >= 0], minlength=2)
        rare = int(counts.argmin()) if counts[0] != counts[1] else 1
        return {rare}, {1 - rare}
    if len(levels) == 1:
        only = levels[0]
        return ({0}, set()) if only in {"1"} and names(texts.name, BAD) else (set(), {0})
    raise UnusableOption(
        "Column {column} has {count} different values ({values}). Say with --bad which of them "
        "mean a defect.",
        column=texts.name,
        count=len(levels),
        values=", ".join(texts.levels[:8]) + (" …" if len(levels) > 8 else ""),
    )


def _guess(frame: Frame) -> str:
    best, best_score = None, 0.0
    for name, column in frame.columns.items():
        score = _likeness(column)
        if score > best_score:
            best, best_score = name, score
    if best is None:
        raise UnusableOption(
            "No column looks like a pass/fail result. Name it with --target, and its bad values "
            "with --bad. The table has: {columns}.",
            columns=", ".join(list(frame.columns)[:12]),
        )
    return best


def _likeness(column: Numbers | Texts | Times) -> float:
    """Return how much a column looks like a pass/fail result, 0 for not at all."""
    if isinstance(column, Times):
        return 0.0
    named_so = rank(column.name, TARGET) / len(TARGET)
    if isinstance(column, Numbers):
        present = column.values[~np.isnan(column.values)]
        distinct = np.unique(present[:10_000])
        if distinct.size > 2 or not set(distinct.tolist()) <= {0.0, 1.0, -1.0}:
            return 0.0
        if np.unique(present).size > 2 or not named_so:
            return 0.0
        return 1.0 + named_so
    if len(column.levels) > 6 or not column.levels:
        return 0.0
    levels = [plain(level) for level in column.levels]
    spoken = [level in PASS_WORDS or level in FAIL_WORDS for level in levels]
    long_words = any(len(level) > 1 or level >= "가" for level in levels)
    if all(spoken) and (named_so or long_words):
        return 3.0 + named_so
    if any(spoken) and named_so:
        return 2.0 + named_so
    if named_so and all(level in YES_WORDS | NO_WORDS for level in levels):
        return 1.5 + named_so
    return 0.0
