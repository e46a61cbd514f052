"""What can be lost on the plant floor, by name. Nothing is lost without one of these being counted.

Besides these, a reading that cannot be kept is counted under the code of its `BadReading`.
"""

from enum import StrEnum
from typing import NamedTuple


class Overflow(StrEnum):
    """What happens to readings when the buffer is full."""

    DROP_OLDEST = "drop_oldest"  #: the oldest that were not sent make room
    REFUSE_NEW = "refuse_new"  #: new ones are not taken; what can be read again later waits
    WAIT = "wait"  #: drivers wait; what the machine does not keep meanwhile is a gap


class Loss(StrEnum):
    """Why readings did not reach the server."""

    OVERFLOW_OLDEST = "overflow_oldest"  #: made room in the full buffer
    OVERFLOW_NEW = "overflow_new"  #: not taken into the full buffer
    DISK = "disk"  #: the disk was full or broken
    REFUSED = "refused_by_server"  #: the server called the batch unreadable; it was set aside
    QUEUE = "queue_overflow"  #: the machine produced faster than it was read
    UNREADABLE = "unreadable"  #: a line, message or row that could not be understood
    GAP = "gap"  #: the machine could not be reached (counted in times, not in readings)


class Lost(NamedTuple):
    """How much was lost for one reason at one source, and between which times."""

    source: str  #: name of a driver, or "buffer"
    reason: str
    readings: int
    first_us: int
    last_us: int
