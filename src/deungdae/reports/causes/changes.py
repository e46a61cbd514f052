"""What changed since the last analysis, in the words of one language."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from deungdae.reports.causes.comparison import Change, Comparison, Fate
from deungdae.reports.causes.conditions import Units, region_label
from deungdae.reports.causes.sentences import stratum_name
from deungdae.reports.codes import VERDICTS, spoken
from deungdae.reports.words import Words


@dataclass(frozen=True)
class Line:
    """One finding's fate: a code for the sign beside it, what it is about, a sentence."""

    fate: str
    group: str
    title: str
    sentence: str


@dataclass(frozen=True)
class Changes:
    """What to read first, and a line for each finding."""

    answer: str
    rates: str
    lines: list[Line]


def tell_changes(words: Words, comparison: Comparison, units: Units) -> Changes:
    """Put a comparison into words; `units` are those of the later table."""
    lines = [_line(words, change, units) for change in comparison.changes]
    return Changes(_answer(words, comparison), _rates(words, comparison), lines)


def _answer(words: Words, comparison: Comparison) -> str:
    if not comparison.changes:
        return words.say("Neither then nor now was a cause found.")
    n = {fate: len(comparison.of(fate)) for fate in Fate}
    return words.say(
        "Since the last analysis: {holds} findings still hold, {moved} moved, {gone} disappeared, "
        "{new} are new, {unknown} cannot be judged yet.",
        holds=n[Fate.HOLDS],
        moved=n[Fate.MOVED],
        gone=n[Fate.GONE],
        new=n[Fate.NEW],
        unknown=n[Fate.UNKNOWN],
    )


def _rates(words: Words, comparison: Comparison) -> str:
    rates = comparison.rates
    if rates.before is None or rates.after is None:
        return words.say("The defect rates cannot be compared: one table has no usable part.")
    values = {"before": words.percent(rates.before), "after": words.percent(rates.after)}
    if not rates.differs:
        return words.say(
            "The defect rate was {before} and is {after}; chance alone may explain the difference.",
            **values,
        )
    if rates.after > rates.before:
        return words.say("The defect rate rose from {before} to {after}.", **values)
    return words.say("The defect rate fell from {before} to {after}.", **values)


def _line(words: Words, change: Change, units: Units) -> Line:
    stratum, cause = change.after or change.before or ({}, {})
    return Line(
        change.fate.value,
        stratum_name(words, stratum),
        region_label(words, cause["conditions"], units),
        _sentence(words, change, units),
    )


def _sentence(words: Words, change: Change, units: Units) -> str:
    if change.fate is Fate.GONE:
        return words.say("It was found last time; this time there were enough data and it was not.")
    if change.fate is Fate.UNKNOWN:
        return words.say("It was found last time; this time there are too few data to look for it.")
    assert change.after is not None
    now = {
        "now": words.percent(change.after[1]["rate_inside"]),
        "verdict": _verdict(words, change.after[0]),
    }
    if change.before is None:
        return words.say(
            "It was not found last time ({verdict}; {now} of these parts are bad).", **now
        )
    then = words.percent(change.before[1]["rate_inside"])
    if change.fate is Fate.MOVED:
        return words.say(
            "The same setting, but other values of it: last time {earlier}.",
            earlier=region_label(words, change.before[1]["conditions"], units),
        )
    return words.say(
        "It was found last time as well ({earlier} of these parts were bad then, {now} now; "
        "now {verdict}).",
        earlier=then,
        **now,
    )


def _verdict(words: Words, stratum: Mapping[str, Any]) -> str:
    return spoken(words, VERDICTS, stratum["verdict"]).lower()
