"""From stop records to lives: how long machines ran between failures."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from deungdae.analysis.reliability.growth import Watched

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

RUNNING, FAILURE = "running", "down"


@dataclass
class Record:
    """What was seen of machines, in hours of running.

    `lives` are the running times between failures; the last of each machine was cut short.
    `repairs` are the hours that failures lasted.
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
        self, name: str, running: Sequence[float], repairs: Sequence[float], rest: float
    ) -> None:
        """Add a machine: hours of running before each failure, and those after the last."""
        at = np.cumsum(np.asarray(running, dtype=float))
        total = float(at[-1] if at.size else 0.0) + rest
        if total <= 0:
            return
        self.machines.append(Watched(at, total, until_failure=rest <= 0))
        self.names.append(name)
        self.lives += [life for life in running if life > 0]
        self.failed += [True for life in running if life > 0]
        if rest > 0:
            self.lives.append(rest)
            self.failed.append(False)
        self.repairs += list(repairs)


def from_spans(spans: Sequence[tuple[float, float, str, str]]) -> Record:
    """Return the record of one machine from spans (start_us, end_us, state, reason), in order.

    Running counts; a span of state "down" is a failure, neighbours of that state are one. Other
    standing and unknown time neither counts as running nor ends a life.
    """
    running: list[float] = []
    repairs: list[float] = []
    run = 0.0
    down = False
    for start, end, state, _reason in spans:
        hours = (end - start) / 3.6e9
        if state == RUNNING:
            run += hours
            down = False
        elif state == FAILURE:
            if down:
                repairs[-1] += hours
            else:
                running.append(run)
                repairs.append(hours)
                run = 0.0
            down = True
    record = Record()
    record.add("", running, repairs, run)
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
                free = max(free, float(to))
                continue
            running.append(float(at) - free)
            repairs.append(float(to - at))
            free = float(to)
        record.add(name, running, repairs, max(0.0, until - free))
    return record
