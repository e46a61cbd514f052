"""What is said of the operating window of a finding: where to stay, what it brings and costs."""

from collections.abc import Mapping
from typing import Any

from deungdae.reports.causes.conditions import Units, clause
from deungdae.reports.causes.results import Result
from deungdae.reports.words import Words

#: doubts that keep a window from being stated, as the method has them
_DOUBTS = frozenset({"leakage", "period", "shift", "lot", "product", "cavity"})


def window(
    words: Words,
    cause: Mapping[str, Any],
    units: Units,
    result: Result | None,
    quality: str | None = None,
) -> list[str]:
    """Return the sentences on the window of a finding; none for a result that knows no windows.

    `quality` names the class that the finding is about, if it is about one.
    """
    if "window" not in cause:
        return []
    stated = cause["window"]
    if stated is None:
        if _DOUBTS & set(cause.get("warnings") or ()):
            return [words.say("No window can be recommended as long as this doubt stands.")]
        return [
            words.say(
                "No window can be recommended: this is nothing that a person can set or hold."
            )
        ]
    if not stated["recommended"]:
        return [_unproved(words, stated, result)]
    return [
        words.say("Recommended: stay where {window}.", window=kept(words, stated, units)),
        _gain(words, stated, result, quality),
        words.say(
            "The cost of it: {share} of today's production lies outside this window.",
            share=words.percent(stated["outside_today"]),
        ),
    ]


def kept(words: Words, stated: Mapping[str, Any], units: Units) -> str:
    """Return the window as a clause that fits after "where"."""
    said = [clause(words, condition, units) for condition in stated["conditions"]]
    whole = said[0]
    for further in said[1:]:
        whole = words.say("{first} or {second}", first=whole, second=further)
    return whole


def _gain(
    words: Words, stated: Mapping[str, Any], result: Result | None, quality: str | None
) -> str:
    low, high = stated["ci95"]
    if result is None and quality is not None:
        return words.say(
            "On parts that did not set these limits, the share of class {name} would fall from "
            "{today} to {within}: {reduction} fewer of them (95% interval {low} to {high}).",
            name=quality,
            today=words.percent(stated["rate_today"]),
            within=words.percent(stated["rate_within"]),
            reduction=words.percent(stated["reduction"]),
            low=words.percent(low),
            high=words.percent(high),
        )
    if result is None:
        return words.say(
            "On parts that did not set these limits, the defect rate would fall from {today} to "
            "{within}: {reduction} fewer defects (95% interval {low} to {high}).",
            today=words.percent(stated["rate_today"]),
            within=words.percent(stated["rate_within"]),
            reduction=words.percent(stated["reduction"]),
            low=words.percent(low),
            high=words.percent(high),
        )
    return words.say(
        "On parts that did not set these limits, {subject} would move from {today} to {within} on "
        "average: better by {reduction} (95% interval {low} to {high}).",
        subject=result.subject(words),
        today=result.value(words, stated["mean_today"]),
        within=result.value(words, stated["mean_within"]),
        reduction=result.value(words, stated["reduction"]),
        low=result.value(words, low),
        high=result.value(words, high),
    )


def _unproved(words: Words, stated: Mapping[str, Any], result: Result | None) -> str:
    low, high = stated["ci95"]
    if result is None:
        return words.say(
            "No window can be recommended: on parts that did not set its limits, it may bring "
            "nothing (fewer defects by {low} to {high}, 95% interval).",
            low=words.percent(low),
            high=words.percent(high),
        )
    return words.say(
        "No window can be recommended: on parts that did not set its limits, it may bring nothing "
        "(better by {low} to {high}, 95% interval).",
        low=result.value(words, low),
        high=result.value(words, high),
    )
