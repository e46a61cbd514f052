"""The one sentence that opens a report, and the order of certainty behind it."""

from collections.abc import Iterator, Mapping
from math import inf
from typing import Any

from deungdae.records.messages import Message
from deungdae.reports.causes import results
from deungdae.reports.causes.conditions import Units, region
from deungdae.reports.causes.sentences import DISGUISES, stratum_name
from deungdae.reports.codes import (
    ALL_BAD,
    CAUSE_WARNINGS,
    DATA_WARNINGS,
    NO_BAD,
    NO_COLUMNS,
    spoken,
)
from deungdae.reports.words import Words

_BAD_SHOWN = 5

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


def compared(document: Mapping[str, Any], understanding: Mapping[str, Any]) -> bool:
    """Return whether any column was left to compare the parts by; True if that is not known."""
    names = {str(c["name"]) for c in understanding.get("columns") or ()}
    if not names:
        return True
    used = {str(c["column"]) for c in document["input"].get("columns_set_aside") or ()}
    used.add(str(document["target"].get("column")))
    for stratum in document["strata"]:
        used.update(str(c) for c in stratum["where"])
        if stratum["causes"]:
            return True
    return not names <= used


def nothing_to_compare(stratum: Mapping[str, Any], *, columns: bool) -> Message | None:
    """Say why no cause can be asked for in a group, None if one can.

    `columns` says whether there are columns to compare by.
    """
    if stratum["causes"]:
        return None
    if results.is_measured(stratum):
        told = "no_columns" in (stratum.get("warnings") or ())
        return NO_COLUMNS if told or not columns else None
    if not stratum["bad"]:
        return NO_BAD
    if stratum["bad"] >= stratum["rows"]:
        return ALL_BAD
    told = "no_columns" in (stratum.get("warnings") or ())
    return NO_COLUMNS if told or not columns else None


def answer(words: Words, document: Mapping[str, Any], units: Units, *, columns: bool = True) -> str:
    """Return the most certain finding as one sentence, or what stands in its way.

    `columns` says whether there are columns to compare the parts by.
    """
    places = by_certainty(document)
    if places:
        s, c = places[0]
        stratum = document["strata"][s]
        result = results.result_of(document, stratum, units)
        return _finding(words, stratum, stratum["causes"][c], units, result)
    for code in ("no_bad_rows", "all_bad"):
        if code in _all_warnings(document):
            return spoken(words, DATA_WARNINGS, code)
    obstacles = [nothing_to_compare(s, columns=columns) for s in document["strata"]]
    verdicts = {
        stratum["verdict"]
        for stratum, obstacle in zip(document["strata"], obstacles, strict=True)
        if obstacle is None
    }
    if obstacles and not verdicts:
        if NO_COLUMNS in obstacles:
            return words.say_message(NO_COLUMNS)
        return words.say("No group holds both good and bad parts, so there is nothing to compare.")
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


def guess(words: Words, document: Mapping[str, Any]) -> str | None:
    """Say what was taken for a bad part if nobody said so, None if somebody did."""
    if document["target"]["kind"] != "pass_fail":
        return results.guess(words, document)
    guessed = document["input"].get("guessed") or {}
    marks = {"target_guessed", "bad_guessed"} & set(document.get("warnings") or ())
    column, bad = document["target"].get("column"), document["target"].get("bad") or ()
    if column is None or not (marks or "target" in guessed or "bad" in guessed):
        return None
    names = [str(value) for value in bad]
    if not names:
        return words.say(
            "Guessed: the inspection result stands in {column}. Name the column if that is wrong.",
            column=str(column),
        )
    values = words.alternatives(names[:_BAD_SHOWN])
    if len(names) > _BAD_SHOWN:
        values = words.say("{names} and {more} more", names=values, more=len(names) - _BAD_SHOWN)
    return words.say(
        "Guessed: a part is bad if “{column}” is “{values}”. "
        "Name the column or the values if that is wrong.",
        column=str(column),
        values=values,
    )


def _finding(
    words: Words,
    stratum: Mapping[str, Any],
    cause: Mapping[str, Any],
    units: Units,
    result: results.Result | None,
) -> str:
    doubted = bool(disguises(cause))
    name = stratum_name(words, stratum)
    if result is not None:
        return results.finding(words, name, stratum, cause, units, result, doubted=doubted)
    if results.class_of(stratum) is not None:
        return _of_class(words, name, stratum, cause, units)
    values = {
        "stratum": name,
        "region": region(words, cause["conditions"], units),
        "rate_inside": words.percent(cause["rate_inside"]),
        "rate_outside": words.percent(cause["rate_outside"]),
    }
    if doubted:
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


def _of_class(
    words: Words, name: str, stratum: Mapping[str, Any], cause: Mapping[str, Any], units: Units
) -> str:
    values = {
        "stratum": name,
        "region": region(words, cause["conditions"], units),
        "rate_inside": words.percent(cause["rate_inside"]),
        "rate_outside": words.percent(cause["rate_outside"]),
    }
    if disguises(cause):
        return words.say(
            "{stratum}: more parts are of this class when {region} ({rate_inside} against "
            "{rate_outside}), but that may not be the cause.",
            **values,
        )
    if stratum["verdict"] == "clear":
        return words.say(
            "{stratum}: when {region}, {rate_inside} of parts are of this class, "
            "clearly more than the {rate_outside} otherwise.",
            **values,
        )
    return words.say(
        "{stratum}: not proved, but parts of this class are suspected to come when {region} "
        "({rate_inside}, against {rate_outside} otherwise).",
        **values,
    )


def _all_warnings(document: Mapping[str, Any]) -> set[str]:
    return set(_warnings(document))


def _warnings(document: Mapping[str, Any]) -> Iterator[str]:
    yield from document.get("warnings") or ()
    for stratum in document["strata"]:
        yield from stratum.get("warnings") or ()
