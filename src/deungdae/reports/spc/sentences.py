"""What is said of one control chart: its answer, why this chart, its signals, what else changed."""

from collections.abc import Mapping
from typing import Any, Final

from deungdae.reports.codes import spoken
from deungdae.reports.spc.codes import CHARTS, RULES
from deungdae.reports.words import Words

Chart = Mapping[str, Any]
_SPREAD: Final = ("mr", "range", "sd")
#: Panels in the unit of the values.
_IN_UNITS: Final = frozenset({"value", "mean", "mr", "range", "sd", "ewma", "upper", "lower"})


def name_of(words: Words, chart: Chart) -> str:
    """Return what is charted."""
    return words.listed(chart["columns"])


def answer(words: Words, chart: Chart) -> str:
    """Return the sentence that the chart is for."""
    name, points = name_of(words, chart), int(chart["points"])
    verdict = chart["verdict"]
    if verdict == "mixed":
        return words.say(
            "{name} cannot be judged in one chart: the {kinds} kinds of {column} lie on different "
            "levels.",
            name=name,
            kinds=chart["mixed"]["kinds"],
            column=chart["mixed"]["column"],
        )
    if verdict == "in_control" and "few_points" in chart["warnings"]:
        return words.say(
            "{name} gives no signal so far, but {points} points are too few to call it in control.",
            name=name,
            points=points,
        )
    if verdict == "in_control":
        return words.say(
            "{name} is in control: none of the {points} points gives a signal.",
            name=name,
            points=points,
        )
    if verdict == "as_chance":
        return _as_chance(words, chart, name, points)
    if verdict == "no_variation":
        return words.say("{name} never varies, so there is nothing to judge.", name=name)
    if verdict == "no_limits":
        return words.say("{name} has too few points for limits.", name=name)
    # a single odd range says less than the values themselves
    first = min(chart["signals"], key=lambda s: (s["panel"] in _SPREAD, s["first"]))
    clear = [link for link in chart["linked"] if link["clear"]]
    if clear:
        return words.say(
            "{name} is out of control, first at point {point} of {points}; {other} was different "
            "then.",
            name=name,
            point=first["first"],
            points=points,
            other=clear[0]["column"],
        )
    label = clock(first["when"]) if first["when"] else first["label_first"]
    if label == str(first["first"]):
        return words.say(
            "{name} is out of control: {signals} signals in {points} points, the first at point "
            "{point}.",
            name=name,
            signals=chart["signals_total"],
            points=points,
            point=first["first"],
        )
    return words.say(
        "{name} is out of control: {signals} signals in {points} points, the first at point "
        "{point} ({label}).",
        name=name,
        signals=chart["signals_total"],
        points=points,
        point=first["first"],
        label=label,
    )


def clock(when: str | None) -> str:
    """Return a time of the document ("2026-01-05T08:00:00") as people write it."""
    return (when or "").replace("T", " ").removesuffix(":00")


def _as_chance(words: Words, chart: Chart, name: str, points: int) -> str:
    expected = chart["run_length"]["expected"]
    if chart["alarms_made_normal"] is not None:
        return words.say(
            "{name} shows nothing special: its values are skewed, and {signals} signals in "
            "{points} points are what such a shape gives.",
            name=name,
            signals=chart["signals_total"],
            points=points,
        )
    if expected is None or not chart["alarms"]:
        return words.say(
            "{name} shows nothing special: {signals} signals in {points} points, no more than "
            "chance gives.",
            name=name,
            signals=chart["signals_total"],
            points=points,
        )
    return words.say(
        "{name} shows nothing special: {alarms} alarms in {points} points, where chance alone "
        "gives about {expected}.",
        name=name,
        alarms=chart["alarms"],
        points=points,
        expected=words.number(expected, digits=2),
    )


def chosen(words: Words, chart: Chart) -> str:
    """Return which chart this is and why."""
    kind = spoken(words, CHARTS, chart["chart"])
    if chart["choice"]["told"]:
        return words.say("Chart: {chart}, as you asked.", chart=kind)
    why = [_reason(words, reason) for reason in chart["choice"]["reasons"]]
    return words.say(
        "Chart: {chart}, because {reasons}.", chart=kind, reasons=words.listed(r for r in why if r)
    )


def _reason(words: Words, reason: Mapping[str, Any]) -> str:
    match reason["code"]:
        case "measured":
            return words.say("the values are measured")
        case "single":
            return words.say("they come one at a time")
        case "subgroups" if reason["low"] == reason["high"]:
            return words.say("they come in samples of {n}", n=reason["low"])
        case "subgroups":
            return words.say(
                "they come in samples of {low} to {high}", low=reason["low"], high=reason["high"]
            )
        case "small_subgroups":
            return words.say("a range tells enough of so few")
        case "large_subgroups":
            return words.say("of so many a standard deviation tells more than a range")
        case "unequal_subgroups":
            return words.say("standard deviations suit samples of different sizes")
        case "pass_fail":
            return words.say("parts pass or fail")
        case "samples_formed":
            return words.say(
                "every {n} parts in a row were taken as a sample, so that each holds some bad ones",
                n=reason["size"],
            )
        case "counted":
            return words.say("the values are counts")
        case "one_size":
            return words.say("no column tells how many were inspected")
        case "inspected":
            return words.say("{column} tells how many were inspected", column=reason["column"])
        case "bad_parts":
            return words.say("each part counts once")
        case "defects":
            return words.say("a part may have several defects")
        case "overdispersed":
            return words.say(
                "counts spread {factor} times as much as chance makes them",
                factor=words.times(reason["factor"]),
            )
        case "evenly_spread":
            return words.say("counts spread as chance makes them")
    return ""


