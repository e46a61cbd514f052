"""Which column is the inspection's result, and which of its values mean a defect."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from deungdae.analysis.causes import vocabulary as say
from deungdae.analysis.causes.frame import Frame, Numbers, Texts, Times
from deungdae.analysis.causes.meaning import blanks_are_good, lists_defects, undecided, understand
from deungdae.analysis.causes.options import Options
from deungdae.analysis.causes.problem import Measure
from deungdae.records.errors import UnusableOption
from deungdae.records.verdicts import (
    FAIL_WORDS,
    NO_WORDS,
    PASS_WORDS,
    YES_WORDS,
    plain,
    verdict_word,
)

#: A unit at the end of a header: "압력(bar)", "Torque [Nm]".
UNIT = re.compile(r"[(\[（][^()\[\]（）]*[)\]）]\s*$")

#: The second verdict counts more than the first: "2차판정".
ORDINAL = re.compile(r"([1-9])차")
#: Scores of a column as the result: for a name that says so surely, and for one that may; ...
NAMED, NAMED_TOO = 4.0, 1.0
#: ... for values all, some of which are words of a verdict; for yes or no; for 0 and 1; for others.
SPOKEN, SOME_SPOKEN, YES_NO, ZERO_ONE, OTHER = 2.5, 1.7, 1.2, 1.0, 0.9
#: A candidate whose score is this near to the best one's is named beside it.
NEAR = 1.0
MOST_LEVELS = 6
#: Values of a result that names the kinds of defects beside one word for good.
MOST_KINDS = 60
COLUMNS_SHOWN = 30

GOOD_ROW, BAD_ROW, MISSING_ROW, UNKNOWN_ROW = range(4)


@dataclass(frozen=True)
class Target:
    """The result column: `state` says for each row whether it is good, bad, missing or unknown.

    A measured result has its `values`, NaN where missing, and the way in which it is `measure`d to
    be bad; no row of it is bad, unless there are limits (`spec`). `parts` maps the name of each
    kind of badness that the column itself tells apart (a class, a side of the limits) to its rows.
    """

    column: str
    bad: tuple[str, ...]
    state: NDArray[np.uint8]
    guessed: dict[str, object]
    kind: str = "pass_fail"
    good: tuple[str, ...] = ()
    measure: Measure | None = None
    values: NDArray[np.float64] | None = None
    spec: tuple[float | None, float | None] | None = None
    parts: dict[str, NDArray[np.bool_]] = field(default_factory=dict)
    levels: Texts | None = None  #: the column as classes, where it holds some

    def document(self) -> dict[str, object]:
        """Return the target as the promised JSON."""
        said: dict[str, object] = {"column": self.column, "kind": self.kind, "bad": list(self.bad)}
        if self.good:
            said["good"] = list(self.good)
        if self.measure is not None:
            said["worse"], said["nominal"] = self.measure.worse, self.measure.nominal
        if self.spec is not None:
            said["spec"] = list(self.spec)
        return said


def find_target(frame: Frame, options: Options) -> Target:
    """Return the target that was told, or the likeliest one.

    Raises UnusableOption if the column is not there, if no column looks like a pass/fail result, or
    if it is not clear which values are bad.
    """
    guessed: dict[str, object] = {}
    if options.target is not None:
        column = named(frame, options.target, "--target")
    else:
        candidates = _candidates(frame)
        column = candidates[0]
        guessed["target"] = column
        if len(candidates) > 1:
            guessed["target_candidates"] = candidates
    if isinstance(frame.columns[column], Times):
        raise UnusableOption(
            "--target: column {column} holds dates or times, not results.", column=column
        )
    texts = frame.texts(column)
    if options.bad is not None:
        bad = _told(texts, options.bad)
        good = set(range(len(texts.levels))) - bad - undecided(texts)
        blank_is_good = blanks_are_good(texts, bad)
    else:
        meaning = understand(texts)
        bad, good, blank_is_good = meaning.bad, meaning.good, meaning.blank_is_good
        guessed["bad"] = [texts.levels[level] for level in sorted(bad)]
    if blank_is_good:
        guessed["blank"] = "good"
    return Target(
        column,
        tuple(texts.levels[level] for level in sorted(bad)),
        _states(texts, bad, good, GOOD_ROW if blank_is_good else MISSING_ROW),
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


def joined(frame: Frame, names: Sequence[str]) -> tuple[str, ...]:
    """Return `names`, with those put back together that were cut at a comma of their own.

    "두께, 측정(mm)" told in a list with commas is one column if the table has it.
    """
    known = {_uncut(column): column for column in frame.columns if "," in column}
    found, at = [], 0
    while at < len(names):
        for end in range(len(names), at + 1, -1):
            column = known.get(_uncut(",".join(names[at:end])))
            if column is not None:
                found.append(column)
                at = end
                break
        else:
            found.append(names[at])
            at += 1
    return tuple(found)


def _uncut(name: str) -> str:
    return ",".join(plain(piece) for piece in name.split(","))


def _states(texts: Texts, bad: set[int], good: set[int], blank: int) -> NDArray[np.uint8]:
    by_level = np.full(len(texts.levels) + 1, UNKNOWN_ROW, dtype=np.uint8)
    by_level[list(good)] = GOOD_ROW
    by_level[list(bad)] = BAD_ROW
    by_level[-1] = blank
    return by_level[texts.codes]


def _told(texts: Texts, bad: tuple[str, ...]) -> set[int]:
    wanted = {comparable(b) for b in bad if b.strip()}
    if not wanted:
        raise UnusableOption(
            "--bad: name at least one value that means a defect. Column {column} has: {values}.",
            column=texts.name,
            values=", ".join(texts.levels[:12]),
        )
    chosen = {i for i, level in enumerate(texts.levels) if comparable(level) in wanted}
    there = {comparable(level) for level in texts.levels}
    absent = [b for b in bad if comparable(b) not in there]
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


def comparable(value: str) -> str:
    """Return a value as it is compared: numbers by their size, words without case and spaces."""
    try:
        return f"{float(value):.15g}"
    except ValueError:
        return plain(value)


def _known_words(texts: Texts) -> bool:
    known = PASS_WORDS | FAIL_WORDS | YES_WORDS | NO_WORDS
    return all(verdict_word(level) in known for level in texts.levels)


def _candidates(frame: Frame) -> list[str]:
    """Return the likeliest result column, and after it those that come near it."""
    scores = {name: _likeness(column) for name, column in frame.columns.items()}
    best = max(scores.values())
    if best <= 0:
        raise UnusableOption(
            "No column looks like a pass/fail result. Name it with --target, and its bad values "
            "with --bad. The table has: {columns}.",
            columns=_shown(frame),
        )
    # A last resort, such as a flag of the machine, is no second opinion.
    near = [name for name, score in scores.items() if score >= max(best - NEAR, SPOKEN)]
    return sorted(
        dict.fromkeys(near) or [n for n in scores if scores[n] == best],
        key=lambda name: -scores[name],
    )[:5]


def _shown(frame: Frame) -> str:
    """Return the names of the columns; of many, those with few different values come first."""
    names = list(frame.columns)
    if len(names) > COLUMNS_SHOWN:
        chosen = set(sorted(names, key=lambda n: _distinct(frame.columns[n]))[:COLUMNS_SHOWN])
        return ", ".join(n for n in names if n in chosen) + " …"
    return ", ".join(names)


def _distinct(column: Numbers | Texts | Times) -> int:
    if isinstance(column, Texts):
        return len(column.levels)
    values = column.values if isinstance(column, Numbers) else column.local
    return int(np.unique(values[:10_000]).size)


def _likeness(column: Numbers | Texts | Times) -> float:
    """Return how much a column looks like a pass/fail result, 0 for not at all."""
    if isinstance(column, Times):
        return 0.0
    sure, perhaps = say.names(column.name, say.TARGET), say.names(column.name, say.TARGET_TOO)
    values = _values_likeness(column, sure or perhaps, sure)
    if values <= 0:
        return 0.0
    if values <= OTHER:
        return values
    return max(values + _name_likeness(column.name, sure, perhaps), OTHER / 2)


def _name_likeness(name: str, sure: bool, perhaps: bool) -> float:
    score = 0.0
    if sure:
        score += NAMED + 0.5 * say.rank(name, say.TARGET) / len(say.TARGET)
        score += 0.3 * (say.words(name)[-1:] in [(word,) for word in say.TARGET])
    elif perhaps:
        score += NAMED_TOO + 0.5 * say.rank(name, say.TARGET_TOO) / len(say.TARGET_TOO)
    score += 1.0 * say.names(name, say.FINAL)
    ordinal = ORDINAL.search(name)
    score += 0.1 * int(ordinal[1]) if ordinal else 0.0
    # The name outweighs the words: a machine's "OK / NG" is no verdict on a part.
    for others in (say.EARLIER, say.NOT_A_PART, say.REASON):
        score -= 2.0 * say.names(name, others)
    return score


def _values_likeness(column: Numbers | Texts, named_so: bool, sure: bool) -> float:
    if isinstance(column, Numbers):
        present = column.values[~np.isnan(column.values)]
        distinct = np.unique(present[:10_000])
        if not named_so or distinct.size == 0 or distinct.size > MOST_LEVELS:
            return 0.0
        distinct = np.unique(present)
        if distinct.size <= 2 and set(distinct.tolist()) <= {0.0, 1.0, -1.0}:
            return ZERO_ONE
        pair = distinct.size == 2 and sure and not say.names(column.name, say.REASON)
        few = distinct.size <= MOST_LEVELS and bool(np.all(distinct == np.round(distinct)))
        return OTHER if pair or (few and _called_so(column.name)) else 0.0
    if not column.levels or len(column.levels) > MOST_KINDS:
        return 0.0
    if say.side(column.name) == "bad" and lists_defects(column):
        return OTHER
    levels = [verdict_word(level) for level in column.levels]
    spoken = [level in PASS_WORDS or level in FAIL_WORDS for level in levels]
    long_words = any(len(level) > 1 or level >= "가" for level in levels)
    if len(levels) > MOST_LEVELS:
        # Many kinds of defects beside one word for good.
        return SOME_SPOKEN if any(spoken) and sure else 0.0
    if all(spoken) and (named_so or long_words):
        return SPOKEN
    if any(spoken) and named_so:
        return SOME_SPOKEN
    if named_so and any(level in YES_WORDS | NO_WORDS for level in levels):
        return YES_NO
    if len(levels) == 2 and sure and not say.names(column.name, say.REASON):
        return OTHER
    return OTHER if _called_so(column.name) else 0.0


def _called_so(name: str) -> bool:
    """Tell whether a column is called "quality" or "판정" and nothing more."""
    return say.words(name)[-1:] in [(word,) for word in (*say.TARGET, *say.TARGET_TOO)]
