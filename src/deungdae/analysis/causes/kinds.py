"""What kind of result a column holds: pass or fail, a measured value, a count, or classes.

Told by `--kind`, or guessed where the person named the column and nothing else says what it is. A
column that was itself guessed is taken for pass or fail, as it was chosen for looking so.
"""

import re

import numpy as np

from deungdae.analysis.causes import vocabulary as say
from deungdae.analysis.causes.cleaning import without_sentinels
from deungdae.analysis.causes.frame import Floats, Frame, Numbers, Texts, Times
from deungdae.analysis.causes.options import KINDS, Options
from deungdae.analysis.causes.problem import Measure
from deungdae.analysis.causes.target import (
    BAD_ROW,
    GOOD_ROW,
    MISSING_ROW,
    Target,
    comparable,
    find_target,
    named,
)
from deungdae.records.errors import UnusableOption
from deungdae.records.verdicts import (
    FAIL_WORDS,
    HOLD_WORDS,
    NO_WORDS,
    PASS_WORDS,
    YES_WORDS,
    verdict_word,
)

PASS_FAIL, NUMBER, COUNT, CLASSES = KINDS
HIGH, LOW, AWAY = "high", "low", "away"
#: A column with so many different whole numbers or words holds quality classes.
FEWEST_CLASSES, LIKELY_CLASSES, MOST_CLASSES = 3, 12, 30
#: Names under which less, or more, is worse. Under any other name more is taken for worse.
LESS_IS_WORSE = [
    *("productivity", "efficiency", "yield", "strength", "throughput", "availability", "uptime"),
    *("score", "oee", "uniformity", "lifetime", "adhesion"),
    *("수율", "생산성", "효율", "강도", "가동률", "달성률", "양품률", "점수", "수명", "부착력"),
]
#: Names that count something.
COUNTED = [
    *("count", "counts", "defects", "qty", "quantity", "pieces"),
    *("건수", "개수", "수량", "불량수", "횟수", "갯수"),
]
#: A count is zero in at least this share of the rows, unless its name says that it counts.
ZEROS = 0.1

_SPEC = re.compile(r"\s*(.+?)\s*=\s*([^=]*?)\s*\.\.\s*([^=]*?)\s*")
_WORDS = PASS_WORDS | FAIL_WORDS | HOLD_WORDS | YES_WORDS | NO_WORDS


def find_result(frame: Frame, options: Options) -> Target:
    """Return the column of the results, its kind, and which of its values are bad.

    Raises UnusableOption for what `find_target` does, for an unknown kind or direction, for limits
    that cannot be read, and for options that do not fit together.
    """
    if options.kind is not None and options.kind not in KINDS:
        raise UnusableOption(
            "--kind: there is no kind {kind} of result. There are: {kinds}.",
            kind=options.kind,
            kinds=", ".join(KINDS),
        )
    if options.spec is not None:
        return _by_limits(frame, options, options.spec)
    column = None if options.target is None else named(frame, options.target, "--target")
    kind = options.kind or _kind(frame, column, options)
    _check(options, kind)
    if kind == PASS_FAIL or column is None:
        if kind != PASS_FAIL:
            raise UnusableOption(
                "--kind {kind}: name the column of the results with --target.", kind=kind
            )
        return find_target(frame, options)
    guessed: dict[str, object] = {} if options.kind else {"kind": kind}
    if kind == CLASSES:
        return _classes(frame, column, options, guessed)
    return _measured(frame, column, kind, options, guessed)


def _check(options: Options, kind: str) -> None:
    """Refuse an option that the kind of result has no use for."""
    measured = kind in (NUMBER, COUNT)
    for option, value, fits in (
        ("--bad", options.bad, kind == PASS_FAIL),
        ("--good", options.good, kind == CLASSES),
        ("--worse", options.worse, measured or options.spec is not None),
    ):
        if value is not None and not fits:
            raise UnusableOption(
                "{option} does not fit a result of the kind {kind}.", option=option, kind=kind
            )


def _kind(frame: Frame, column: str | None, options: Options) -> str:
    if options.bad is not None or column is None:
        return CLASSES if options.good is not None and options.bad is None else PASS_FAIL
    if options.good is not None:
        return CLASSES
    values = frame.columns[column]
    if isinstance(values, Numbers):
        return _kind_of_numbers(values, told=options.worse is not None)
    if isinstance(values, Texts) and _named_classes(values):
        return CLASSES
    return PASS_FAIL


def _kind_of_numbers(column: Numbers, told: bool) -> str:
    """Return the kind of a column of numbers; `told` says that a direction was told."""
    present = column.values[~np.isnan(column.values)]
    distinct = np.unique(present)
    if distinct.size < FEWEST_CLASSES and not told:
        return PASS_FAIL
    whole = bool(np.all(distinct == np.round(distinct))) and distinct[0] >= 0
    counted = say.names(column.name, COUNTED)
    if whole and not (counted or told) and distinct.size <= LIKELY_CLASSES:
        return CLASSES
    if whole and (counted or np.mean(present == 0) >= ZEROS):
        return COUNT
    return NUMBER


def _named_classes(column: Texts) -> bool:
    """Tell whether a column of words names classes, and no verdicts."""
    spoken = any(verdict_word(level) in _WORDS for level in column.levels)
    return not spoken and FEWEST_CLASSES <= len(column.levels) <= LIKELY_CLASSES


