"""What the machines of lines 1 and 2 would have said before anybody listened.

Line 1 tells what has changed, line 2 is read in turn and tells everything each time, as when both
are read. Line 3, whose clock is wrong, says nothing of its past.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from deungdae.demo_plant import modbus, opcua
from deungdae.demo_plant.shop import STATES, machines_of
from deungdae.demo_plant.story import Story, Value

LINES: Final = (opcua.LINE, modbus.LINE)
EVERY_S: Final = 10.0


class Told(NamedTuple):
    """A value of a tag, at seconds since 1970 UTC."""

    time_s: float
    tag: str
    value: Value


def told(
    story: Story, line: str, start_s: float, end_s: float, every_s: float = EVERY_S
) -> Iterator[Told]:
    """Yield what a line told from `start_s` until before `end_s`, in order of time."""
    last: dict[str, Value] = {}
    steps = int((end_s - start_s) // every_s)
    for time_s in (start_s + step * every_s for step in range(steps)):
        values = {f"{line}/{tag}": value for tag, value in story.hall(line, time_s).items()}
        for machine in machines_of(line):
            now = story.now(machine, time_s)
            values |= {f"{machine.name}/{tag}": value for tag, value in now.items()}
        for tag, value in values.items():
            if line == modbus.LINE:
                yield Told(time_s, tag, _as_registers_tell(value))
            elif last.get(tag) != value:
                yield Told(time_s, tag, value)
        last = values


def _as_registers_tell(value: Value) -> Value:
    if isinstance(value, str):
        return STATES.index(value) if value in STATES else int(value)
    return value
