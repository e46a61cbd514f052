"""From stop records to lives: how long machines ran between failures."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from deungdae.analysis.reliability.growth import Watched

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

RUNNING, FAILURE, UNKNOWN = "running", "down", "unknown"


@dataclass
class Record:
    """What was seen of machines, in hours of running.

    `lives` are the running times between failures; the last of each machine was cut short. A life
    that began before the watch is none of them: nobody knows how long it was, and only long ones
    reach into the watch. `repairs` are the hours that failures lasted.
    """

    lives: list[float] = field(default_factory=list)
    failed: list[bool] = field(default_factory=list)
    repairs: list[float] = field(default_factory=list)
    machines: list[Watched] = field(default_factory=list)
    names: list[str] = field(default_factory=list)

    @property
    def hours(self) -> float:
        """Hours of running; of lives alone, their sum."""
        if not self.machines:
            return float(sum(self.lives))
        return float(sum(machine.total for machine in self.machines))

    @property
    def failures(self) -> int:
        """Number of failures."""
        if not self.machines:
            return sum(self.failed)
        return int(sum(machine.failures.size for machine in self.machines))

    def add(
        self,
        name: str,
        running: Sequence[float],
        repairs: Sequence[float],
        rest: float,
        *,
        begun: bool = False,
    ) -> None:
        """Add a machine: hours of running before each failure, and those after the last.

        `begun`: the first life began before the watch, so that its hours alone count.
        """
        at = np.cumsum(np.asarray(running, dtype=float))
        total = float(at[-1] if at.size else 0.0) + rest
        if total <= 0:
            return
        self.machines.append(Watched(at, total, until_failure=rest <= 0))
        self.names.append(name)
        ended = [life for life in running[1 if begun else 0 :] if life > 0]
        self.lives += ended
        self.failed += [True] * len(ended)
        if rest > 0 and (running or not begun):
            self.lives.append(rest)
            self.failed.append(False)
        self.repairs += list(repairs)


def from_spans(spans: Sequence[tuple[float, float, str, str]]) -> Record:
    """Return the record of one machine from spans (start_us, end_us, state, reason), in order.

    Running counts; a span of state "down" is a failure, neighbours of that state are one. Other
    standing and unknown time neither counts as running nor ends a life. A failure with which the
    spans begin is one of the time before them.
    """
    running: list[float] = []
    repairs: list[float] = []
    run = 0.0
    first = next((state for _, _, state, _ in spans if state != UNKNOWN), None)
    down = first == FAILURE
    for start, end, state, _reason in spans:
        hours = (end - start) / 3.6e9
        if state == RUNNING:
            run += hours
            down = False
        elif state == FAILURE:
            if not down:
                running.append(run)
                repairs.append(hours)
                run = 0.0
            elif repairs:
                repairs[-1] += hours
            down = True
    record = Record()
    record.add("", running, repairs, run, begun=first != FAILURE)
    return record


def from_stops(machine: Sequence[str], start: Floats, end: Floats, until: float) -> Record:
    """Return the record of failures with machine, start and end in hours; `until` ends the watch.

    Each machine is watched from the end of its first failure, for nothing is known of before. An
    end that is missing (NaN) is taken as the start. Failures that overlap are one.
    """
    record = Record()
    for name in sorted(set(machine)):
        rows = np.array([i for i, m in enumerate(machine) if m == name])
        rows = rows[np.argsort(start[rows], kind="stable")]
        ends = np.where(np.isnan(end[rows]), start[rows], np.maximum(end[rows], start[rows]))
        running: list[float] = []
        repairs: list[float] = []
        free = float(ends[0])
        for at, to in zip(start[rows][1:], ends[1:], strict=True):
            if at <= free:
                if repairs and to > free:
                    repairs[-1] += float(to) - free
                free = max(free, float(to))
                continue
            running.append(float(at) - free)
            repairs.append(float(to - at))
            free = float(to)
        record.add(name, running, repairs, max(0.0, until - free))
    return record
