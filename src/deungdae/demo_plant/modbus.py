"""Line 2: a Modbus TCP device; its holding registers are computed when they are asked for.

Each machine has a block of 100 registers, imm1 from 0 and imm2 from 100; the hall begins at 900.
"""

import struct
import time
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from deungdae.demo_plant.shop import STATES, ZONES, machines_of
from deungdae.demo_plant.story import Story, Value

LINE: Final = "line2"
REGISTERS: Final = 1000
HALL: Final = 900


class Register(NamedTuple):
    """Where a value stands: `scale` × the register is the value; float32 has its low word first."""

    address: int
    kind: str
    scale: float | None = None


BLOCK: Final = {
    "state": Register(0, "uint16"),
    "shots": Register(1, "uint32"),
    "lot": Register(3, "uint32"),
    "cycle_time": Register(5, "uint16", 0.01),
    **{f"barrel_zone{zone}": Register(5 + zone, "int16", 0.1) for zone in range(1, ZONES + 1)},
    "mould_temperature": Register(10, "int16", 0.1),
    "injection_pressure": Register(11, "float32"),
    "cushion": Register(13, "uint16", 0.01),
    "clamp_force": Register(14, "uint16"),
    "motor_current": Register(15, "int16", 0.1),
}
HALL_BLOCK: Final = {
    "ambient_temperature": Register(HALL, "int16", 0.01),
    "humidity": Register(HALL + 1, "uint16", 0.1),
}


def registers() -> dict[str, Register]:
    """Return where each tag of the line stands."""
    found = {f"{LINE}/{tag}": where for tag, where in HALL_BLOCK.items()}
    for place, machine in enumerate(machines_of(LINE)):
        found |= {
            f"{machine.name}/{tag}": where._replace(address=100 * place + where.address)
            for tag, where in BLOCK.items()
        }
    return found


def words(where: Register, value: Value) -> list[int]:
    """Return the registers of a value."""
    if where.kind == "float32":
        high, low = struct.unpack(">HH", struct.pack(">f", float(value)))
        return [low, high]
    if isinstance(value, str):
        value = STATES.index(value) if value in STATES else int(value)
    number = round(value / where.scale) if where.scale else int(value)
    if where.kind == "uint32":
        return [number >> 16, number & 0xFFFF]
    return [number & 0xFFFF]


class ModbusLine:
    """The device of line 2 at a port of loopback, as unit 1."""

    def __init__(self, story: Story, port: int, now_s: Callable[[], float]) -> None:
        self._story, self._port, self._now_s = story, port, now_s
        self._places = registers()
        self._server: Any = None
        self._image = [0] * REGISTERS
        self._drawn = 0.0  # monotonic seconds: one question may need several reads

    async def start(self) -> None:
        """Serve; raises OSError when nothing can listen at the port."""
        image = SimData(0, values=[0] * REGISTERS, datatype=DataType.REGISTERS)
        device = SimDevice(1, simdata=image, action=self._asked)
        self._server = ModbusTcpServer(device, address=("127.0.0.1", self._port))
        await self._server.serve_forever(background=True)

    async def _asked(
        self, code: int, start: int, address: int, count: int, present: list[int], new: Any
    ) -> None:
        """Bring the registers up to date that somebody reads; writing changes nothing."""
        if time.monotonic() - self._drawn > 0.2:
            self._drawn = time.monotonic()
            self._draw(self._now_s())
        first = address - start
        present[first : first + count] = self._image[address : address + count]

    def _draw(self, time_s: float) -> None:
        values = {f"{LINE}/{tag}": v for tag, v in self._story.hall(LINE, time_s).items()}
        for machine in machines_of(LINE):
            now = self._story.now(machine, time_s)
            values |= {f"{machine.name}/{tag}": value for tag, value in now.items()}
        for tag, where in self._places.items():
            told = words(where, values[tag])
            self._image[where.address : where.address + len(told)] = told

    async def stop(self) -> None:
        """Serve no more."""
        if self._server is not None:
            await self._server.shutdown()
