"""The one sentence that opens a report, and the order of certainty behind it."""

from collections.abc import Iterator, Mapping
from math import inf
from typing import Any

from deungdae.reports.causes.conditions import Units, region
from deungdae.reports.causes.sentences import DISGUISES, stratum_name
from deungdae.reports.codes import CAUSE_WARNINGS, DATA_WARNINGS, spoken
from deungdae.reports.words import Words

_VERDICTS = ("clear", "suspected", "none", "not_enough_data")

Place = tuple[int, int]  #: index of the stratum, index of the cause within it


def disguises(cause: Mapping[str, Any]) -> list[str]:
    """Return the warnings of a finding that say it may not be a cause at all."""
    return [code for code in DISGUISES if code in (cause.get("warnings") or ())]


def by_certainty(document: Mapping[str, Any]) -> list[Place]:
    """Return where the clear and suspected findings stand, the most certain first."""
    found: list[tuple[tuple[float, ...], Place]] = []
    for s, stratum in enumerate(document["strata"]):
        if stratum["verdict"] not in ("clear", "suspected"):
            continue
        for c, cause in enumerate(stratum["causes"]):
            q = cause.get("q_value")
            certainty = (
                float(bool(disguises(cause))),
                float(_VERDICTS.index(stratum["verdict"])),
                float(cause.get("holds_later") is not True),
                float(cause.get("rank", c)),
                inf if q is None else q,
            )
            found.append((certainty, (s, c)))
    return [place for _, place in sorted(found)]


def answer(words: Words, document: Mapping[str, Any], units: Units) -> str:
    """Return the most certain finding as one sentence, or what stands in its way."""
    places = by_certainty(document)
    if places:
        s, c = places[0]
        stratum = document["strata"][s]
        return _finding(words, stratum, stratum["causes"][c], units)
    for code in ("no_bad_rows", "all_bad"):
        if code in _all_warnings(document):
            return spoken(words, DATA_WARNINGS, code)
    verdicts = {stratum["verdict"] for stratum in document["strata"]}
    if "none" in verdicts:
        return words.say("No reliable cause of the defects was found in these columns.")
    if not verdicts:
        return words.say("No part could be used, so nothing can be said.")
    return words.say("There is not enough data yet to name a cause.")


def caution(words: Words, document: Mapping[str, Any]) -> str | None:
    """Return the doubt about the finding that `answer` names, if there is one."""
    places = by_certainty(document)
    if not places:
        return None
    s, c = places[0]
    doubts = disguises(document["strata"][s]["causes"][c])
    return spoken(words, CAUSE_WARNINGS, doubts[0]) if doubts else None


def _finding(
    words: Words, stratum: Mapping[str, Any], cause: Mapping[str, Any], units: Units
) -> str:
    values = {
        "stratum": stratum_name(words, stratum),
        "region": region(words, cause["conditions"], units),
        "rate_inside": words.percent(cause["rate_inside"]),
        "rate_outside": words.percent(cause["rate_outside"]),
    }
    if disguises(cause):
        return words.say(
            "{stratum}: more parts are bad when {region} ({rate_inside} against {rate_outside}), "
            "but that may not be the cause.",
            **values,
        )
    if stratum["verdict"] == "clear":
        return words.say(
            "{stratum}: when {region}, the defect rate is {rate_inside}, "
            "clearly higher than the {rate_outside} otherwise.",
            **values,
        )
    return words.say(
        "{stratum}: not proved, but defects are suspected to come when {region} "
        "({rate_inside} bad, against {rate_outside} otherwise).",
        **values,
    )


def _all_warnings(document: Mapping[str, Any]) -> set[str]:
    return set(_warnings(document))


def _warnings(document: Mapping[str, Any]) -> Iterator[str]:
    yield from document.get("warnings") or ()
    for stratum in document["strata"]:
        yield from stratum.get("warnings") or ()
