"""What raises an alarm, read from the document that the web keeps on the bus.

    {"name", "kind", "priority", "tag"|null, "asset"|null, "watch"|null, "unit", "latching",
     "meaning", "remedy", "causes": [rule…], "policy": {"steps", "quiet_below"}|null,
     "condition": {…}}

    kind     condition                              looks at
    limits   high, low, deadband                    the tag
    rate     per_minute, over_seconds               the tag
    stale    after_seconds                          the tag
    one_of   values                                 the tag
    spc      every_seconds, rules, reference        means of the tag
    machine  states, after_seconds                  the asset's state
    score    limit, clear                           the watch's score as a share of its limit

Each may have on_seconds and off_seconds: how long it has to last before it comes, and goes; and
`only_running`: it says nothing while the asset does not run.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from deungdae.analysis.alarms import (
    Condition,
    Limits,
    OneOf,
    Policy,
    Priority,
    Rate,
    RuleHit,
    Score,
    Stale,
    Step,
)
from deungdae.analysis.spc.rules import RULES
from deungdae.records.errors import UnusableOption

SECOND_US: Final = 1_000_000
KINDS: Final = ("limits", "rate", "stale", "one_of", "machine", "spc", "score")
STATES: Final = ("setup", "down", "starved", "blocked", "stopped", "unknown")
#: Told where nobody is named: the web decides who that is.
DEFAULT_POLICY: Final = Policy((Step("default"),), Priority.HIGH)
LONGEST_SECONDS: Final = 31 * 86_400.0


@dataclass(frozen=True)
class Charting:
    """What a control chart is made of: means of so many seconds, against a good time."""

    every_us: int
    rules: tuple[str, ...]
    start_us: int
    end_us: int


@dataclass(frozen=True)
class Rule:
    """One alarm's rule. `source` is the tag, or the virtual one, that it listens to."""

    organisation: str
    rule: str
    name: str
    kind: str
    source: str
    condition: Condition
    on_us: int
    off_us: int
    priority: Priority
    latching: bool
    asset: str | None = None
    tag: str | None = None
    unit: str = ""
    charting: Charting | None = None
    only_running: bool = False
    causes: frozenset[str] = frozenset()
    policy: Policy = DEFAULT_POLICY
    meaning: str = ""
    remedy: str = ""
    raw: Mapping[str, Any] = field(default_factory=dict, compare=False)  #: its condition as told

    @property
    def watch(self) -> str | None:
        """The anomaly watch whose score it looks at."""
        return self.source.removeprefix("~watch/") if self.kind == "score" else None

    @property
    def asks(self) -> bool:
        """Whether somebody has to acknowledge; what is of low priority goes by itself."""
        return self.priority is not Priority.LOW

    def follows_like(self, other: "Rule") -> bool:
        """Whether both come and go alike, so that what one has followed serves the other."""
        mine = self.source, self.condition, self.on_us, self.off_us, self.charting
        return mine == (other.source, other.condition, other.on_us, other.off_us, other.charting)


def rule_of(organisation: str, rule: str, document: Mapping[str, Any]) -> Rule:
    """Return the rule that a document says; raises UnusableOption for one that makes no sense."""
    kind, raw = document.get("kind"), document.get("condition")
    if kind not in KINDS or not isinstance(raw, Mapping):
        raise _odd("kind")
    on_us, off_us = _us(raw, "on_seconds"), _us(raw, "off_seconds")
    if kind == "machine":
        on_us = _us(raw, "after_seconds")
    try:
        priority = Priority(document.get("priority", "medium"))
    except ValueError as error:
        raise _odd("priority") from error
    return Rule(
        organisation,
        rule,
        str(document.get("name") or ""),
        kind,
        _source(kind, document),
        _condition(kind, raw),
        on_us,
        off_us,
        priority,
        bool(document.get("latching")),
        asset=document.get("asset"),
        tag=document.get("tag") or None,
        unit=str(document.get("unit") or ""),
        charting=_charting(raw) if kind == "spc" else None,
        only_running=bool(raw.get("only_running")) and bool(document.get("asset")),
        causes=frozenset(document.get("causes") or ()),
        policy=_policy(document.get("policy")),
        meaning=str(document.get("meaning") or ""),
        remedy=str(document.get("remedy") or ""),
        raw=dict(raw),
    )


