"""What the monitor says of machines, lines and shifts, read from its plain data.

Times are microseconds since 1970 UTC, lengths seconds, shares 0 to 1. What was not said is None or
empty, so that a page can say that it is not known.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from deungdae.web.floor.shown.energy import Energy

UNKNOWN: Final = "unknown"
#: The steps of lost time in their order, as the arithmetic gives them.
LOSSES: Final = (
    "down", "setup", "starved", "blocked", "stopped", "micro_stops", "slow", "scrap", "rework",
)  # fmt: skip
#: A share of the time below which nothing is made of it.
WORTH_SAYING: Final = 0.005
#: The share of planned time that must be known before OEE is a figure, and before a lack is one.
ENOUGH_KNOWN: Final = 0.1
MOSTLY_KNOWN: Final = 0.5
#: What is known to stand; `unknown` is not among them.
STANDING: Final = frozenset({"setup", "down", "starved", "blocked", "stopped"})
#: All states, in the order in which pages list them.
STATES: Final = ("running", "setup", "down", "starved", "blocked", "stopped", UNKNOWN)


def _number(data: Mapping[str, Any], name: str) -> float | None:
    found = data.get(name)
    return float(found) if isinstance(found, int | float) and not isinstance(found, bool) else None


def _whole(data: Mapping[str, Any], name: str) -> int | None:
    found = _number(data, name)
    return None if found is None else round(found)


def _mapping(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = data.get(name)
    return found if isinstance(found, Mapping) else {}


def _rows(data: Mapping[str, Any], name: str) -> Sequence[Sequence[Any]]:
    found = data.get(name)
    return [tuple(row) for row in found] if isinstance(found, list) else ()


@dataclass(frozen=True, slots=True)
class Figures:
    """The key figures; `known` is the share of planned time of which the state is known."""

    availability: float | None = None
    effectiveness: float | None = None
    quality: float | None = None
    oee: float | None = None
    nee: float | None = None
    teep: float | None = None
    known: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def told(self) -> float | None:
        """OEE, where enough of the time is known for a figure."""
        return self.oee if self._enough else None

    @property
    def instead(self) -> float | None:
        """Availability, where there is no OEE: of a machine whose parts nobody counts."""
        return self.availability if self.oee is None and self._enough else None

    @property
    def _enough(self) -> bool:
        return self.known is None or self.known >= ENOUGH_KNOWN

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> "Figures":
        """Read them."""
        return cls(**{name: _number(data, name) for name in cls.__slots__})


@dataclass(frozen=True, slots=True)
class Waterfall:
    """Where planned seconds went; `losses` by the names in `LOSSES` and `unknown`."""

    planned: float
    losses: Mapping[str, float]
    productive: float

    @classmethod
    def of(cls, data: Mapping[str, Any] | None) -> "Waterfall | None":
        """Read it; None where the monitor has none."""
        if not data or _number(data, "planned") is None:
            return None
        losses = _mapping(data, "losses")
        return cls(
            _number(data, "planned") or 0.0,
            {name: _number(losses, name) or 0.0 for name in (UNKNOWN, *LOSSES)},
            _number(data, "productive") or 0.0,
        )

    @property
    def biggest(self) -> tuple[str, float] | None:
        """The step that cost most, and its seconds; unknown time is no loss that has a cause."""
        found = max(LOSSES, key=lambda name: self.losses[name])
        worth = self.losses[found] >= max(1.0, WORTH_SAYING * self.planned)
        return (found, self.losses[found]) if worth else None


@dataclass(frozen=True, slots=True)
class ShiftNow:
    """The shift in which an asset works at this moment."""

    name: str
    day: str
    crew: str
    start_us: int
    end_us: int
    planned: float
    passed: float


def _shift(data: Mapping[str, Any]) -> ShiftNow | None:
    start, end = _whole(data, "start"), _whole(data, "end")
    if start is None or end is None:
        return None
    return ShiftNow(
        str(data.get("name") or ""),
        str(data.get("day") or ""),
        str(data.get("crew") or ""),
        start,
        end,
        _number(data, "planned_s") or 0.0,
        _number(data, "passed_s") or 0.0,
    )


@dataclass(frozen=True, slots=True)
class Counts:
    """Parts; None where nothing counts them."""

    produced: float | None = None
    scrapped: float = 0.0
    reworked: float = 0.0

    @property
    def good(self) -> float | None:
        """What was not set aside: that is what a plan asks for."""
        if self.produced is None:
            return None
        return max(self.produced - self.scrapped - self.reworked, 0.0)

    @property
    def beyond(self) -> bool:
        """Whether more was set aside than was made, which cannot be."""
        return self.produced is not None and self.scrapped + self.reworked > self.produced

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> "Counts":
        """Read them."""
        return cls(
            _number(data, "produced"),
            _number(data, "scrapped") or 0.0,
            _number(data, "reworked") or 0.0,
        )


@dataclass(frozen=True, slots=True)
class Now:
    """How one machine or line stands."""

    asset: str
    state: str = UNKNOWN
    since_us: int | None = None
    heard_us: int | None = None  #: when its last value was of
    reason: str = ""
    proposed: str = ""
    fault: str = ""  #: what the machine says itself while it stands
    stale: bool = False
    unheard_us: int | None = None  #: since when its agent is not heard, where that is why
    clock_ahead: float = 0.0  #: seconds by which its values are ahead of the clock
    shift: ShiftNow | None = None
    counts: Counts = field(default_factory=Counts)
    plan: float | None = None
    plan_now: float | None = None
    forecast: float | None = None
    figures: Figures = field(default_factory=Figures)
    waterfall: Waterfall | None = None
    ideal_seconds: float | None = None
    ideal_confirmed: bool = False
    cycle_last: float | None = None
    cycle_typical: float | None = None
    waiting_stops: int = 0
    longest_waiting: tuple[int, int | None] | None = None
    product: str = ""
    lot: str = ""
    lost_cost: float | None = None
    bottleneck: str = ""
    unread: bool = False  #: the monitor says nothing of it
    away: bool = False  #: nobody says anything
    scrap_known: bool = True  #: somebody or something counts bad parts
    counting: tuple[int, int] | None = None  #: machines that count, of all, where not all do

    @property
    def known(self) -> float:
        """The share of this shift of which the state is known; 1 where nothing was planned."""
        return 1.0 if self.figures.known is None else self.figures.known

    @property
    def meant(self) -> bool:
        """Whether it is meant to work now: in a shift, or always where there is no calendar."""
        return self.shift is not None or self.figures.known is not None

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> "Now":
        """Read it."""
        cycle = _mapping(data, "cycle")
        longest = data.get("longest_waiting")
        state = data.get("state")
        return cls(
            asset=str(data.get("asset") or ""),
            state=state if state in STATES else UNKNOWN,
            since_us=_whole(data, "since"),
            heard_us=_whole(data, "heard" if "heard" in data else "as_of"),
            reason=str(data.get("reason") or ""),
            proposed=proposal(data.get("proposed")),
            fault=str(data.get("fault") or ""),
            stale=bool(data.get("stale")),
            unheard_us=_whole(_mapping(data, "unheard"), "since"),
            clock_ahead=(_number(data, "clock_ahead_us") or 0.0) / 1e6,
            shift=_shift(_mapping(data, "shift")),
            # Of what nobody counts, none is not a count.
            counts=Counts.of(_mapping(data, "counts") if data.get("counted", True) else {}),
            plan=_number(data, "plan"),
            plan_now=_number(data, "plan_now"),
            forecast=_number(data, "forecast"),
            figures=Figures.of(_mapping(data, "figures")),
            waterfall=Waterfall.of(_mapping(data, "waterfall")),
            ideal_seconds=_number(data, "ideal_seconds"),
            ideal_confirmed=bool(data.get("ideal_confirmed")),
            cycle_last=_number(cycle, "last"),
            cycle_typical=_number(cycle, "typical"),
            waiting_stops=_whole(data, "waiting_stops") or 0,
            longest_waiting=(longest[0], longest[1]) if isinstance(longest, list) else None,
            product=str(data.get("product") or ""),
            lot=str(data.get("lot") or ""),
            lost_cost=_number(data, "lost_cost"),
            bottleneck=str(data.get("bottleneck") or ""),
            scrap_known=bool(data.get("scrap_known", True)),
            counting=_counting(data),
        )


def _counting(data: Mapping[str, Any]) -> tuple[int, int] | None:
    some, every = data.get("counting") or (None, None)
    return None if some is None or every is None else (int(some), int(every))


def proposal(given: Any) -> str:
    """Return a proposed reason: its code, or the text of the fault."""
    if isinstance(given, Mapping):
        return str(given.get("code") or given.get("text") or "")
    return str(given or "")


@dataclass(frozen=True, slots=True)
class Stop:
    """One stop; `end_us` is None while it lasts."""

    asset: str
    start_us: int
    end_us: int | None
    state: str = "stopped"
    reason: str = ""
    proposed: str = ""
    fault: str = ""

    @classmethod
    def of(cls, row: Sequence[Any]) -> "Stop":
        """Read `[asset, start, end, state, reason, proposed, fault?]`."""
        whole = [*row, *([None] * (7 - len(row)))]
        asset, start, end, state, reason, proposed, fault = whole[:7]
        return cls(
            str(asset),
            int(start),
            None if end is None else int(end),
            state if state in STANDING else "stopped",
            str(reason or ""),
            proposal(proposed),
            str(fault or ""),
        )

    def seconds(self, now_us: int) -> float:
        """How long it lasted, or has lasted so far."""
        return ((now_us if self.end_us is None else self.end_us) - self.start_us) / 1e6


@dataclass(frozen=True, slots=True)
class Shift:
    """What one shift gave."""

    day: str
    name: str
    crew: str
    start_us: int
    end_us: int
    final: bool
    counts: Counts
    plan: float | None
    figures: Figures
    lost_cost: float | None
    ideal_seconds: float | None = None  #: that counted in it

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> "Shift":
        """Read it."""
        return cls(
            str(data.get("day") or ""),
            str(data.get("name") or ""),
            str(data.get("crew") or ""),
            _whole(data, "start") or 0,
            _whole(data, "end") or 0,
            bool(data.get("final")),
            Counts.of(_mapping(data, "counts")),
            _number(data, "plan"),
            Figures.of(_mapping(data, "figures")),
            _number(data, "lost_cost"),
            _number(data, "ideal_seconds"),
        )


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of one state."""

    start_us: int
    end_us: int
    state: str
    reason: str = ""

    @property
    def seconds(self) -> float:
        """How long it lasted."""
        return (self.end_us - self.start_us) / 1e6


