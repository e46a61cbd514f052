"""What is chosen of each machine, seen alike for all kinds of drivers. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

Driver = Mapping[str, Any]
#: Kinds of drivers whose values are named one by one; of the others everything is taken.
ONE_BY_ONE: Final = ("opcua", "modbus")


class Chosen(NamedTuple):
    """One value of a machine that has a tag of its own."""

    machine: str
    address: str  #: as the machine calls it; a tag is known again by it when its name changes
    path: str


def name_of(driver: Driver) -> str:
    """Return the name of a machine; without one it is called like its kind."""
    return str(driver.get("name") or driver["kind"])


def of(drivers: Sequence[Driver]) -> Iterator[Chosen]:
    """Yield what is chosen at all machines whose values are named one by one."""
    for driver in drivers:
        machine = name_of(driver)
        for node in driver.get("node", ()):
            yield Chosen(machine, node["id"], node["tag"])
        for value in driver.get("value", ()):
            yield Chosen(machine, register(value), value["tag"])


def register(value: Mapping[str, Any]) -> str:
    """Return how a value of a Modbus device is called: its table, its address and its bit."""
    bit = f".{value['bit']}" if value.get("bit") is not None else ""
    return f"{value.get('table', 'holding')} {value['address']}{bit}"


def renamed(drivers: Sequence[Driver], path: str, to: str) -> list[dict[str, Any]] | None:
    """Return the drivers with one tag renamed; None when no machine names it."""
    found = False
    changed = []
    for driver in drivers:
        copy = dict(driver)
        for part in ("node", "value"):
            if part in copy:
                copy[part] = [
                    {**one, "tag": to} if one["tag"] == path else one for one in copy[part]
                ]
                found = found or any(one["tag"] == path for one in driver[part])
        changed.append(copy)
    return changed if found else None