def state_tag(asset: str) -> str:
    """Return the virtual tag on which the state of an asset is told."""
    return f"~state/{asset}"


def _source(kind: str, document: Mapping[str, Any]) -> str:
    named = {"machine": ("asset", "~state/"), "score": ("watch", "~watch/")}
    name, prefix = named.get(kind, ("tag", ""))
    value = document.get(name)
    if not isinstance(value, str) or not value:
        raise _odd(name)
    return prefix + value


def _condition(kind: str, raw: Mapping[str, Any]) -> Condition:
    match kind:
        case "limits":
            high, low = _number(raw, "high"), _number(raw, "low")
            deadband = _number(raw, "deadband") or 0.0
            if (high is None and low is None) or deadband < 0:
                raise _odd("high")
            if high is not None and low is not None and low >= high:
                raise UnusableOption("The lower limit has to be below the upper one.")
            return Limits(high, low, deadband)
        case "rate":
            per_minute = _number(raw, "per_minute")
            if not per_minute or per_minute <= 0:
                raise _odd("per_minute")
            return Rate(per_minute / 60, _us(raw, "over_seconds") or 60 * SECOND_US)
        case "stale":
            return Stale(_us(raw, "after_seconds") or 60 * SECOND_US)
        case "one_of":
            return OneOf(frozenset(_values(raw)))
        case "machine":
            states = raw.get("states") or ["stopped", "down"]
            if not isinstance(states, list) or not set(states) <= set(STATES):
                raise _odd("states")
            return OneOf(frozenset(states))
        case "spc":
            return RuleHit(frozenset(_rules(raw)))
        case _:
            limit, clear = _number(raw, "limit"), _number(raw, "clear")
            return Score(1.0 if limit is None else limit, 0.8 if clear is None else clear)


def _values(raw: Mapping[str, Any]) -> list[str | int | bool]:
    values = raw.get("values")
    if not isinstance(values, list) or not values:
        raise _odd("values")
    # A number that a person types for a whole one may come as 3.0.
    return [int(v) if isinstance(v, float) and v.is_integer() else v for v in values]


def _rules(raw: Mapping[str, Any]) -> list[str]:
    rules = raw.get("rules") or ["n1", "n2"]
    if not isinstance(rules, list) or not set(rules) <= RULES.keys():
        raise _odd("rules")
    return rules


def _charting(raw: Mapping[str, Any]) -> Charting:
    reference = raw.get("reference")
    if not isinstance(reference, list) or len(reference) != 2 or reference[0] >= reference[1]:
        raise _odd("reference")
    every = _us(raw, "every_seconds") or 60 * SECOND_US
    return Charting(every, tuple(sorted(_rules(raw))), int(reference[0]), int(reference[1]))


def _policy(document: Any) -> Policy:
    if not isinstance(document, Mapping) or not document.get("steps"):
        return DEFAULT_POLICY
    quiet = document.get("quiet_below")
    try:
        steps = tuple(
            Step(str(step["to"]), _after_us(step), bool(step.get("worked")))
            for step in document["steps"]
        )
        return Policy(steps, None if quiet is None else Priority(quiet))
    except (KeyError, TypeError, ValueError) as error:
        raise _odd("policy") from error


def _after_us(step: Mapping[str, Any]) -> int:
    if step.get("after_us") is not None:
        return int(step["after_us"])
    return round(float(step.get("after_seconds") or 0) * SECOND_US)


def _number(raw: Mapping[str, Any], name: str) -> float | None:
    value = raw.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _odd(name)
    return float(value)


def _us(raw: Mapping[str, Any], name: str) -> int:
    seconds = _number(raw, name) or 0.0
    if not 0 <= seconds <= LONGEST_SECONDS:
        raise _odd(name)
    return round(seconds * SECOND_US)


def _odd(name: str) -> UnusableOption:
    return UnusableOption("The alarm rule says nothing usable for {name}.", name=name)
