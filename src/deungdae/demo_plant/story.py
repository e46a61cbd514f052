"""Every value of every machine at any time: a pure function of the seed, so that it can be checked.

A shot has values of its own (pressure, cushion, cycle time), told when it ended; temperatures,
clamp force and current are those of the moment.
"""

import random
from dataclasses import dataclass
from math import exp, sin, tau

from deungdae.demo_plant import calendar
from deungdae.demo_plant.shop import DRIFTING, PHASES, STOPPED, Machine

DRIFT_S = 3000.0  #: from one run-away of the heater to the next
RISE = 0.8  #: share of that in which it rises; in the rest it is put right
DRIFT_C = (11.0, 18.0)  #: how far it comes, from time to time
CONTROL_S = 317.0  #: the swing of a heater's control

Value = float | int | str


@dataclass(frozen=True)
class Story:
    """The shop of one seed. Times are seconds since 1970 UTC."""

    seed: int

    def drift(self, machine: Machine, time_s: float) -> float:
        """Return by how much the third zone is too hot, in °C; 0 for all machines but one."""
        if machine.name != DRIFTING:
            return 0.0
        number, share = divmod(time_s / DRIFT_S, 1)
        most = self._chance("drift", int(number)).uniform(*DRIFT_C)
        return most * (share / RISE if share < RISE else exp(-(share - RISE) * 25))

    def hall(self, line: str, time_s: float) -> dict[str, Value]:
        """Return what is measured in the hall of a line."""
        noise = self._chance("hall", line, int(time_s))
        of_day = (time_s + calendar.KOREA_S) / calendar.DAY_S
        warm = 22.5 + 2.5 * sin(tau * (of_day - 0.4)) + 0.4 * sin(tau * time_s / 2700)
        damp = 52 - 6 * sin(tau * (of_day - 0.4)) + noise.gauss(0, 0.3)
        return {
            "ambient_temperature": round(warm + noise.gauss(0, 0.05), 2),
            "humidity": round(damp, 1),
        }

    def zones(self, machine: Machine, time_s: float) -> list[float]:
        """Return the temperatures of the barrel's zones, without the noise of their sensors."""
        slow = 0.5 * sin(tau * time_s / 2700)
        found = [
            setting + slow + 0.6 * sin(tau * time_s / CONTROL_S + machine.number + 1.7 * zone)
            for zone, setting in enumerate(machine.zones_c)
        ]
        found[2] += self.drift(machine, time_s)
        found[3] += 0.15 * self.drift(machine, time_s)  # heat wanders on to the nozzle
        return found

    def shot(self, machine: Machine, day: int, number: int) -> dict[str, float]:
        """Return what was measured in one shot."""
        chance = self._chance(machine.name, day, number)
        drift = self.drift(machine, calendar.ended(self.seed, machine, day, number))
        return {
            "cycle_time": round(machine.cycle_s + chance.gauss(0, 0.07), 2),
            # Hotter plastic flows more easily.
            "injection_pressure": round(
                machine.pressure_mpa - 0.22 * drift + chance.gauss(0, 0.7), 1
            ),
            "cushion": round(machine.cushion_mm - 0.015 * drift + chance.gauss(0, 0.08), 2),
            "weight": round(machine.weight_g * (1 + 0.0004 * drift + chance.gauss(0, 0.0012)), 2),
        }

    def now(self, machine: Machine, time_s: float) -> dict[str, Value]:
        """Return all values of a machine at a time, by tag."""
        moment = calendar.moment(self.seed, machine, time_s)
        noise = self._chance(machine.name, "now", int(time_s * 10))
        state = phase(moment)
        # Before its first shot of the day a machine still shows the last one of the day before.
        last = (
            (moment.day, moment.shot - 1)
            if moment.shot
            else (moment.day - 1, self._last_shot(machine, moment.day - 1))
        )
        shot = self.shot(machine, *last)
        clamped = state not in (STOPPED, "opening", "ejecting")
        load = {"closing": 0.55, "injecting": 1.0, "holding": 0.6, "cooling": 0.75, "opening": 0.5}
        zones = self.zones(machine, time_s)
        return {
            "shots": moment.shot,
            "state": state,
            "lot": calendar.lot(time_s),
            "cycle_time": shot["cycle_time"],
            **{
                f"barrel_zone{zone}": round(degrees + noise.gauss(0, 0.12), 1)
                for zone, degrees in enumerate(zones, 1)
            },
            "mould_temperature": round(
                machine.mould_c + 1.2 * sin(tau * moment.phase) + noise.gauss(0, 0.1), 1
            ),
            "injection_pressure": shot["injection_pressure"],
            "cushion": shot["cushion"],
            "clamp_force": round(machine.clamp_kn + noise.gauss(0, 4)) if clamped else 0,
            "motor_current": round(machine.pump_a * load.get(state, 0.2) + noise.gauss(0, 0.4), 1),
        }

    def _last_shot(self, machine: Machine, day: int) -> int:
        midnight = (day + 1) * calendar.DAY_S - calendar.KOREA_S
        return calendar.moment(self.seed, machine, midnight - 0.001).shot - 1

    def _chance(self, *about: object) -> random.Random:
        return random.Random(f"{self.seed}/{about}")  # noqa: S311 - a story, no secret


def phase(moment: calendar.Moment) -> str:
    """Return the word for what a machine is doing."""
    if not moment.running:
        return STOPPED
    return next(name for name, end in PHASES if moment.phase < end)
