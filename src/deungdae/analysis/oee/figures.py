"""Key figures of ISO 22400-2 from times and counts, and what unknown time does to them.

    availability    APT / PBT           actual production time / planned busy time
    effectiveness   PRI * PQ / APT      planned run time per item * produced quantity / APT
    quality ratio   GQ / PQ             good quantity / produced quantity
    OEE             availability * effectiveness * quality ratio
    NEE             (APT + AUST) / PBT * effectiveness * quality ratio   setup counts as busy
    TEEP            OEE * PBT / reference time (all of the calendar time)

Figures are of the known time: unknown time belongs neither to the numerator nor to the denominator.
`low` and `high` say what OEE could be at least and at most, had the machine stood, or run as it
does otherwise, in all of the unknown time.
"""

from dataclasses import dataclass
from typing import NamedTuple

from deungdae.analysis.oee.spans import STANDING, State


@dataclass(frozen=True)
class Times:
    """Seconds within planned busy time, by state; `reference` is all the calendar time.

    Raises ValueError for a negative time, and for more planned than reference time.
    """

    running: float
    setup: float = 0.0
    down: float = 0.0
    starved: float = 0.0
    blocked: float = 0.0
    stopped: float = 0.0
    unknown: float = 0.0
    reference: float | None = None

    def __post_init__(self) -> None:
        if min(self.by_state.values()) < 0:
            raise ValueError("a time is negative")
        if self.reference is not None and self.reference < self.planned - 1e-6:
            raise ValueError("more time was planned than there was")

    @property
    def by_state(self) -> dict[State, float]:
        """The seconds of each state."""
        return {state: getattr(self, state.value) for state in State}

    @property
    def standing(self) -> float:
        """Seconds in which it is known that nothing was made."""
        return sum(self.by_state[state] for state in STANDING)

    @property
    def known(self) -> float:
        """Planned busy seconds of which the state is known."""
        return self.running + self.standing

    @property
    def planned(self) -> float:
        """Planned busy seconds (PBT)."""
        return self.known + self.unknown


class Counts(NamedTuple):
    """Parts made (PQ), and of those scrapped (SQ) and reworked (RQ). Good (GQ) is the rest."""

    produced: float
    scrapped: float = 0.0
    reworked: float = 0.0

    @property
    def good(self) -> float:
        """Parts that were right the first time."""
        return self.produced - self.scrapped - self.reworked


@dataclass(frozen=True)
class Figures:
    """Shares between 0 and 1 (effectiveness may be above); None where nothing can be said.

    `known` is the share of planned time whose state is known. `low` and `high` bound `oee`.
    """

    availability: float | None
    effectiveness: float | None
    quality: float | None
    oee: float | None
    nee: float | None
    teep: float | None
    known: float | None
    low: float | None
    high: float | None


def figures(times: Times, counts: Counts, ideal_seconds: float | None) -> Figures:
    """Return the key figures; `ideal_seconds` is the planned run time per item (PRI).

    Raises ValueError for counts that contradict one another, and for an ideal cycle of zero or
    less.
    """
    if min(counts) < 0 or counts.good < 0:
        raise ValueError("more parts are bad than were made")
    if ideal_seconds is not None and ideal_seconds <= 0:
        raise ValueError("an ideal cycle takes time")
    availability = _ratio(times.running, times.known)
    effectiveness = (
        None if ideal_seconds is None else _ratio(ideal_seconds * counts.produced, times.running)
    )
    quality = _ratio(counts.good, counts.produced)
    # Nothing ran: nothing was lost to slow cycles or scrap, yet nothing was gained either.
    oee = (
        0.0
        if times.running == 0 and times.known > 0
        else _product(availability, effectiveness, quality)
    )
    busy = _ratio(times.running + times.setup, times.known)
    known = _ratio(times.known, times.planned)
    return Figures(
        availability=availability,
        effectiveness=effectiveness,
        quality=quality,
        oee=oee,
        nee=_product(busy, effectiveness, quality),
        teep=None
        if times.reference is None
        else _product(oee, _ratio(times.planned, times.reference)),
        known=known,
        low=_product(oee, known),
        high=_highest(times, effectiveness, quality, oee),
    )


def _highest(
    times: Times, effectiveness: float | None, quality: float | None, oee: float | None
) -> float | None:
    if times.unknown == 0:
        return oee
    if times.running == 0:
        return None  # nobody knows how well it runs
    return _product(_ratio(times.running + times.unknown, times.planned), effectiveness, quality)


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole > 0 else None


def _product(*factors: float | None) -> float | None:
    result = 1.0
    for factor in factors:
        if factor is None:
            return None
        result *= factor
    return result
