"""The shop itself: values as a pure function of seed and time."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from math import sin, tau
from typing import NamedTuple

from deungdae.records.readings import Value

LINES = ("line1", "line2", "line3")
MACHINES = ("imm1", "imm2")
DRIFTING = "line2/imm1"
CYCLE_SECONDS = 24
SLOW_HOURS = 7.0  #: of the swing of the hall's temperature


class Point(NamedTuple):
    """One value of the shop: its name without prefix, its kind and unit."""

    name: str
    value: Value
    kind: str


@dataclass(frozen=True)
class Shop:
    """Three lines with two injection-moulding machines each."""

    seed: int
    heater_drift: float  #: °C an hour

    @property
    def names(self) -> list[str]:
        """The tags of the shop without prefix, in a fixed order."""
        return [point.name for point in self.at(0, 0.0)]

    def at(self, time_us: int, running_hours: float) -> Iterator[Point]:
        """Yield every value at a time; `running_hours` since the start lets the heater drift."""
        # The noise depends on seed and second alone, so that a demonstration can be repeated.
        noise = random.Random(f"{self.seed}:{time_us // 1000}")  # noqa: S311 - no secret
        seconds = time_us / 1e6
        hall = sin(tau * seconds / 3600 / SLOW_HOURS)
        for number, machine in enumerate(f"{ln}/{m}" for ln in LINES for m in MACHINES):
            drift = self.heater_drift * running_hours if machine == DRIFTING else 0.0
            shift = 4 * number  # the machines do not work in step
            shots, phase = divmod(seconds + shift, CYCLE_SECONDS)
            injecting = phase < 3
            melt = 228 + 2 * number + 1.5 * hall + drift + noise.gauss(0, 0.4)
            pressure = (92 if injecting else 4) + 0.3 * drift + noise.gauss(0, 1.2)
            yield Point(f"{machine}/melt_temperature", round(melt, 2), "float °C")
            yield Point(
                f"{machine}/mould_temperature",
                round(58 + hall + noise.gauss(0, 0.2), 2),
                "float °C",
            )
            yield Point(f"{machine}/pressure", round(pressure, 2), "float MPa")
            yield Point(f"{machine}/shots", int(shots) % 1_000_000, "int")
            yield Point(f"{machine}/door_open", phase > CYCLE_SECONDS - 4, "bool")
            yield Point(f"{machine}/state", "injecting" if injecting else "cooling", "text")
