"""The life of one alarm: events go in, changes and whole occurrences come out.

An occurrence is what a person sees as one alarm. It is told once, when it is raised. A condition
that goes and comes again before anybody acknowledged is the same occurrence, not told again. A hold
(shelved, suppressed, out of service) ends it; if the condition stands when the last hold ends, that
is a new occurrence, as the standards have it.
"""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final, NamedTuple

from deungdae.analysis.alarms.states import (
    BEGINS,
    ENDS,
    HOLDS,
    LATCHING,
    PLAIN,
    RAISED,
    WAITING,
    Event,
    State,
)


class Priority(StrEnum):
    """How soon somebody must act, by what it costs not to."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


#: Times of comings that an occurrence holds: an alarm that flutters for months must not grow.
MOST_COMINGS: Final = 1_000
#: Greatest first.
RANK = {Priority.HIGH: 0, Priority.MEDIUM: 1, Priority.LOW: 2}


class Verdict(StrEnum):
    """A person's word on an occurrence, kept as a label."""

    TRUE = "true"
    FALSE = "false"


class Ended(StrEnum):
    """Why an occurrence ended."""

    CLEARED = "cleared"
    HELD = "held"  #: shelved, suppressed or taken out of service
    AGAIN = "again"  #: it came again after it had been acknowledged and latched


@dataclass(frozen=True)
class Occurrence:
    """One time that an alarm was raised. `comings` are the times at which its condition came.

    Of very many these are the first and the last ones; `left_out` came between those.
    """

    alarm: str
    number: int
    asset: str
    priority: Priority
    raised_us: int
    comings: tuple[int, ...]
    acknowledged_us: int | None = None
    gone_us: int | None = None  #: None while the condition stands
    ended_us: int | None = None
    ended: Ended | None = None
    verdict: Verdict | None = None
    left_out: int = 0

    @property
    def came(self) -> int:
        """How often its condition came."""
        return len(self.comings) + self.left_out

    def again(self, at_us: int) -> "Occurrence":
        """Return the same when its condition has come once more."""
        comings = (*self.comings, at_us)
        over = max(0, len(comings) - MOST_COMINGS)
        return replace(
            self,
            comings=comings[:1] + comings[1 + over :],
            left_out=self.left_out + over,
            gone_us=None,
        )

    def judged(self, verdict: Verdict | None) -> "Occurrence":
        """Return the same with a person's verdict; it may be given long after the end."""
        return replace(self, verdict=verdict)


class Change(NamedTuple):
    """One step from state to state. `tells` marks the beginning of occurrence `number`."""

    at_us: int
    event: Event
    before: State
    after: State
    number: int
    tells: bool


class Outcome(NamedTuple):
    """What followed from one event."""

    life: "Life"
    changes: tuple[Change, ...]
    ended: tuple[Occurrence, ...]


