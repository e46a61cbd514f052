"""Assets, calendars and shift patterns as JSON, the form in which the web writes them.

A pattern is {"preset": "4조3교대"}, or whole: {"shifts": [SHIFT, …], "week": [[names], …],
"on_holidays": false, "rotation": {"crews", "cycle", "offset", "first"} | null}, where a SHIFT is
{"name", "start", "end", "breaks": [[start, end], …]} in minutes of the production day. Everything
here raises `UnusableDefinition` for what makes no sense.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Self, TypeVar
from zoneinfo import ZoneInfo

from deungdae.analysis.oee import State
from deungdae.analysis.oee.losses import MICRO_STOP_SECONDS
from deungdae.analysis.shifts import (
    PRESETS,
    Calendar,
    Closed,
    Extra,
    Pattern,
    Rotation,
    Shift,
    UnusableCalendar,
    Version,
)
from deungdae.records.errors import UnusableOption

ROLES = (
    *("counter", "good_counter", "scrap_counter", "rework_counter", "state", "run", "load"),
    *("cycle_time", "product", "lot", "fault", "energy", "power", "watched"),
)
Made = TypeVar("Made")


class UnusableDefinition(UnusableOption):
    """A document that describes no calendar or no asset."""


@dataclass(frozen=True)
class Signal:
    """A tag, and what it says of its asset."""

    role: str
    tag: str
    map: Mapping[str, State] = field(default_factory=dict)  #: of a state's values
    running_is_low: bool = False
    window_seconds: float | None = None  #: of a load; about a cycle
    expected_seconds: float | None = None  #: between readings; None: it speaks when it changes
    scale: float = 1.0  #: parts per step of a counter, kWh per step of a meter


@dataclass(frozen=True)
class Contract:
    """What a site's electricity costs from a day on; whatever is None nobody told.

    `prices` are nine, won per kWh, as `analysis.energy.tariff` takes them; `base` won per kW and
    month; `contract_kw` the contracted power. An `example` is nobody's own contract.
    """

    since: date
    tariff: str | None = None
    prices: tuple[float, ...] | None = None
    base: float | None = None
    contract_kw: float | None = None
    example: bool = False


@dataclass(frozen=True)
class Ideal:
    """An ideal cycle that counted once, and until when."""

    until_us: int
    seconds: float | None
    confirmed: bool = False
    products: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Asset:
    """A line or a machine."""

    name: str
    kind: str = "machine"
    site: str = ""
    site_name: str = ""
    line: str | None = None
    template: str = "generic"
    path: str = ""
    order: int = 0
    calendar: str | None = None
    ideal_seconds: float | None = None
    ideal_confirmed: bool = False
    parts_per_count: float = 1.0
    stop_after_seconds: float | None = None
    micro_stop_seconds: float = MICRO_STOP_SECONDS
    hour_cost: float | None = None
    signals: tuple[Signal, ...] = ()
    output: str | None = None
    plan: Mapping[tuple[str, str], float] = field(default_factory=dict)  #: by day and shift
    products: Mapping[str, float] = field(default_factory=dict)  #: ideal seconds of each
    ideals: tuple[Ideal, ...] = ()  #: those that counted before, in order of time
    reasons: Mapping[str, State] = field(default_factory=dict)  #: what each code makes of a stop
    words: Mapping[str, str] = field(default_factory=dict)  #: and how it is called
    contracts: tuple[Contract, ...] = ()  #: its site's, each from its day on
    site_zone: str = "Asia/Seoul"

    def at(self, time_us: int) -> Self:
        """Return it with the ideal cycle that counted at an instant."""
        then = next((each for each in self.ideals if time_us <= each.until_us), None)
        if then is None:
            return self
        return replace(
            self,
            ideal_seconds=then.seconds,
            ideal_confirmed=then.confirmed,
            products=then.products,
        )

    def signal(self, role: str) -> Signal | None:
        """Return the signal of a role, None without one."""
        return next((signal for signal in self.signals if signal.role == role), None)


def calendar(document: Mapping[str, Any]) -> Calendar:
    """Return the calendar that a document describes."""
    return _made("calendar", lambda: _calendar(document))


def asset(document: Mapping[str, Any]) -> Asset:
    """Return the asset that a document describes."""
    return _made("asset", lambda: _asset(document))


def pattern(document: Mapping[str, Any]) -> Pattern:
    """Return the pattern that a document describes, or names."""
    return _made("calendar", lambda: _pattern(document))


def pattern_document(pattern: Pattern) -> dict[str, Any]:
    """Return a pattern as JSON, whole."""
    turns = pattern.rotation
    return {
        "shifts": [shift_document(shift) for shift in pattern.shifts],
        "week": [list(names) for names in pattern.week],
        "on_holidays": pattern.on_holidays,
        "rotation": None
        if turns is None
        else {
            "crews": list(turns.crews),
            "cycle": list(turns.cycle),
            "offset": turns.offset,
            "first": turns.first.isoformat(),
        },
    }


def shift_document(shift: Shift) -> dict[str, Any]:
    """Return a shift as JSON."""
    return {
        "name": shift.name,
        "start": shift.start,
        "end": shift.end,
        "breaks": [list(each) for each in shift.breaks],
    }


def presets() -> dict[str, dict[str, Any]]:
    """Return the usual patterns of Korean plants as JSON, by name."""
    return {name: pattern_document(each) for name, each in PRESETS.items()}


def _made(what: str, make: Callable[[], Made]) -> Made:
    try:
        return make()
    except UnusableCalendar as error:
        raise UnusableDefinition(
            "This calendar cannot be worked: {reason}.", reason=str(error)
        ) from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnusableDefinition(
            "The description of the {what} is not understood ({reason}).",
            what=what,
            reason=f"{type(error).__name__}: {error}"[:120],
        ) from error


def _calendar(document: Mapping[str, Any]) -> Calendar:
    return Calendar(
        versions=tuple(
            Version(date.fromisoformat(each["since"]), _pattern(each["pattern"]))
            for each in document["versions"]
        ),
        time_zone=str(document.get("time_zone") or "Asia/Seoul"),
        day_cut=int(document.get("day_cut", 480)),
        exceptions=tuple(_exception(each) for each in document.get("exceptions") or ()),
        country=document.get("country"),
    )


def _exception(document: Mapping[str, Any]) -> Closed | Extra:
    day, reason = date.fromisoformat(document["day"]), str(document.get("reason") or "")
    if document.get("extra") is not None:
        return Extra(day, _shift(document["extra"]), reason)
    if document.get("closed") is not True:
        raise ValueError("an exception is closed, or extra work")
    return Closed(day, document.get("shift"), reason)


def _pattern(document: Mapping[str, Any]) -> Pattern:
    if "preset" in document:
        return PRESETS[document["preset"]]
    turns = document.get("rotation")
    made = Pattern(
        shifts=tuple(_shift(each) for each in document["shifts"]),
        week=tuple(tuple(names) for names in document["week"]),
        on_holidays=bool(document.get("on_holidays", False)),
        rotation=None
        if turns is None
        else Rotation(
            tuple(turns["crews"]),
            tuple(turns["cycle"]),
            int(turns["offset"]),
            date.fromisoformat(turns["first"]),
        ),
    )
    if problems := made.problems():
        raise UnusableCalendar("; ".join(problems))
    return made


def _shift(document: Mapping[str, Any]) -> Shift:
    breaks = tuple((int(start), int(end)) for start, end in document.get("breaks") or ())
    return Shift(str(document["name"]), int(document["start"]), int(document["end"]), breaks)


def _asset(document: Mapping[str, Any]) -> Asset:
    return Asset(
        name=str(document["name"]),
        kind=str(document.get("kind") or "machine"),
        site=str(document.get("site") or ""),
        site_name=str(document.get("site_name") or ""),
        line=document.get("line"),
        template=str(document.get("template") or "generic"),
        path=str(document.get("path") or ""),
        order=int(document.get("order") or 0),
        calendar=document.get("calendar"),
        ideal_seconds=_above_zero(document, "ideal_seconds"),
        ideal_confirmed=bool(document.get("ideal_confirmed")),
        parts_per_count=_above_zero(document, "parts_per_count") or 1.0,
        stop_after_seconds=_above_zero(document, "stop_after_seconds"),
        micro_stop_seconds=float(document.get("micro_stop_seconds") or MICRO_STOP_SECONDS),
        hour_cost=_above_zero(document, "hour_cost"),
        signals=tuple(_signal(each) for each in document.get("signals") or ()),
        output=document.get("output"),
        plan={
            (each["day"], each["shift"]): float(each["count"])
            for each in document.get("plan") or ()
        },
        products=_products(document),
        ideals=tuple(
            sorted(
                (_ideal(each) for each in document.get("ideals") or ()),
                key=lambda ideal: ideal.until_us,
            )
        ),
        reasons={
            code: State(each["state"]) for code, each in (document.get("reasons") or {}).items()
        },
        words={
            code: str(each.get("word") or code)
            for code, each in (document.get("reasons") or {}).items()
        },
        contracts=tuple(
            sorted(map(_contract, document.get("contracts") or ()), key=lambda one: one.since)
        ),
        site_zone=ZoneInfo(str(document.get("site_zone") or "Asia/Seoul")).key,
    )


def _contract(document: Mapping[str, Any]) -> Contract:
    prices = document.get("prices")
    return Contract(
        since=date.fromisoformat(document["since"]),
        tariff=document.get("tariff") or None,
        prices=None if prices is None else tuple(float(one) for one in prices),
        base=_above_zero(document, "base"),
        contract_kw=_above_zero(document, "contract_kw"),
        example=bool(document.get("example")),
    )


def _products(document: Mapping[str, Any]) -> dict[str, float]:
    return {
        str(name): float(seconds)
        for name, seconds in (document.get("products") or {}).items()
        if float(seconds) > 0
    }


def _ideal(document: Mapping[str, Any]) -> Ideal:
    return Ideal(
        int(document["until"]),
        _above_zero(document, "seconds"),
        bool(document.get("confirmed")),
        _products(document),
    )


def _signal(document: Mapping[str, Any]) -> Signal:
    if document["role"] not in ROLES:
        raise ValueError(f"there is no role {document['role']}")
    return Signal(
        role=document["role"],
        tag=str(document["tag"]),
        map={value: State(state) for value, state in (document.get("map") or {}).items()},
        running_is_low=bool(document.get("running_is_low")),
        window_seconds=_above_zero(document, "window_seconds"),
        expected_seconds=_above_zero(document, "expected_seconds"),
        scale=_above_zero(document, "scale") or 1.0,
    )


def _above_zero(document: Mapping[str, Any], name: str) -> float | None:
    value = document.get(name)
    if value is None:
        return None
    if not float(value) > 0:
        raise ValueError(f"{name} is above zero")
    return float(value)
