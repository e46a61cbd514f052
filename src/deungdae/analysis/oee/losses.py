"""Where planned time went: a waterfall whose steps add up, in seconds.

    planned busy time
    - unknown                      nothing was heard
    - down, setup, starved, blocked, stopped without a reason     by what was said of the stop
    - micro-stops                  stops shorter than a limit, whatever their reason
    - slow cycles                  what the cycles took beyond the ideal one
    - scrap, rework                ideal cycles that gave no good part the first time
    = fully productive time        ideal cycle * good parts

OEE of the known time is fully productive time / (planned - unknown). Where parts came faster than
the ideal cycle, the loss by slow cycles is negative: the ideal cycle is then too long, and the step
says so rather than hiding it.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from deungdae.analysis.oee.figures import Counts
from deungdae.analysis.oee.spans import STANDING, Lasting, State

MICRO_STOP_SECONDS = 300.0  #: five minutes, the usual limit below which nobody writes a stop down


class Loss(StrEnum):
    """The steps, in their order."""

    UNKNOWN = "unknown"
    DOWN = "down"
    SETUP = "setup"
    STARVED = "starved"
    BLOCKED = "blocked"
    STOPPED = "stopped"
    MICRO_STOPS = "micro_stops"
    SLOW = "slow"
    SCRAP = "scrap"
    REWORK = "rework"


class Waterfall(NamedTuple):
    """Seconds. `losses` has every step; `productive` is what is left of `planned`."""

    planned: float
    losses: dict[Loss, float]
    productive: float

    @property
    def oee(self) -> float | None:
        """OEE of the known time, None when nothing is known."""
        known = self.planned - self.losses[Loss.UNKNOWN]
        return self.productive / known if known > 0 else None


def waterfall(
    spans: Iterable[Lasting],
    counts: Counts,
    ideal_seconds: float,
    *,
    micro_stop_seconds: float = MICRO_STOP_SECONDS,
) -> Waterfall:
    """Return where the time of `spans` (planned working time, without holes) went.

    A stop over a break is one: it is a micro-stop by all of its planned time, below the limit of
    its own machine where the span tells one.
    Setup is never a micro-stop, however short. Raises ValueError for an ideal cycle of zero or
    less.
    """
    if ideal_seconds <= 0:
        raise ValueError("an ideal cycle takes time")
    losses = dict.fromkeys(Loss, 0.0)
    planned = running = 0.0
    for span in spans:
        planned += span.seconds
        if span.state is State.RUNNING:
            running += span.seconds
        elif (
            span.state in STANDING
            and span.state is not State.SETUP
            and span.seconds
            < (micro_stop_seconds if span.micro_below is None else span.micro_below)
        ):
            losses[Loss.MICRO_STOPS] += span.seconds
        else:
            losses[Loss(span.state.value)] += span.seconds
    losses[Loss.SLOW] = running - ideal_seconds * counts.produced
    losses[Loss.SCRAP] = ideal_seconds * counts.scrapped
    losses[Loss.REWORK] = ideal_seconds * counts.reworked
    return Waterfall(planned, losses, ideal_seconds * counts.good)


class Share(NamedTuple):
    """One reason among others: how long, how often, and its part of the whole, 0 to 1."""

    reason: str
    seconds: float
    times: int
    share: float
    so_far: float  #: the share of this reason and all before it


def pareto(spans: Iterable[Lasting], *, without_reason: str = "") -> list[Share]:
    """Return the reasons of standing time, the longest first; unknown time is no reason."""
    seconds: dict[str, float] = {}
    times: dict[str, int] = {}
    for span in spans:
        if span.state in STANDING:
            reason = span.reason or without_reason or span.state.value
            seconds[reason] = seconds.get(reason, 0.0) + span.seconds
            times[reason] = times.get(reason, 0) + 1
    whole = sum(seconds.values())
    found, so_far = [], 0.0
    for reason, lasted in sorted(seconds.items(), key=lambda pair: (-pair[1], pair[0])):
        share = lasted / whole if whole else 0.0
        so_far += share
        found.append(Share(reason, lasted, times[reason], share, so_far))
    return found


class Reliability(NamedTuple):
    """Faults and what they cost; None where there was no fault.

    MTBF = running time / faults, MTTR = down time / faults (ISO 22400-2: operating time between
    failures and time to restore).
    """

    faults: int
    between_seconds: float | None
    restore_seconds: float | None


def reliability(spans: Iterable[Lasting]) -> Reliability:
    """Return mean time between faults and mean time to restore, of spans within planned time."""
    running = down = 0.0
    faults = 0
    for span in spans:
        if span.state is State.RUNNING:
            running += span.seconds
        elif span.state is State.DOWN:
            down += span.seconds
            faults += 1
    if not faults:
        return Reliability(0, None, None)
    return Reliability(faults, running / faults, down / faults)