def false_alarms(words: Words, chart: Chart) -> list[str]:
    """Return how often chance alone sets off the alarm with these rules."""
    chances = chart["run_length"]
    said = []
    if chances["per_thousand"] is not None:
        given: dict[str, Any] = {
            "n": words.number(chances["per_thousand"], digits=2),
            "run": words.number(round(chances["points"])),
        }
        said.append(
            words.say(
                "On a process in control these rules give roughly {n} false alarms in 1,000 "
                "points, one in {run} (counts are only nearly normal).",
                **given,
            )
            if chances["approximate"]
            else words.say(
                "On a process in control these rules give about {n} false alarms in 1,000 points: "
                "one in {run} on average.",
                **given,
            )
        )
    if chances["beside_per_thousand"]:
        said.append(
            words.say(
                "The chart of the spread adds about {n} in 1,000 points.",
                n=words.number(chances["beside_per_thousand"], digits=2),
            )
        )
    return said


def amount(words: Words, panel: str, value: float, digits: int, unit: str) -> str:
    """Return a value of a panel: shares in percent, values with their unit."""
    if panel == "share":
        return words.percent(value)
    shown = words.number(value, digits=digits)
    return f"{shown} {unit}" if unit and panel in _IN_UNITS else shown


def signal(words: Words, entry: Mapping[str, Any], digits: int, unit: str) -> str:
    """Return what happened at one signal."""
    peak, rules = entry["peak"], list(entry["rules"])
    beyond = {"we1", "n1", "limits"} & set(rules)
    value = amount(words, entry["panel"], peak["value"], digits, unit)
    if beyond:
        above = peak["upper"] is not None and peak["value"] > peak["upper"]
        limit = peak["upper"] if above else peak["lower"]
        given: dict[str, Any] = {
            "value": value,
            "limit": amount(words, entry["panel"], limit or 0.0, digits, unit),
        }
        if entry["first"] == entry["last"]:
            return (
                words.say("{value} lies above the upper limit {limit}.", **given)
                if above
                else words.say("{value} lies below the lower limit {limit}.", **given)
            )
        return (
            words.say("Up to {value}, above the upper limit {limit}.", **given)
            if above
            else words.say("Down to {value}, below the lower limit {limit}.", **given)
        )
    patterns = words.listed(spoken(words, RULES, rule) for rule in rules)
    if entry["side"] == "high":
        return words.say("High: {patterns}.", patterns=patterns)
    if entry["side"] == "low":
        return words.say("Low: {patterns}.", patterns=patterns)
    return words.say("Pattern: {patterns}.", patterns=patterns)


def changed(words: Words, entry: Mapping[str, Any]) -> str:
    """Return what changed its name just where a signal begins."""
    return words.listed(
        f"{c['column']}: {c['before']} → {c['after']}" for c in entry.get("changed") or ()
    )


def linked(words: Words, chart: Chart) -> list[str]:
    """Return what else was different at the signals, the clearest columns in a sentence each."""
    if not chart["linked_columns"] or chart["verdict"] != "out_of_control":
        return []
    clear = [link for link in chart["linked"] if link["clear"]]
    if not clear and chart["mixed"] is not None:
        return []  # where every point is a signal there are no others to compare with
    if not clear and chart["linked_columns"] == 1:
        return [words.say("The other column was not different at these points beyond chance.")]
    if not clear:
        return [
            words.say(
                "Of the {n} other columns none was different at these points beyond chance.",
                n=chart["linked_columns"],
            )
        ]
    return [_link(words, link) for link in clear[:3]]


def _link(words: Words, link: Mapping[str, Any]) -> str:
    if link["inside"] is None:
        return words.say(
            "{column} was missing in other places at these points.", column=link["column"]
        )
    if link["level"] is not None:
        return words.say(
            "{column} was {level} at {inside} of these points, and at {outside} of the others.",
            column=link["column"],
            level=link["level"],
            inside=words.percent(link["inside"]),
            outside=words.percent(link["outside"]),
        )
    return words.say(
        "{column} was {inside} at these points and {outside} at the others (medians).",
        column=link["column"],
        inside=words.number(link["inside"]),
        outside=words.number(link["outside"]),
    )


def next_step(words: Words, chart: Chart) -> str | None:
    """Return what to do next, if there is something to do."""
    clear = [link for link in chart["linked"] if link["clear"]]
    if chart["mixed"] is not None and not clear:
        return words.say(
            "Chart each kind of {column} alone, or give each limits of its own.",
            column=chart["mixed"]["column"],
        )
    if chart["verdict"] != "out_of_control":
        return None
    if clear:
        return words.say(
            "Look at what {column} does to {name}: together in the records is not yet a cause.",
            column=clear[0]["column"],
            name=name_of(words, chart),
        )
    return words.say(
        "Ask at the line what happened at the first signal, and write the reason to the point."
    )
