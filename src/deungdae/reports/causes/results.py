"""What kind of result a group of parts is about, and what is said of it in place of defects."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from deungdae.reports.causes.conditions import Units, measured, region
from deungdae.reports.words import Words

_MEASURED = ("number", "count")


@dataclass(frozen=True)
class Result:
    """A measured result: its column, unit, and which way it is bad ("high", "low", "away")."""

    column: str
    unit: str
    worse: str
    nominal: float | None

    def subject(self, words: Words) -> str:
        """Return what is averaged: the column, or its distance from the nominal value."""
        if self.worse != "away" or self.nominal is None:
            return self.column
        return words.say(
            "the distance of {column} from {nominal}",
            column=self.column,
            nominal=measured(words.number(self.nominal), self.unit),
        )

    def value(self, words: Words, x: float | None) -> str:
        """Return a value of the result with its unit, – if it is not known."""
        return "–" if x is None else measured(words.number(x, digits=4), self.unit)


def is_measured(stratum: Mapping[str, Any]) -> bool:
    """Return whether a group is about a measured value or a count."""
    return stratum.get("kind") in _MEASURED


def result_of(
    document: Mapping[str, Any], stratum: Mapping[str, Any], units: Units
) -> Result | None:
    """Return the measured result of a group, None where parts are good or bad."""
    if not is_measured(stratum):
        return None
    target = document["target"]
    column = str(target["column"])
    return Result(column, units.get(column, ""), str(target["worse"]), target.get("nominal"))


def class_of(stratum: Mapping[str, Any]) -> str | None:
    """Return the quality class that a group is about, None if it is about none alone."""
    if stratum.get("kind") != "classes" or stratum.get("reason") is None:
        return None
    return str(stratum["reason"])


def finding(
    words: Words, name: str, stratum: Mapping[str, Any], cause: Mapping[str, Any],
    units: Units, result: Result, *, doubted: bool,
) -> str:  # fmt: skip
    """Return the most certain finding on a measured result as one sentence; `name` is the group."""
    values = {
        "stratum": name,
        "region": region(words, cause["conditions"], units),
        "subject": result.subject(words),
        "inside": result.value(words, cause["mean_inside"]),
        "outside": result.value(words, cause["mean_outside"]),
    }
    if doubted:
        return words.say(
            "{stratum}: {subject} is worse when {region} ({inside} on average, against {outside}), "
            "but that may not be the cause.",
            **values,
        )
    if stratum["verdict"] == "clear":
        return words.say(
            "{stratum}: when {region}, {subject} averages {inside}, "
            "clearly worse than the {outside} otherwise.",
            **values,
        )
    return words.say(
        "{stratum}: not proved, but {subject} is suspected to get worse when {region} "
        "({inside} on average, against {outside} otherwise).",
        **values,
    )


def means(words: Words, cause: Mapping[str, Any], units: Units, result: Result) -> str:
    """Say the means inside and outside of the region, with their counts."""
    return words.say(
        "When {region}, {subject} averages {inside} ({n_inside} parts), "
        "against {outside} otherwise ({n_outside} parts).",
        region=region(words, cause["conditions"], units),
        subject=result.subject(words),
        inside=result.value(words, cause["mean_inside"]),
        n_inside=cause["n_inside"],
        outside=result.value(words, cause["mean_outside"]),
        n_outside=cause["n_outside"],
    )


def difference(words: Words, cause: Mapping[str, Any], result: Result) -> str:
    """Say how far the means lie apart, and how well that is known."""
    apart, (low, high) = cause["difference"], cause["ci95"]
    lower = result.worse == "low"
    if apart is None or low is None or high is None:
        return words.say("How far the means lie apart is not known.")
    if lower:
        apart, low, high = -apart, -high, -low
    values = {
        "difference": result.value(words, apart),
        "low": result.value(words, low),
        "high": result.value(words, high),
    }
    if low <= 0:
        return words.say(
            "In these data the means lie {difference} apart, but the 95% interval "
            "({low} to {high}) includes no difference.",
            **values,
        )
    if lower:
        return words.say("That is {difference} lower (95% interval {low} to {high}).", **values)
    return words.say("That is {difference} higher (95% interval {low} to {high}).", **values)


def counts(words: Words, stratum: Mapping[str, Any], result: Result) -> str:
    """Say how many parts a group has, their mean, and how many independent ones they are worth."""
    return words.say(
        "{rows} parts; {subject} averages {mean}, median {median}. "
        "As neighbours resemble each other, they are worth {episodes} independent parts.",
        rows=stratum["rows"],
        subject=result.subject(words),
        mean=result.value(words, stratum["mean"]),
        median=result.value(words, stratum["median"]),
        episodes=stratum["episodes"],
    )


def needed(words: Words, stratum: Mapping[str, Any]) -> str | None:
    """Say how much more data an answer on a measured result needs."""
    wanted = stratum.get("needed")
    if not wanted or stratum["verdict"] != "not_enough_data":
        return None
    parts = [words.say("parts: about {n}", n=wanted["rows"])]
    if wanted.get("days"):
        parts.append(words.say("days of production: about {n}", n=wanted["days"]))
    return words.say(
        "To find a cause that moves the mean by {size} standard deviations with a chance of "
        "{power}, this much more is needed: {parts}.",
        size=wanted["difference"],
        power=words.percent(wanted["power"]),
        parts=words.listed(parts),
    )


def of_class(words: Words, cause: Mapping[str, Any], units: Units, name: str) -> str:
    """Say which share of parts is of a class inside and outside of the region."""
    return words.say(
        "When {region}, {rate_inside} of {n_inside} parts are of class {name}, "
        "against {rate_outside} of {n_outside} otherwise.",
        region=region(words, cause["conditions"], units),
        name=name,
        rate_inside=words.percent(cause["rate_inside"]),
        n_inside=cause["n_inside"],
        rate_outside=words.percent(cause["rate_outside"]),
        n_outside=cause["n_outside"],
    )


def mix(words: Words, cause: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return the share of each class inside and outside of the region, as it is written."""

    def share(x: float | None) -> str:
        return "–" if x is None else words.percent(x)

    return [
        (str(c["class"]), share(c["inside"]), share(c["outside"]))
        for c in cause.get("classes") or ()
    ]


def guess(words: Words, document: Mapping[str, Any]) -> str | None:
    """Say what was guessed of a result that is not pass or fail, None if nothing was."""
    target, guessed = document["target"], document["input"].get("guessed") or {}
    if target["kind"] == "pass_fail" or not {"kind", "worse", "nominal", "good"} & set(guessed):
        return None
    column = str(target["column"])
    if target["kind"] == "classes" and "good" not in guessed:
        return words.say(
            "Guessed: “{column}” holds quality classes. Say so if that is wrong.", column=column
        )
    if target["kind"] == "classes":
        return words.say(
            "Guessed: “{column}” holds quality classes, of which “{good}” is as wanted. "
            "Say so if that is wrong.",
            column=column,
            good=words.alternatives([str(name) for name in target.get("good") or ()]),
        )
    if target["worse"] == "away":
        return words.say(
            "Guessed: “{column}” holds measured values, and those far from {nominal} are worse. "
            "Say so if that is wrong.",
            column=column,
            nominal=words.number(target["nominal"]),
        )
    if target["worse"] == "low":
        return words.say(
            "Guessed: “{column}” holds measured values, and low ones are worse. "
            "Say so if that is wrong.",
            column=column,
        )
    return words.say(
        "Guessed: “{column}” holds measured values, and high ones are worse. "
        "Say so if that is wrong.",
        column=column,
    )