@dataclass(frozen=True, slots=True)
class Made:
    """What was made in a piece of time."""

    start_us: int
    end_us: int
    produced: float
    scrapped: float = 0.0
    unheard: bool = False  #: told after a silence, and spread over it


@dataclass(frozen=True, slots=True)
class Weight:
    """One reason among others."""

    reason: str
    seconds: float
    times: int
    share: float
    so_far: float


@dataclass(frozen=True, slots=True)
class Reliability:
    """Faults, mean seconds between them and until one is over."""

    faults: int
    between: float | None
    restore: float | None


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """Which machine held up the line, and each one's share of the time."""

    asset: str
    share: float
    others: Sequence[tuple[str, float]]


@dataclass(frozen=True, slots=True)
class Past:
    """What an asset did in a span of time."""

    spans: Sequence[Span]
    made: Sequence[Made]
    shifts: Sequence[Shift]
    figures: Figures
    waterfall: Waterfall | None
    pareto: Sequence[Weight]
    reliability: Reliability | None
    energy: Energy | None
    cycle_typical: float | None
    cycle_demonstrated: float | None
    cycles: Sequence[tuple[int, float]]
    members: Mapping[str, "Past"]
    bottleneck: Bottleneck | None
    counting: tuple[int, int] | None = None
    ideal_seconds: float | None = None  #: that counted when the span ended

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> "Past":
        """Read the answer to `asset` or `line`."""
        cycles = _mapping(data, "cycles")
        return cls(
            [Span(int(a), int(b), str(s), str(r or "")) for a, b, s, r, *_ in _rows(data, "spans")],
            [Made(int(a), int(b), p or 0.0, s or 0.0) for a, b, p, s, *_ in _rows(data, "made")],
            [Shift.of(one) for one in data.get("shifts") or ()],
            Figures.of(_mapping(data, "figures")),
            Waterfall.of(_mapping(data, "waterfall")),
            [Weight(str(r), s, int(n), x, y) for r, s, n, x, y in _rows(data, "pareto")],
            _reliability(_mapping(data, "reliability")),
            Energy.of(_mapping(data, "energy")),
            _number(cycles, "typical"),
            _number(cycles, "demonstrated"),
            [(int(t), v) for t, v, *_ in _rows(cycles, "trend") if v is not None],
            {key: cls.of(one) for key, one in _mapping(data, "members").items()},
            _bottleneck(data.get("bottleneck")),
            _counting(data),
            _number(data, "ideal_seconds"),
        )


def _reliability(data: Mapping[str, Any]) -> Reliability | None:
    if not data:
        return None
    between, restore = (
        _number(data, long) if long in data else _number(data, short)
        for long, short in (("between_seconds", "mtbf"), ("restore_seconds", "mttr"))
    )
    return Reliability(_whole(data, "faults") or 0, between, restore)


def _bottleneck(data: Any) -> Bottleneck | None:
    if not isinstance(data, Mapping) or not data.get("asset"):
        return None
    others = [(str(row[0]), sum(row[1:3])) for row in _rows(data, "others")]
    return Bottleneck(str(data["asset"]), _number(data, "share") or 0.0, others)
