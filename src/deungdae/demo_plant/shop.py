"""The machines of the shop and what they make: nominal values, in the units of their tags."""

from dataclasses import dataclass
from typing import Final

ZONES: Final = 4  #: heating zones of each barrel
DRIFTING: Final = "line2/imm1"  #: its third zone runs away
WRONG_CLOCK: Final = "line3"
WRONG_BY_HOURS: Final = 9


@dataclass(frozen=True)
class Machine:
    """One injection-moulding machine with its mould."""

    name: str  #: line/machine
    number: int
    product: str
    cycle_s: float
    zones_c: tuple[float, float, float, float]  #: settings, from hopper to nozzle
    mould_c: float
    pressure_mpa: float  #: peak while injecting
    cushion_mm: float
    clamp_kn: float
    weight_g: float
    pump_a: float  #: the motor at full load

    @property
    def line(self) -> str:
        """The line that it stands in."""
        return self.name.partition("/")[0]


# fmt: off
MACHINES: Final = (
    Machine(
        "line1/imm1", 0, "커넥터", 24.0, (195, 210, 220, 225), 52, 84, 6.0, 780, 18.4, 38
    ),
    Machine("line1/imm2", 1, "센서 커버", 27.5, (200, 215, 225, 230), 58, 91, 6.5, 1180, 31.2, 46),
    Machine("line2/imm1", 2, "램프 베젤", 22.0, (205, 220, 230, 235), 60, 96, 7.0, 1270, 42.6, 52),
    Machine("line2/imm2", 3, "램프 베젤", 22.5, (205, 220, 230, 235), 60, 95, 7.0, 1270, 42.6, 51),
    Machine(
        "line3/imm1", 4, "릴레이 함", 31.0, (190, 205, 215, 220), 48, 78, 5.5, 690, 12.9, 33
    ),
    Machine("line3/imm2", 5, "스위치 노브", 19.5, (185, 200, 210, 215), 45, 72, 5.0, 490, 7.3, 29),
)
# fmt: on
LINES: Final = ("line1", "line2", "line3")

#: Tags of each machine with their unit; "" has none.
TAGS: Final = {
    "shots": "",
    "state": "",
    "lot": "",
    "cycle_time": "s",
    **{f"barrel_zone{zone}": "°C" for zone in range(1, ZONES + 1)},
    "mould_temperature": "°C",
    "injection_pressure": "MPa",
    "cushion": "mm",
    "clamp_force": "kN",
    "motor_current": "A",
}
#: Tags of each line.
HALL_TAGS: Final = {"ambient_temperature": "°C", "humidity": "%"}

#: Phases of a cycle: share of it at which each ends. Modbus tells the place in this list.
PHASES: Final = (
    ("closing", 0.09),
    ("injecting", 0.19),
    ("holding", 0.40),
    ("cooling", 0.85),
    ("opening", 0.94),
    ("ejecting", 1.00),
)
STOPPED: Final = "stopped"
STATES: Final = (STOPPED, *(name for name, _ in PHASES))


def machines_of(line: str) -> tuple[Machine, ...]:
    """Return the machines of a line."""
    return tuple(machine for machine in MACHINES if machine.line == line)
