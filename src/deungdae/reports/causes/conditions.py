"""Conditions in words: "사출속도 최대가 53 mm/s 이하", and as signs: "사출속도 최대 ≤ 53 mm/s".

A condition holds for min < x ≤ max; with `outside`, for all other values.
"""

from collections.abc import Mapping, Sequence
from math import ceil, log10
from typing import Any

from deungdae.reports.words import Words

Units = Mapping[str, str]

_SIGNS = {"difference": "−", "product": "×", "ratio": "÷"}
_LEVELS_SHOWN = 5
_NO_BREAK = "\N{NO-BREAK SPACE}"


def units_of(understanding: Mapping[str, Any]) -> dict[str, str]:
    """Return column → unit for the columns of an understanding document that have one."""
    return {c["name"]: c["unit"] for c in understanding.get("columns", ()) if c.get("unit")}


def quantity(condition: Mapping[str, Any]) -> str:
    """Return what the condition is about: a column, or two joined by their operation's sign."""
    columns = [str(c) for c in condition["columns"]]
    sign = _SIGNS.get(condition.get("op", "value"), "·")
    return f" {sign} ".join(columns)


def unit(condition: Mapping[str, Any], units: Units) -> str:
    """Return the unit of what the condition is about, "" if it has none or it is not known."""
    found = [units.get(str(c), "") for c in condition["columns"]]
    if len(found) == 1:
        return found[0]
    op = condition.get("op")
    if op == "difference":
        return found[0] if len(set(found)) == 1 else ""
    if not all(found):
        return ""
    if op == "ratio":
        return "" if found[0] == found[1] else "/".join(found)
    return "·".join(found)


def measured(text: str, unit_: str) -> str:
    """Return a number with its unit: a space that never breaks, none before a percent sign."""
    if not unit_:
        return text
    return text + unit_ if unit_ == "%" else f"{text}{_NO_BREAK}{unit_}"


def bounds(
    words: Words, condition: Mapping[str, Any], units: Units
) -> tuple[str | None, str | None]:
    """Return the two ends of the region with units, with enough digits to tell them apart."""
    low, high = condition.get("min"), condition.get("max")
    digits = 4
    if low is not None and high is not None and high > low:
        size = max(abs(low), abs(high))
        digits = min(12, max(4, ceil(log10(size / (high - low))) + 2))
    unit_ = unit(condition, units)
    return (
        None if low is None else measured(words.number(low, digits=digits), unit_),
        None if high is None else measured(words.number(high, digits=digits), unit_),
    )


def levels(words: Words, condition: Mapping[str, Any]) -> str:
    """Return the levels of a category, the first few by name and the rest as a number."""
    names = [str(level) for level in condition["levels"]]
    shown = words.alternatives(names[:_LEVELS_SHOWN])
    if len(names) <= _LEVELS_SHOWN:
        return shown
    return words.say("{names} and {more} more", names=shown, more=len(names) - _LEVELS_SHOWN)


def label(words: Words, condition: Mapping[str, Any], units: Units) -> str:
    """Return the condition in signs, short enough for a title: "사출속도 최대 ≤ 53 mm/s"."""
    name = quantity(condition)
    if condition.get("levels"):
        return f"{name} = {levels(words, condition)}"
    low, high = bounds(words, condition, units)
    if condition.get("outside"):
        if low and high:
            return f"{name} ≤ {low} / > {high}"
        return f"{name} ≤ {low}" if low else f"{name} > {high}"
    if low and high:
        return f"{low} < {name} ≤ {high}"
    if low:
        return f"{name} > {low}"
    return f"{name} ≤ {high}" if high else name


def clause(words: Words, condition: Mapping[str, Any], units: Units) -> str:
    """Return the condition as words that fit after "when": "pressure is at most 53 bar"."""
    name = _spoken_quantity(words, condition)
    if condition.get("levels"):
        several = len(condition["levels"]) > 1
        named = levels(words, condition)
        if several:
            return words.say("{name} is one of {levels}", name=name, levels=named)
        return words.say("{name} is {level}", name=name, level=named)
    low, high = bounds(words, condition, units)
    if condition.get("outside"):
        if low and high:
            return words.say(
                "{name} is at most {low} or above {high}", name=name, low=low, high=high
            )
        low, high = high, low  # outside of an open side there is only one side left
    if low and high:
        return words.say("{name} is above {low}, up to {high}", name=name, low=low, high=high)
    if low:
        return words.say("{name} is above {low}", name=name, low=low)
    if high:
        return words.say("{name} is at most {high}", name=name, high=high)
    return words.say("{name} has a value", name=name)


def region(words: Words, conditions: Sequence[Mapping[str, Any]], units: Units) -> str:
    """Return all conditions as one clause that fits after "when"."""
    said = [clause(words, c, units) for c in conditions]
    whole = said[0] if said else ""
    for further in said[1:]:
        whole = words.say("{first} and {second}", first=whole, second=further)
    return whole


def region_label(words: Words, conditions: Sequence[Mapping[str, Any]], units: Units) -> str:
    """Return all conditions in signs, for a title."""
    return " & ".join(label(words, c, units) for c in conditions)


def _spoken_quantity(words: Words, condition: Mapping[str, Any]) -> str:
    columns = [str(c) for c in condition["columns"]]
    op = condition.get("op", "value")
    if len(columns) == 2 and op == "difference":
        return words.say("{a} minus {b}", a=columns[0], b=columns[1])
    if len(columns) == 2 and op == "product":
        return words.say("{a} times {b}", a=columns[0], b=columns[1])
    if len(columns) == 2 and op == "ratio":
        return words.say("{a} divided by {b}", a=columns[0], b=columns[1])
    return quantity(condition)
