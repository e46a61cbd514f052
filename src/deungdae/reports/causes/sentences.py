"""What is said about one finding and about one group of parts."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from deungdae.reports.causes.conditions import (
    Units,
    bounds,
    levels,
    quantity,
    region,
)
from deungdae.reports.causes.results import class_of
from deungdae.reports.paper.model import Check
from deungdae.reports.words import Words

#: warnings that say: this may not be a cause at all
DISGUISES = ("leakage", "period", "lot", "shift", "product", "cavity")

_Q_SHOWN = 0.001
#: 599 shifts against one: a smaller share of chance is not told apart from this one
_Q_FLOOR = 1 / 600 * 1.01
# the bars of the method `causes` itself (see its judge): what it calls clear, and suspected
_CLEAR_Q = 0.02
_SUSPECTED_Q = 0.1
_STABLE = 0.6
_KNOWN = 1000.0  #: an interval that ends beyond this many times is as good as open
#: what machines write when there is no measurement
_NO_MEASUREMENT = frozenset(
    {0.0, -1.0, -9.0, -99.0, -999.0, -9999.0, 99.0, 999.0, 9999.0, 99999.0, 32767.0, 65535.0}
)


def bad_counts(cause: Mapping[str, Any]) -> tuple[int, int]:
    """Return the number of bad parts inside and outside of the region."""
    return (
        round(cause["rate_inside"] * cause["n_inside"]),
        round(cause["rate_outside"] * cause["n_outside"]),
    )


def stratum_name(words: Words, stratum: Mapping[str, Any]) -> str:
    """Return what a group of parts is called: its products or machines, and the defect."""
    parts = [words.alternatives(str(v) for v in values) for values in stratum["where"].values()]
    quality = class_of(stratum)
    if quality is not None:
        parts.append(words.say("class {name}", name=quality))
    elif stratum.get("reason") is not None:
        parts.append(str(stratum["reason"]))
    return " · ".join(parts) if parts else words.say("All parts")


def rates(words: Words, cause: Mapping[str, Any], units: Units) -> str:
    """Say the defect rates inside and outside of the region, with their counts."""
    bad_inside, bad_outside = bad_counts(cause)
    if _may_be_equal(cause):
        return words.say(
            "When {region}, {rate_inside} of parts are bad ({bad_inside} of {n_inside}); "
            "otherwise, {rate_outside} ({bad_outside} of {n_outside}).",
            region=region(words, cause["conditions"], units),
            rate_inside=words.percent(cause["rate_inside"]),
            bad_inside=bad_inside,
            n_inside=cause["n_inside"],
            rate_outside=words.percent(cause["rate_outside"]),
            bad_outside=bad_outside,
            n_outside=cause["n_outside"],
        )
    return words.say(
        "When {region}, {rate_inside} of parts are bad ({bad_inside} of {n_inside}), "
        "against {rate_outside} otherwise ({bad_outside} of {n_outside}).",
        region=region(words, cause["conditions"], units),
        rate_inside=words.percent(cause["rate_inside"]),
        bad_inside=bad_inside,
        n_inside=cause["n_inside"],
        rate_outside=words.percent(cause["rate_outside"]),
        bad_outside=bad_outside,
        n_outside=cause["n_outside"],
    )


def ratio(words: Words, cause: Mapping[str, Any]) -> str:
    """Say how many times as high the rate is, and how well that is known."""
    low, high = [*(cause.get("ci95") or ()), None, None][:2]
    if cause["risk_ratio"] is None:
        if low is None:
            return words.say("No bad part lies outside, so no ratio can be given.")
        if _may_be_equal(cause):
            return words.say(
                "No bad part lies outside, and the data are too few to say how many times as high "
                "the rate is at least; the 95% interval includes no difference."
            )
        return words.say(
            "No bad part lies outside, so the ratio has no upper end; "
            "it is at least {low} times (95% interval).",
            low=words.times(low),
        )
    times = words.times(cause["risk_ratio"])
    if low is None:
        return words.say("That is {times} times as high.", times=times)
    if _may_be_equal(cause) and (high is None or high > _KNOWN):
        return words.say(
            "In these data that is {times} times as high, but the 95% interval "
            "({low} times or more) includes no difference.",
            times=times,
            low=words.times(low),
        )
    if _may_be_equal(cause):
        return words.say(
            "In these data that is {times} times as high, but the 95% interval "
            "({low} to {high} times) includes no difference.",
            times=times,
            low=words.times(low),
            high=words.times(high),
        )
    if high is None or high > _KNOWN:
        return words.say(
            "That is {times} times as high (95% interval: {low} times or more).",
            times=times,
            low=words.times(low),
        )
    return words.say(
        "That is {times} times as high (95% interval {low} to {high} times).",
        times=times,
        low=words.times(low),
        high=words.times(high),
    )


def _may_be_equal(cause: Mapping[str, Any]) -> bool:
    """Return whether the interval of the ratio reaches down to no difference."""
    low = next(iter(cause.get("ci95") or ()), None)
    return low is not None and low <= 1


def checks(words: Words, cause: Mapping[str, Any]) -> list[Check]:
    """Say how sure it is: chance, later periods, resampling."""
    said = [_chance(words, cause.get("q_value")), _later(words, cause.get("holds_later"))]
    stability = cause.get("stability")
    if stability is not None:
        text = words.say(
            "Found again in {share} of the repetitions on resampled data.",
            share=words.percent(stability),
        )
        said.append(Check("yes" if stability >= _STABLE else "no", text))
    return said


def _chance(words: Words, q: float | None) -> Check:
    if q is None:
        return Check("unknown", words.say("How often chance would give this was not computed."))
    if q < _Q_SHOWN:
        text = words.say("Of findings this strong, fewer than 0.1% would be chance.")
    elif q <= _Q_FLOOR:
        text = words.say(
            "Of findings this strong, at most {q} would be chance.", q=words.percent(q)
        )
    else:
        text = words.say("Of findings this strong, about {q} would be chance.", q=words.percent(q))
    return Check("yes" if q <= _CLEAR_Q else "partly" if q <= _SUSPECTED_Q else "no", text)


def _later(words: Words, holds: bool | None) -> Check:
    if holds is None:
        text = words.say("Could not be checked on later periods; there was too little data.")
        return Check("unknown", text)
    if holds:
        return Check("yes", words.say("Holds in later periods that were not used to find it."))
    return Check("no", words.say("Does not hold in later periods that were not used to find it."))


def same_as(words: Words, cause: Mapping[str, Any]) -> str | None:
    """Name the columns that say the same, so that nobody turns the wrong knob."""
    columns = [str(c) for c in cause.get("same_as") or ()]
    if not columns:
        return None
    return words.say(
        "These columns change together with it, so the true cause may be among them: {columns}.",
        columns=words.listed(columns),
    )


def next_step(
    words: Words,
    cause: Mapping[str, Any],
    units: Units,
    numeric: Collection[str] = (),
    *,
    measured: bool = False,
) -> str:
    """Say what to try next; a doubt about the finding comes before any change of a setting.

    `numeric` names the columns that hold numbers: a level of theirs may be no measurement.
    `measured` says that a measured result shall get better, in place of a defect rate.
    """
    codes = set(cause.get("warnings") or ())
    conditions: Sequence[Mapping[str, Any]] = cause["conditions"]
    name = quantity(conditions[0]) if conditions else words.listed(map(str, cause["columns"]))
    if "leakage" in codes:
        return words.say(
            "Ask when {name} is recorded. If it is after the inspection, leave it out and look "
            "again.",
            name=name,
        )
    if "cavity" in codes:
        return words.say("Compare the cavities of the mould: vents, gates, cooling, wear.")
    for condition in conditions:
        if _is_no_measurement(condition, numeric):
            return words.say(
                "Find out whether the sensor had dropped out or the device was off "
                "when {name} was recorded as {levels}.",
                name=quantity(condition),
                levels=levels(words, condition),
            )
    if codes & {"period", "lot", "shift", "product"}:
        return words.say(
            "Do not change {name} yet. First find out what else was different in that period.",
            name=name,
        )
    return _trial(words, conditions, units, name, measured=measured)


def _is_no_measurement(condition: Mapping[str, Any], numeric: Collection[str]) -> bool:
    """Return whether the levels are all values such as 0 or -999 of a column of numbers."""
    named = condition.get("levels")
    if not named or not {str(c) for c in condition["columns"]} <= set(numeric):
        return False
    return all(_number(str(level)) in _NO_MEASUREMENT for level in named)


def _number(text: str) -> float | None:
    try:
        return float(text.replace(",", "").replace("\N{MINUS SIGN}", "-"))
    except ValueError:
        return None


def _trial(
    words: Words,
    conditions: Sequence[Mapping[str, Any]],
    units: Units,
    name: str,
    *,
    measured: bool,
) -> str:
    if len(conditions) != 1:
        return words.say(
            "Make a trial lot that avoids this combination, and see whether the result gets better."
            if measured
            else "Make a trial lot that avoids this combination, "
            "and see whether the defect rate falls."
        )
    only = conditions[0]
    if only.get("levels"):
        return words.say(
            "Find out what sets {levels} apart from the others, and try to bring it into line.",
            levels=levels(words, only),
        )
    low, high = bounds(words, only, units)
    if only.get("outside") and low and high:
        return words.say(
            "Make a trial lot with {name} kept between {low} and {high}, "
            "and see whether the result gets better."
            if measured
            else "Make a trial lot with {name} kept between {low} and {high}, "
            "and see whether the defect rate falls.",
            name=name,
            low=low,
            high=high,
        )
    if low and high and not only.get("outside"):
        return words.say(
            "Make a trial lot with {name} kept away from {low} to {high}, "
            "and see whether the result gets better."
            if measured
            else "Make a trial lot with {name} kept away from {low} to {high}, "
            "and see whether the defect rate falls.",
            name=name,
            low=low,
            high=high,
        )
    floor = low if only.get("outside") else high
    if floor:  # the bad side is the low one
        return words.say(
            "Make a trial lot with {name} kept above {high}, "
            "and see whether the result gets better."
            if measured
            else "Make a trial lot with {name} kept above {high}, "
            "and see whether the defect rate falls.",
            name=name,
            high=floor,
        )
    return words.say(
        "Make a trial lot with {name} kept below {low}, and see whether the result gets better."
        if measured
        else "Make a trial lot with {name} kept below {low}, "
        "and see whether the defect rate falls.",
        name=name,
        low=(high if only.get("outside") else low) or "?",
    )


def counts(words: Words, stratum: Mapping[str, Any]) -> str:
    """Say how many parts and defects a group has, and in how many incidents they came."""
    quality = class_of(stratum)
    if quality is not None:
        return words.say(
            "{bad} of {rows} parts are of class {name} ({rate}); separate incidents: {episodes}.",
            bad=stratum["bad"],
            rows=stratum["rows"],
            name=quality,
            rate=words.percent(stratum["bad"] / stratum["rows"] if stratum["rows"] else 0.0),
            episodes=stratum["episodes"],
        )
    return words.say(
        "{bad} of {rows} parts are bad ({rate}); separate incidents: {episodes}.",
        bad=stratum["bad"],
        rows=stratum["rows"],
        rate=words.percent(stratum["bad"] / stratum["rows"] if stratum["rows"] else 0.0),
        episodes=stratum["episodes"],
    )


def needed(words: Words, stratum: Mapping[str, Any]) -> str | None:
    """Say how much more data an answer needs."""
    wanted = stratum.get("needed")
    if not wanted or stratum["verdict"] != "not_enough_data":
        return None
    parts = []
    if wanted.get("bad"):
        parts.append(words.say("bad parts: {n}", n=wanted["bad"]))
    if wanted.get("episodes"):
        parts.append(words.say("separate incidents: {n}", n=wanted["episodes"]))
    if wanted.get("days"):
        parts.append(words.say("days of production: about {n}", n=wanted["days"]))
    if not parts:
        return None
    return words.say(
        "To find a cause that multiplies the defect rate by {times} with a chance of {power}, "
        "this much more is needed: {parts}.",
        times=words.times(wanted["risk_ratio"]),
        power=words.percent(wanted["power"]),
        parts=words.listed(parts),
    )
