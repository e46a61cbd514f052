"""Alarms that belong together become one incident, with the likeliest cause at its head."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from deungdae.analysis.alarms.life import RANK, Occurrence, Priority

MINUTE_US = 60_000_000
WINDOW_US = 2 * MINUTE_US
LONGEST_US = 60 * MINUTE_US  #: a new incident begins after that, though alarms still follow closely


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
    """Where an occurrence went. `tells` is true of the first, and of one of greater priority."""

    incident: Incident
    tells: bool


@dataclass
class Incidents:
    """Groups occurrences as they are raised.

    One joins an incident if its asset is already there, or if a known cause links the two, and no
    more than `window_us` passed since the incident's last one. `causes` maps an alarm to those that
    it is known to bring about, on whatever asset.
    """

    causes: Mapping[str, frozenset[str]]
    window_us: int = WINDOW_US
    longest_us: int = LONGEST_US

    def __post_init__(self) -> None:
        self._open: list[Incident] = []
        self._count = 0

    def add(self, raised: Occurrence) -> Joined:
        """Put an occurrence where it belongs; raise ValueError for one before the last."""
        at = raised.raised_us
        if any(incident.members[-1].raised_us > at for incident in self._open):
            raise ValueError("occurrences are raised one after another")
        self._open = [incident for incident in self._open if self._is_open(incident, at)]
        for place, incident in enumerate(self._open):
            if self._belongs(raised, incident):
                tells = RANK[raised.priority] < RANK[incident.told]
                told = raised.priority if tells else incident.told
                grown = replace(incident, members=(*incident.members, raised), told=told)
                self._open[place] = grown
                return Joined(grown, tells)
        self._count += 1
        new = Incident(self._count, (raised,), raised.priority)
        self._open.append(new)
        return Joined(new, tells=True)

    def ordered(self, incident: Incident) -> tuple[Occurrence, ...]:
        """Return its members, known causes before what they bring about, else as they came."""
        names = {member.alarm for member in incident.members}
        brought = set().union(*(self.causes.get(name, frozenset()) - {name} for name in names))

        def place(member: Occurrence) -> tuple[bool, bool, int, int, str]:
            causing = bool((self.causes.get(member.alarm, frozenset()) - {member.alarm}) & names)
            key = member.raised_us, RANK[member.priority], member.alarm
            return member.alarm in brought, not causing, *key

        return tuple(sorted(incident.members, key=place))

    def _is_open(self, incident: Incident, at_us: int) -> bool:
        first, last = incident.members[0].raised_us, incident.members[-1].raised_us
        return at_us - last <= self.window_us and at_us - first <= self.longest_us

    def _belongs(self, raised: Occurrence, incident: Incident) -> bool:
        if raised.asset in incident.assets:
            return True
        brings = self.causes.get(raised.alarm, frozenset())
        return any(
            member.alarm in brings or raised.alarm in self.causes.get(member.alarm, ())
            for member in incident.members
        )