def _classes(frame: Frame, column: str, options: Options, guessed: dict[str, object]) -> Target:
    if isinstance(frame.columns[column], Times):
        raise UnusableOption(
            "--target: column {column} holds dates or times, not results.", column=column
        )
    texts = frame.texts(column)
    if not 2 <= len(texts.levels) <= MOST_CLASSES:
        raise UnusableOption(
            "--kind classes: column {column} has {count} different values; quality classes are "
            "2 to {most}. For measured values say --kind number.",
            column=column,
            count=len(texts.levels),
            most=MOST_CLASSES,
        )
    if options.good is not None:
        good = _told_good(texts, options.good)
    else:
        good = _likely_good(texts)
        guessed["good"] = [texts.levels[level] for level in sorted(good)]
    state = np.full(len(texts.levels) + 1, BAD_ROW, dtype=np.uint8)
    state[list(good)] = GOOD_ROW
    state[-1] = MISSING_ROW
    others = [i for i in range(len(texts.levels)) if i not in good]
    return Target(
        column,
        tuple(texts.levels[level] for level in others),
        state[texts.codes],
        guessed,
        kind=CLASSES,
        good=tuple(texts.levels[level] for level in sorted(good)),
        parts={texts.levels[level]: texts.codes == level for level in others},
        levels=texts,
    )


def _told_good(texts: Texts, told: tuple[str, ...]) -> set[int]:
    wanted = {comparable(value) for value in told if value.strip()}
    good = {i for i, level in enumerate(texts.levels) if comparable(level) in wanted}
    if not good or len(good) == len(texts.levels):
        raise UnusableOption(
            "--good: name at least one class of column {column} that is as wanted, and not all. "
            "It has: {values}.",
            column=texts.name,
            values=", ".join(texts.levels[:12]),
        )
    return good


def _likely_good(texts: Texts) -> set[int]:
    """Return the classes whose word says good, else the commonest one."""
    said = {i for i, level in enumerate(texts.levels) if verdict_word(level) in PASS_WORDS}
    if said and len(said) < len(texts.levels):
        return said
    counts = np.bincount(texts.codes[texts.codes >= 0], minlength=len(texts.levels))
    return {int(counts.argmax())}


def _measured(
    frame: Frame, column: str, kind: str, options: Options, guessed: dict[str, object]
) -> Target:
    values = _numbers(frame, column, f"--kind {kind}")
    if kind == NUMBER:
        # -999 is no measurement; a count of 0 is one.
        values = without_sentinels(Numbers(column, values))[0].values
    measure = _direction(column, values, options.worse, guessed)
    return Target(
        column,
        (),
        np.where(np.isnan(values), MISSING_ROW, GOOD_ROW).astype(np.uint8),
        guessed,
        kind=kind,
        measure=measure,
        values=values,
    )


def _numbers(frame: Frame, column: str, option: str) -> Floats:
    found = frame.columns[column]
    if not isinstance(found, Numbers) or np.isnan(found.values).all():
        raise UnusableOption(
            "{option}: column {column} does not hold numbers.", option=option, column=column
        )
    return found.values


def _direction(
    column: str, values: Floats, worse: str | None, guessed: dict[str, object]
) -> Measure:
    if worse is None:
        guessed["worse"] = LOW if say.names(column, LESS_IS_WORSE) else HIGH
        return Measure(str(guessed["worse"]))
    way, _, nominal = worse.partition("=")
    if way in (HIGH, LOW) and not nominal:
        return Measure(way)
    if way == AWAY and not nominal and "=" not in worse:
        guessed["nominal"] = float(np.nanmedian(values))
        return Measure(AWAY, float(np.nanmedian(values)))
    number = _number(nominal)
    if way == AWAY and number is not None:
        return Measure(AWAY, number)
    raise UnusableOption(
        "--worse: say high, low, away or away=x with a number x; {value} is none of them.",
        value=worse,
    )


def _by_limits(frame: Frame, options: Options, spec: str) -> Target:
    """Return the pass/fail result that limits make of a measured column."""
    found = _SPEC.fullmatch(spec)
    low = high = None
    if found is not None:
        low, high = _number(found[2]), _number(found[3])
        readable = (low is not None or not found[2]) and (high is not None or not found[3])
        found = found if readable and (low is not None or high is not None) else None
    if found is None or (low is not None and high is not None and low >= high):
        raise UnusableOption(
            "--spec: write COLUMN=LSL..USL with the lower limit first, such as 'width=9.8..10.2', "
            "or one side alone, such as 'width=..10.2'; {value} could not be understood.",
            value=spec,
        )
    column = named(frame, found[1], "--spec")
    if options.target is not None and named(frame, options.target, "--target") != column:
        raise UnusableOption(
            "--spec is about column {column} and --target names another one; leave one out.",
            column=column,
        )
    if options.kind == CLASSES:
        raise UnusableOption("--spec does not fit a result of the kind {kind}.", kind=CLASSES)
    _check(options, options.kind or NUMBER)
    values = _numbers(frame, column, "--spec")
    missing = np.isnan(values)
    below = np.zeros(values.size, dtype=bool) if low is None else values < low
    above = np.zeros(values.size, dtype=bool) if high is None else values > high
    guessed: dict[str, object] = {}
    if options.worse is not None:
        measure = _direction(column, values, options.worse, guessed)
    elif low is None or high is None:
        measure = Measure(HIGH if low is None else LOW)
    else:
        measure = Measure(AWAY, (low + high) / 2)
    sides = {
        f"{sign} {limit:.15g}": rows
        for sign, limit, rows in (("<", low, below), (">", high, above))
        if limit is not None
    }
    parts = {name: rows for name, rows in sides.items() if rows.any()}
    state = np.where(missing, MISSING_ROW, np.where(below | above, BAD_ROW, GOOD_ROW))
    return Target(
        column,
        tuple(sides),
        state.astype(np.uint8),
        guessed,
        measure=measure,
        values=values,
        spec=(low, high),
        parts=parts if len(parts) > 1 else {},
    )


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if np.isfinite(number) else None
