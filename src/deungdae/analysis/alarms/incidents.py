"""Alarms that belong together become one incident, with the likeliest cause at its head."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from deungdae.analysis.alarms.life import RANK, Occurrence, Priority

MINUTE_US = 60_000_000
WINDOW_US = 2 * MINUTE_US
LONGEST_US = 60 * MINUTE_US  #: a new incident begins after that, though alarms stand or follow


@dataclass(frozen=True)
class Incident:
    """Occurrences in the order in which they were raised; `told` is the greatest priority told."""

    number: int
    members: tuple[Occurrence, ...]
    told: Priority

    @property
    def assets(self) -> frozenset[str]:
        """Whose alarms they are."""
        return frozenset(member.asset for member in self.members)


class Joined(NamedTuple):
    """Where an occurrence went. `tells` says whether it is told by itself."""

    incident: Incident
    tells: bool


@dataclass
class Incidents:
    """Groups occurrences as they are raised.

    One joins an incident if its asset is already there, or if a known cause links the two, as long
    as one of the incident stands or no more than `window_us` passed since its last one. `causes`
    maps an alarm to those that it is known to bring about, on whatever asset.

    Told are the first and each of greater priority. One that comes after the window is told, too,
    when what was told of the incident has been acknowledged: nobody would be called for it
    otherwise. What waits though all that was told has been seen is told by whoever keeps the time
    (`call`). An incident takes nothing in `longest_us` after its first: what stands for days must
    not silence a machine.
    """

    causes: Mapping[str, frozenset[str]]
    window_us: int = WINDOW_US
    longest_us: int = LONGEST_US

    def __post_init__(self) -> None:
        self._open: dict[int, Incident] = {}
        self._assets: dict[int, set[str]] = {}
        self._count = 0
        self._latest: dict[tuple[str, int], Occurrence] = {}  #: each of the open ones as it is now
        self._told: set[tuple[str, int]] = set()  #: those that were told by themselves

    def follow(self, changed: Occurrence) -> None:
        """Take note that an occurrence has gone, ended or was acknowledged."""
        if _key(changed) in self._latest:
            self._latest[_key(changed)] = changed

    def put_back(self, known: Occurrence, number: int | None, *, told: bool) -> int:
        """Put an occurrence where it was before the process ended; None begins an incident."""
        if number is None or number not in self._open:
            return self._begin(known, told=told).number
        incident = self._open[number]
        greatest = min(incident.told, known.priority, key=RANK.__getitem__)
        self._grow(incident, known, greatest, told=told)
        return number

    def call(self, member: Occurrence) -> None:
        """Take note that a member that had joined without a word is told by itself now."""
        if _key(member) in self._latest:
            self._told.add(_key(member))

    def add(self, raised: Occurrence) -> Joined:
        """Put an occurrence where it belongs; raise ValueError for one before the last."""
        at = raised.raised_us
        if any(incident.members[-1].raised_us > at for incident in self._open.values()):
            raise ValueError("occurrences are raised one after another")
        self._close(at)
        for incident in self._open.values():
            if self._belongs(raised, incident):
                greater = RANK[raised.priority] < RANK[incident.told]
                told = raised.priority if greater else incident.told
                tells = greater or self._calls_nobody(incident, raised)
                return Joined(self._grow(incident, raised, told, told=tells), tells)
        return Joined(self._begin(raised, told=True), tells=True)

    def ordered(self, incident: Incident) -> tuple[Occurrence, ...]:
        """Return its members, known causes before what they bring about, else the urgent first.

        Of equal priority the one that came first is the likeliest cause.
        """
        names = {member.alarm for member in incident.members}
        brought = set().union(*(self.causes.get(name, frozenset()) - {name} for name in names))

        def place(member: Occurrence) -> tuple[bool, bool, int, int, str]:
            causing = bool((self.causes.get(member.alarm, frozenset()) - {member.alarm}) & names)
            key = RANK[member.priority], member.raised_us, member.alarm
            return member.alarm in brought, not causing, *key

        return tuple(sorted(incident.members, key=place))

    def _begin(self, first: Occurrence, *, told: bool) -> Incident:
        self._count += 1
        self._assets[self._count] = set()
        return self._grow(Incident(self._count, (), first.priority), first, told=told)

    def _grow(
        self, incident: Incident, one: Occurrence, greatest: Priority | None = None, *, told: bool
    ) -> Incident:
        members = (*incident.members, one)
        grown = replace(incident, members=members, told=greatest or incident.told)
        self._open[grown.number] = grown
        self._assets[grown.number].add(one.asset)
        self._note(one, told=told)
        return grown

    def _note(self, one: Occurrence, *, told: bool) -> None:
        self._latest[_key(one)] = one
        if told:
            self._told.add(_key(one))

    def _close(self, at_us: int) -> None:
        """Forget the incidents that take nothing in any more."""
        still = {
            n: incident for n, incident in self._open.items() if self._is_open(incident, at_us)
        }
        if len(still) < len(self._open):
            members = {_key(member) for one in still.values() for member in one.members}
            self._assets = {number: self._assets[number] for number in still}
            self._latest = {key: one for key, one in self._latest.items() if key in members}
            self._told &= members
        self._open = still

    def _is_open(self, incident: Incident, at_us: int) -> bool:
        if at_us - incident.members[0].raised_us > self.longest_us:
            return False
        if self._is_fresh(incident, at_us):
            return True
        return any(one.gone_us is None and one.ended_us is None for one in self._now(incident))

    def _is_fresh(self, incident: Incident, at_us: int) -> bool:
        return at_us - incident.members[-1].raised_us <= self.window_us

    def _now(self, incident: Incident) -> list[Occurrence]:
        return [self._latest[_key(member)] for member in incident.members]

    def _calls_nobody(self, incident: Incident, raised: Occurrence) -> bool:
        """Whether all that was told of it was seen, so that one more would stand there in silence.

        What follows closely is of what somebody has just taken in hand.
        """
        if self._is_fresh(incident, raised.raised_us):
            return False
        return not any(
            _key(one) in self._told
            and one.acknowledged_us is None
            and one.ended_us is None
            and RANK[one.priority] <= RANK[raised.priority]
            for one in self._now(incident)
        )

    def _belongs(self, raised: Occurrence, incident: Incident) -> bool:
        if raised.asset in self._assets[incident.number]:
            return True
        brings = self.causes.get(raised.alarm, frozenset())
        return any(
            member.alarm in brings or raised.alarm in self.causes.get(member.alarm, ())
            for member in incident.members
        )


def _key(one: Occurrence) -> tuple[str, int]:
    return one.alarm, one.number
