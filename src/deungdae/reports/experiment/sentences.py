"""What an experiment says of one finding: its verdict in a sentence, and how much changed."""

from collections.abc import Mapping
from typing import Any

from deungdae.reports.experiment.settings import Settings
from deungdae.reports.words import Words


def told(words: Words, finding: Mapping[str, Any], settings: Settings) -> str:
    """Return the verdict on a finding as one sentence."""
    change = settings.change(finding["factors"])
    response = settings.response_spoken()
    if finding["interval"] is None:
        return _no_answer(words, finding["reason"], change)
    sign = 1.0 if finding["baseline"] >= finding["promised"] else -1.0
    low, high = sorted(sign * end for end in finding["interval"])
    values = {
        "change": change,
        "response": response,
        "amount": settings.difference(sign * finding["fall"]),
        "low": settings.difference(low),
        "high": settings.difference(high),
        "smallest": settings.difference(finding["smallest"]),
    }
    verdict, reason = finding["verdict"], finding["reason"]
    if verdict == "confirmed":
        return _confirmed(words, values, falls=sign > 0, smaller=reason == "smaller")
    if verdict == "refuted" and reason == "opposite":
        # the other way round, so that both ends are amounts
        values |= {"low": settings.difference(-high), "high": settings.difference(-low)}
        return _opposite(words, values, falls=sign > 0)
    if verdict == "refuted":
        return _refuted(words, values, falls=sign > 0)
    return _undecided(words, values, falls=sign > 0)


def compared(words: Words, finding: Mapping[str, Any], settings: Settings) -> list[str]:
    """Say what came out on both sides of a finding, and the relative change of a rate."""
    bad, good = finding["bad_side"], finding["good_side"]
    if bad is None or good is None:
        return []
    if not settings.rates:
        if bad["mean"] is None or good["mean"] is None:
            return []
        return [
            words.say(
                "{response} was {bad} at the suspected level and {good} at the better one.",
                response=settings.response_name(),
                bad=settings.plain(bad["mean"]),
                good=settings.plain(good["mean"]),
            )
        ]
    if bad["rate"] is None or good["rate"] is None:
        return []
    said = [
        words.say(
            "At the suspected level {bad} of {bad_parts} parts were bad ({bad_rate}), at the "
            "better one {good} of {good_parts} ({good_rate}).",
            bad=bad["bad"],
            bad_parts=bad["parts"],
            bad_rate=words.percent(bad["rate"]),
            good=good["bad"],
            good_parts=good["parts"],
            good_rate=words.percent(good["rate"]),
        )
    ]
    if finding["verdict"] == "confirmed" and good["rate"] < bad["rate"]:
        said.append(
            words.say(
                "That is {share} fewer bad parts.",
                share=words.percent(1 - good["rate"] / bad["rate"]),
            )
        )
    return said


def _confirmed(words: Words, values: Mapping[str, str], *, falls: bool, smaller: bool) -> str:
    if falls:
        said = words.say(
            "Confirmed: {change} lowers {response} by {amount} ({low} to {high}).",
            change=values["change"],
            response=values["response"],
            amount=values["amount"],
            low=values["low"],
            high=values["high"],
        )
    else:
        said = words.say(
            "Confirmed: {change} raises {response} by {amount} ({low} to {high}).",
            change=values["change"],
            response=values["response"],
            amount=values["amount"],
            low=values["low"],
            high=values["high"],
        )
    if not smaller:
        return said
    return words.say(
        "{confirmed} But that is less than the {smallest} to be shown.",
        confirmed=said,
        smallest=values["smallest"],
    )


def _opposite(words: Words, values: Mapping[str, str], *, falls: bool) -> str:
    given = {k: values[k] for k in ("change", "response", "low", "high")}
    if falls:
        return words.say(
            "Refuted: {change} raises {response} by {low} to {high} instead of lowering it.",
            **given,
        )
    return words.say(
        "Refuted: {change} lowers {response} by {low} to {high} instead of raising it.", **given
    )


def _refuted(words: Words, values: Mapping[str, str], *, falls: bool) -> str:
    given = {k: values[k] for k in ("change", "response", "high", "smallest")}
    if falls:
        return words.say(
            "Refuted: {change} lowers {response} by {high} at most, less than the {smallest} to be "
            "shown.",
            **given,
        )
    return words.say(
        "Refuted: {change} raises {response} by {high} at most, less than the {smallest} to be "
        "shown.",
        **given,
    )


def _undecided(words: Words, values: Mapping[str, str], *, falls: bool) -> str:
    given = {k: values[k] for k in ("change", "response", "low", "high", "smallest")}
    if falls:
        return words.say(
            "Undecided: the fall of {response} with {change} lies between {low} and {high}; both "
            "no effect and the {smallest} to be shown are possible.",
            **given,
        )
    return words.say(
        "Undecided: the rise of {response} with {change} lies between {low} and {high}; both "
        "no effect and the {smallest} to be shown are possible.",
        **given,
    )


def _no_answer(words: Words, reason: str | None, change: str) -> str:
    if reason == "one_side_only":
        return words.say(
            "Undecided: only one of the two levels of {change} was filled in.", change=change
        )
    if reason == "not_told_apart":
        return words.say(
            "Undecided: the runs that were done cannot tell {change} from another effect.",
            change=change,
        )
    return words.say("Undecided: too few runs are filled in to judge {change}.", change=change)
