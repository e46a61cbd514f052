"""The states of an alarm, and which event leads from which state to which.

ANSI/ISA-18.2 and IEC 62682, the alarm state transition diagram. What the table does not name
changes nothing: two persons may acknowledge the same alarm, and the second is no error.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class State(StrEnum):
    """Where an alarm is in its life. The last three are holds: nothing is told in them."""

    NORMAL = "normal"
    UNACKNOWLEDGED = "unacknowledged"
    ACKNOWLEDGED = "acknowledged"
    RETURNED = "returned"  #: the condition is gone, and nobody has acknowledged
    LATCHED_UNACKNOWLEDGED = "latched_unacknowledged"
    LATCHED = "latched"  #: gone and acknowledged; stays until a person resets it
    SHELVED = "shelved"  #: by a person, until a time
    SUPPRESSED = "suppressed"  #: by design: the plant is in a state in which it says nothing
    OUT_OF_SERVICE = "out_of_service"


class Event(StrEnum):
    """What may happen to an alarm."""

    COME = "come"
    GO = "go"
    ACKNOWLEDGE = "acknowledge"
    RESET = "reset"
    SHELVE = "shelve"
    UNSHELVE = "unshelve"
    SUPPRESS = "suppress"
    UNSUPPRESS = "unsuppress"
    REMOVE = "remove"
    RESTORE = "restore"


#: In them there is an alarm on somebody's list.
RAISED = frozenset(
    {
        State.UNACKNOWLEDGED,
        State.ACKNOWLEDGED,
        State.RETURNED,
        State.LATCHED_UNACKNOWLEDGED,
        State.LATCHED,
    }
)
#: In them nothing is told, in the order in which one hides another.
HOLDS = (State.OUT_OF_SERVICE, State.SUPPRESSED, State.SHELVED)
#: In them somebody has yet to acknowledge.
WAITING = frozenset({State.UNACKNOWLEDGED, State.RETURNED, State.LATCHED_UNACKNOWLEDGED})

_COMMON = {
    (State.NORMAL, Event.COME): State.UNACKNOWLEDGED,
    (State.UNACKNOWLEDGED, Event.ACKNOWLEDGE): State.ACKNOWLEDGED,
}
#: (state, event): next state, without holds. An alarm that does not latch.
PLAIN: Mapping[tuple[State, Event], State] = MappingProxyType(
    {
        **_COMMON,
        (State.UNACKNOWLEDGED, Event.GO): State.RETURNED,
        (State.ACKNOWLEDGED, Event.GO): State.NORMAL,
        (State.RETURNED, Event.COME): State.UNACKNOWLEDGED,
        (State.RETURNED, Event.ACKNOWLEDGE): State.NORMAL,
    }
)
#: The same of one that latches: only a person ends it.
LATCHING: Mapping[tuple[State, Event], State] = MappingProxyType(
    {
        **_COMMON,
        (State.UNACKNOWLEDGED, Event.GO): State.LATCHED_UNACKNOWLEDGED,
        (State.ACKNOWLEDGED, Event.GO): State.LATCHED,
        (State.LATCHED_UNACKNOWLEDGED, Event.COME): State.UNACKNOWLEDGED,
        (State.LATCHED_UNACKNOWLEDGED, Event.ACKNOWLEDGE): State.LATCHED,
        (State.LATCHED, Event.COME): State.UNACKNOWLEDGED,
        (State.LATCHED, Event.RESET): State.NORMAL,
    }
)
#: Which hold an event begins or ends.
BEGINS: Mapping[Event, State] = MappingProxyType(
    {
        Event.SHELVE: State.SHELVED,
        Event.SUPPRESS: State.SUPPRESSED,
        Event.REMOVE: State.OUT_OF_SERVICE,
    }
)
ENDS: Mapping[Event, State] = MappingProxyType(
    {
        Event.UNSHELVE: State.SHELVED,
        Event.UNSUPPRESS: State.SUPPRESSED,
        Event.RESTORE: State.OUT_OF_SERVICE,
    }
)
