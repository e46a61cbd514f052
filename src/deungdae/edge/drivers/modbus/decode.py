"""Registers to values, and values to few questions: pure."""

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from deungdae.records.readings import TagPath, Value

#: type → (registers, letter of `struct`)
TYPES = {
    "int16": (1, "h"),
    "uint16": (1, "H"),
    "int32": (2, "i"),
    "uint32": (2, "I"),
    "int64": (4, "q"),
    "uint64": (4, "Q"),
    "float32": (2, "f"),
    "float64": (4, "d"),
    "bool": (1, "H"),
}
ORDERS = ("ABCD", "CDAB", "BADC", "DCBA")
REGISTER_TABLES = ("holding", "input")
BIT_TABLES = ("coil", "discrete")
MOST_REGISTERS, MOST_BITS = 125, 2000  #: of one question, by the protocol


@dataclass(frozen=True)
class Wanted:
    """One value of a device."""

    tag: TagPath
    table: str
    address: int
    type: str
    order: str = "ABCD"
    bit: int | None = None
    scale: float | None = None
    offset: float | None = None

    @property
    def size(self) -> int:
        """How many registers or bits it takes."""
        return TYPES[self.type][0]


class Question(NamedTuple):
    """One request: a stretch of one table, and the values in it."""

    table: str
    start: int
    length: int
    wanted: tuple[Wanted, ...]


def decode(wanted: Wanted, registers: Sequence[int]) -> Value:
    """Return the value in its registers; `order` names the bytes as they come, A the highest.

    For four registers ABCD means the highest first, CDAB the lowest register first.
    """
    parts = list(registers)
    if wanted.order in ("CDAB", "DCBA"):
        parts.reverse()
    swapped = wanted.order in ("BADC", "DCBA")
    data = b"".join(part.to_bytes(2, "little" if swapped else "big") for part in parts)
    (number,) = struct.unpack(f">{TYPES[wanted.type][1]}", data)
    if wanted.type == "bool":
        return bool(number >> wanted.bit & 1) if wanted.bit is not None else bool(number)
    if wanted.scale is None and wanted.offset is None:
        value: Value = number
        return value
    scaled = number * (1 if wanted.scale is None else wanted.scale)
    return float(scaled + (wanted.offset or 0))


def questions(wanted: Iterable[Wanted], most_gap: int) -> list[Question]:
    """Join values of one table that lie close together; no value is ever split over two questions.

    A value read in two halves could be of two moments.
    """
    found: list[Question] = []
    for value in sorted(wanted, key=lambda w: (w.table, w.address, w.size)):
        most = MOST_BITS if value.table in BIT_TABLES else MOST_REGISTERS
        end = value.address + value.size
        if found:
            last = found[-1]
            close = value.address - (last.start + last.length) <= most_gap
            if last.table == value.table and close and end - last.start <= most:
                length = max(last.length, end - last.start)
                found[-1] = last._replace(length=length, wanted=(*last.wanted, value))
                continue
        found.append(Question(value.table, value.address, value.size, (value,)))
    return found