@dataclass(frozen=True)
class Life:
    """One alarm at one moment. `active` tells whether its condition stands, held or not.

    With `asks` false nobody needs to acknowledge: it ends when its condition goes.
    """

    alarm: str
    asset: str = ""
    priority: Priority = Priority.LOW
    latching: bool = False
    asks: bool = True
    active: bool = False
    inner: State = State.NORMAL
    holds: frozenset[State] = frozenset()
    shelved_until_us: int | None = None
    current: Occurrence | None = None
    number: int = 0
    last_us: int | None = field(default=None, compare=False)

    @property
    def state(self) -> State:
        """The state that a person is shown."""
        return next((hold for hold in HOLDS if hold in self.holds), self.inner)

    def after(self, event: Event, at_us: int, *, until_us: int | None = None) -> Outcome:
        """Return what follows from an event; `until_us` is when shelving ends.

        Raises ValueError for an event before the last one, and for shelving without a later end.
        """
        begun = self.lapsed(at_us)
        life, changes, ended = begun.life, list(begun.changes), list(begun.ended)
        if event is Event.SHELVE and (until_us is None or until_us <= at_us):
            raise ValueError("shelving needs an end that lies ahead")
        after, over = life._stepped(event, at_us, until_us)
        tells = after.number > life.number
        if after.state is not life.state or tells:
            changes.append(Change(at_us, event, life.state, after.state, after.number, tells))
        return Outcome(after, tuple(changes), (*ended, *([over] if over else ())))

    def lapsed(self, at_us: int) -> Outcome:
        """Return what the time alone brings about: the end of shelving. Raises ValueError."""
        if self.last_us is not None and at_us < self.last_us:
            raise ValueError("the events of an alarm follow one another in time")
        if self.shelved_until_us is None or at_us < self.shelved_until_us:
            return Outcome(replace(self, last_us=at_us), (), ())
        when = self.shelved_until_us
        after, _ = self._stepped(Event.UNSHELVE, when, None)
        tells = after.number > self.number
        changes: tuple[Change, ...] = ()
        if after.state is not self.state:
            change = Change(when, Event.UNSHELVE, self.state, after.state, after.number, tells)
            changes = (change,)
        return Outcome(replace(after, last_us=at_us), changes, ())

    def _stepped(
        self, event: Event, at_us: int, until_us: int | None
    ) -> tuple["Life", Occurrence | None]:
        life = replace(self, last_us=at_us)
        if event in BEGINS:
            return life._held(event, at_us, until_us)
        if event in ENDS:
            if ENDS[event] not in life.holds:
                return life, None
            shelved = None if event is Event.UNSHELVE else life.shelved_until_us
            life = replace(life, holds=life.holds - {ENDS[event]}, shelved_until_us=shelved)
            return (life._raised(at_us) if life.active and not life.holds else life), None
        if event in (Event.COME, Event.GO):
            if life.active is (event is Event.COME):
                return life, None
            life = replace(life, active=event is Event.COME)
        if life.holds:
            return life, None
        return life._moved(event, at_us)

    def _held(
        self, event: Event, at_us: int, until_us: int | None
    ) -> tuple["Life", Occurrence | None]:
        over = self._over(at_us, Ended.HELD)
        until = until_us if event is Event.SHELVE else self.shelved_until_us
        holds = self.holds | {BEGINS[event]}
        held = replace(self, inner=State.NORMAL, current=None, holds=holds, shelved_until_us=until)
        return held, over

    def _moved(self, event: Event, at_us: int) -> tuple["Life", Occurrence | None]:
        target = (LATCHING if self.latching else PLAIN).get((self.inner, event))
        if target is None:
            return self, None
        if target is State.RETURNED and not self.asks:
            target = State.NORMAL
        if target is State.UNACKNOWLEDGED and self.inner in (State.NORMAL, State.LATCHED):
            return self._raised(at_us), self._over(at_us, Ended.AGAIN)
        now = self.current
        if now is None:
            raise AssertionError("a raised alarm has an occurrence")
        if event is Event.COME:
            now = now.again(at_us)
        elif event is Event.GO:
            now = replace(now, gone_us=at_us)
        elif event is Event.ACKNOWLEDGE:
            now = replace(now, acknowledged_us=at_us)
        moved = replace(self, inner=target, current=now)
        if target is State.NORMAL:
            return replace(moved, current=None), moved._over(at_us, Ended.CLEARED)
        return moved, None

    def _raised(self, at_us: int) -> "Life":
        number = self.number + 1
        new = Occurrence(self.alarm, number, self.asset, self.priority, at_us, (at_us,))
        return replace(self, inner=State.UNACKNOWLEDGED, current=new, number=number)

    def _over(self, at_us: int, why: Ended) -> Occurrence | None:
        return self.current and replace(self.current, ended_us=at_us, ended=why)


def stands(life: Life) -> bool:
    """Whether there is an alarm on somebody's list."""
    return life.state in RAISED


def waits(life: Life) -> bool:
    """Whether somebody has yet to acknowledge."""
    return life.state in WAITING
