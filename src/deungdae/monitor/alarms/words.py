"""What is wrong, what is normal: each one whole sentence, translated where it is shown."""

from collections.abc import Mapping
from typing import Any, Final

from deungdae.analysis.alarms import Limits, OneOf, Rate, Score, Stale
from deungdae.monitor.alarms.rules import SECOND_US, Rule
from deungdae.records.messages import Message, message

Value = float | int | bool | str | None

#: What earlier versions said of occurrences that are kept, and how it is said now.
_NOW_SAID: Final = {
    "Unknown for more than {minutes} min: no signal.":
        "What it does is not known for more than {minutes} min.",
}  # fmt: skip


def what(rule: Rule, value: Value, *, rules: frozenset[str] = frozenset()) -> Message:
    """Return what is wrong, with the value at which it was found."""
    condition, unit = rule.condition, rule.unit
    match condition:
        case Limits(high, low, _):
            return _beyond(high, low, value, unit)
        case Rate(per_second, _):
            return message(
                "The value changes by more than {limit} a minute.",
                limit=_with(per_second * 60, unit),
            )  # fmt: skip
        case Stale(after_us):
            return message("No value for more than {seconds} s.", seconds=after_us // SECOND_US)
        case Score():
            return _unlike(value)
        case OneOf() if rule.kind == "machine":
            return _standing(str(value or ""), rule.on_us)
        case OneOf():
            return message("The value is {value}.", value=_told(value))
        case _:
            return _pattern(rules)


def _beyond(high: float | None, low: float | None, value: Value, unit: str) -> Message:
    number = value if isinstance(value, int | float) else None
    if number is None:
        return message("The value is beyond its limits.")
    if low is not None and (high is None or abs(number - low) < abs(number - high)):
        return message(
            "{value}: below {limit}.",
            value=_with(number, unit), limit=_with(low, unit),
        )  # fmt: skip
    assert high is not None
    return message(
        "{value}: above {limit}.",
        value=_with(number, unit), limit=_with(high, unit),
    )  # fmt: skip


def _unlike(value: Value) -> Message:
    if not isinstance(value, int | float):
        return message("The machine behaves unlike in its good time.")
    return message(
        "The machine is unlike its good period: {times} times the limit.", times=_times(value)
    )


def _standing(state: str, on_us: int) -> Message:
    minutes = _short(on_us / 60 / SECOND_US)
    match state:
        case "unknown":
            # Why is not known here: no signal, a clock that is wrong, or nothing is set up.
            return message(
                "What it does is not known for more than {minutes} min.", minutes=minutes
            )
        case "down":
            return message("A fault for more than {minutes} min.", minutes=minutes)
        case "starved":
            return message("Nothing to work on for more than {minutes} min.", minutes=minutes)
        case "blocked":
            return message("Held up from behind for more than {minutes} min.", minutes=minutes)
        case "setup":
            return message("In changeover for more than {minutes} min.", minutes=minutes)
        case _:
            return message("Stands for more than {minutes} min.", minutes=minutes)


def _pattern(rules: frozenset[str]) -> Message:
    if rules & {"n1", "we1"}:
        return message("The mean is farther from its usual value than chance explains.")
    if rules & {"n3"}:
        return message("The mean rises or falls steadily.")
    if rules & {"n2", "we4"}:
        return message("The mean stays on one side of its usual value.")
    return message("The mean left its usual pattern.")


def normal(rule: Rule, usual: tuple[float, float] | None = None) -> Message | None:
    """Return what is normal, where a rule says it; `usual` are centre and spread of a chart."""
    condition, unit = rule.condition, rule.unit
    if usual is not None:
        return message(
            "Usually {low} to {high}.",
            low=_short(usual[0] - 3 * usual[1]), high=_with(usual[0] + 3 * usual[1], unit),
        )  # fmt: skip
    match condition:
        case Limits(high, low, _) if high is not None and low is not None:
            return message("Normal: {low} to {high}.", low=_short(low), high=_with(high, unit))
        case Limits(high, _, _) if high is not None:
            return message("Normal: up to {high}.", high=_with(high, unit))
        case Limits(_, low, _) if low is not None:
            return message("Normal: from {low}.", low=_with(low, unit))
        case Stale(after_us):
            return message(
                "Normal: a value at least every {seconds} s.", seconds=after_us // SECOND_US
            )
        case OneOf() if rule.kind == "machine":
            return message("Normal: running.")
        case Score(limit, _) if limit == 1.0:
            return message("Normal: up to 1 (the limit).")
        case Score(limit, _):
            return message("Normal: up to {limit} times the limit.", limit=_times(limit))
        case _:
            return None


def as_now(kept: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what was said when an occurrence was raised, as it is said, and translated, now."""
    template = kept["template"]
    return {**kept, "template": _NOW_SAID.get(template, template)}


def _short(number: float) -> str:
    """Return a number as a person writes it."""
    return f"{number:.5g}" if abs(number) < 1e5 else f"{number:.0f}"


def _times(share: float) -> str:
    """Return a score, of which nobody needs more than three figures."""
    return f"{share:.3g}" if abs(share) < 999.5 else f"{share:.0f}"


def _with(number: float, unit: str) -> str:
    return f"{_short(number)} {unit}".strip()


def _told(value: Value) -> str:
    if isinstance(value, bool) or value is None:
        return {True: "1", False: "0", None: ""}[value]
    return value if isinstance(value, str) else _short(value)
