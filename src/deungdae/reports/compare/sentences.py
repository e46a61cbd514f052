"""What changed since the last analysis, in the words of one language."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from deungdae.reports.causes.conditions import Units, region_label
from deungdae.reports.causes.sentences import needed, stratum_name
from deungdae.reports.codes import VERDICTS, spoken
from deungdae.reports.compare.findings import Change, Comparison, Fate
from deungdae.reports.compare.rates import Movement
from deungdae.reports.words import Words


@dataclass(frozen=True)
class Line:
    """One finding's fate: a code for the sign beside it, what it is about, a sentence."""

    fate: str
    group: str
    title: str
    sentence: str


@dataclass(frozen=True)
class GroupLine:
    """How the defect rate of one group moved. `direction`: rose, fell or unclear."""

    name: str
    sentence: str
    direction: str


@dataclass(frozen=True)
class Changes:
    """What to read first, a line for each finding, a line for each group of parts."""

    answer: str
    rates: str
    lines: list[Line]
    groups: list[GroupLine]


def tell_changes(words: Words, comparison: Comparison, units: Units) -> Changes:
    """Put a comparison into words; `units` are those of the later table."""
    return Changes(
        answer=_answer(words, comparison),
        rates=_whole(words, comparison.rates),
        lines=[_line(words, change, units) for change in comparison.changes],
        groups=[
            GroupLine(stratum_name(words, now), _whole(words, rates), rates.direction)
            for _, now, rates in comparison.groups
        ],
    )


def _answer(words: Words, comparison: Comparison) -> str:
    if comparison.same_file:
        return words.say("Both analyses read the same file, so nothing can have changed in it.")
    if not comparison.changes:
        return words.say("Neither then nor now was a cause found.")
    n = {fate: len(comparison.of(fate)) for fate in Fate}
    parts = [
        (n[Fate.HOLDS], words.say("still there: {n}", n=n[Fate.HOLDS])),
        (n[Fate.MOVED], words.say("changed: {n}", n=n[Fate.MOVED])),
        (n[Fate.GONE], words.say("disappeared: {n}", n=n[Fate.GONE])),
        (n[Fate.NEW], words.say("new: {n}", n=n[Fate.NEW])),
        (n[Fate.UNKNOWN], words.say("cannot be judged yet: {n}", n=n[Fate.UNKNOWN])),
    ]
    return words.say(
        "Findings since the last analysis: {parts}.",
        parts=words.listed(text for count, text in parts if count),
    )


def _whole(words: Words, rates: Movement | None) -> str:
    if rates is None:
        return words.say("The defect rates cannot be compared: one table has no usable part.")
    values = _values(words, rates)
    if rates.direction == "rose":
        return words.say(
            "The defect rate rose from {before} to {after} "
            "(by {low} to {high} percentage points, 95% interval).",
            **values,
        )
    if rates.direction == "fell":
        return words.say(
            "The defect rate fell from {before} to {after} "
            "(by {low} to {high} percentage points, 95% interval).",
            **values,
        )
    return words.say(
        "The defect rate was {before} and is {after}; chance alone may explain the difference.",
        **values,
    )


def _inside(words: Words, rates: Movement | None) -> str | None:
    if rates is None:
        return None
    values = _values(words, rates)
    if rates.direction == "rose":
        return words.say(
            "In this region the defect rate rose from {before} to {after} "
            "(by {low} to {high} percentage points, 95% interval).",
            **values,
        )
    if rates.direction == "fell":
        return words.say(
            "In this region the defect rate fell from {before} to {after} "
            "(by {low} to {high} percentage points, 95% interval).",
            **values,
        )
    return words.say(
        "In this region the defect rate was {before} and is {after}; "
        "chance alone may explain the difference.",
        **values,
    )


def _values(words: Words, rates: Movement) -> dict[str, str]:
    """Return the rates as percentages, and the ends of how far they are apart, the nearer first."""
    near, far = sorted(abs(end) * 100 for end in rates.difference)
    return {
        "before": words.percent(rates.before.rate),
        "after": words.percent(rates.after.rate),
        "low": words.number(near, digits=2),
        "high": words.number(far, digits=2),
    }


def _line(words: Words, change: Change, units: Units) -> Line:
    # a hint is told of the finding that it was
    shown = change.after if change.fate in (Fate.HOLDS, Fate.MOVED, Fate.NEW) else change.before
    if shown is None:
        raise ValueError("a change has neither an earlier nor a later finding")
    stratum, cause = shown
    return Line(
        change.fate.value,
        stratum_name(words, stratum),
        region_label(words, cause["conditions"], units),
        " ".join(_said(words, change, units)),
    )


def _said(words: Words, change: Change, units: Units) -> Iterator[str]:
    if change.fate is Fate.NEW:
        yield _new(words, change)
    elif change.fate is Fate.GONE:
        yield _gone(words, change)
    elif change.fate is Fate.UNKNOWN:
        yield from _unknown(words, change)
    else:
        yield from _still(words, change, units)


def _still(words: Words, change: Change, units: Units) -> Iterator[str]:
    if change.before is None or change.after is None:
        raise ValueError("a finding that holds has both an earlier and a later side")
    (stratum, cause), (now, again) = change.before, change.after
    earlier = region_label(words, cause["conditions"], units)
    if change.fate is Fate.MOVED:
        yield words.say(
            "The same column, but other values of it are bad: last time {earlier}.",
            earlier=earlier,
        )
        return
    if change.why == "together":
        yield words.say(
            "It was found last time by a column that changes together with this one: {earlier}.",
            earlier=earlier,
        )
    else:
        yield words.say("It was found last time as well, on the same side.")
    inside = _inside(words, change.rates)
    if inside:
        yield inside
    if change.why == "same" and earlier != region_label(words, again["conditions"], units):
        yield words.say("Last time the region was {earlier}.", earlier=earlier)
    if stratum["verdict"] != now["verdict"]:
        yield words.say(
            "The verdict was “{before}” and is “{after}” now.",
            before=_verdict(words, stratum),
            after=_verdict(words, now),
        )


def _gone(words: Words, change: Change) -> str:
    if change.why == "hint":
        return words.say(
            "It was found last time; this time it is only a hint that did not pass the checks."
        )
    if change.why == "no_defects":
        return words.say("It was found last time; this group has no bad part any more.")
    return words.say("It was found last time; this time there were enough data and it was not.")


def _unknown(words: Words, change: Change) -> Iterator[str]:
    if change.why == "no_group":
        yield words.say("It was found last time; this table has no such group of parts.")
        return
    if change.why == "column":
        yield words.say(
            "It was found last time; this time it could not be looked for, because these columns "
            "were set aside: {columns}.",
            columns=words.listed(change.columns),
        )
        return
    if change.why == "hint":
        yield words.say(
            "It was found last time and shows again, but there are not enough data to be sure."
        )
    else:
        yield words.say("It was found last time; this time there are too few data to look for it.")
    more = needed(words, change.group) if change.group is not None else None
    if more:
        yield more


def _new(words: Words, change: Change) -> str:
    if change.why == "no_group":
        return words.say("It is new: last time there was no such group of parts.")
    if change.why == "not_enough_data":
        return words.say("It is new: last time there were not enough data to see it.")
    return words.say("It is new: last time it was not found.")


def _verdict(words: Words, stratum: Mapping[str, Any]) -> str:
    return spoken(words, VERDICTS, stratum["verdict"])
