"""Many alarms of one organisation: which belong together, and what a flood keeps back."""

from dataclasses import dataclass, replace
from typing import Any, Final

from deungdae.analysis.alarms import Gate, Incidents, Occurrence, Priority
from deungdae.monitor.alarms.store import Told

#: How far back occurrences still matter for what belongs to one incident.
INCIDENT_US: Final = 2 * 3_600_000_000


@dataclass(frozen=True)
class Ended:
    """A flood that is over and has to be told. `held` are the alarms that it kept back."""

    start_us: int
    end_us: int
    alarms: int
    held: tuple[str, ...]

    @property
    def key(self) -> str:
        """How it is named."""
        return f"flood:{self.start_us}"


class Crowd:
    """Incidents and floods. What it knows outlives the process by `document` and `recall`."""

    def __init__(self) -> None:
        self.incidents = Incidents({})
        self._named: dict[int, str] = {}
        self._gate = Gate()
        self._last_us = 0
        self.floods: list[Ended] = []  #: over, and not yet told

    def recall(self, document: dict[str, Any], before: list[Told]) -> None:
        """Go on from what was known; `before` are the occurrences of late, as they were raised."""
        numbers: dict[str, int] = {}
        for told in before:
            known = self._in_order(told.occurrence)
            number = self.incidents.put_back(known, numbers.get(told.incident), told=told.tells)
            numbers[told.incident] = number
            self._named[number] = told.incident
        if document:
            self._gate.recall(document["gate"])
            self.floods = [Ended(a, b, n, tuple(held)) for a, b, n, held in document["floods"]]

    def document(self) -> dict[str, Any]:
        """Return what it knows, as plain data."""
        floods = [[one.start_us, one.end_us, one.alarms, list(one.held)] for one in self.floods]
        return {"gate": self._gate.memory(), "floods": floods}

    @property
    def flood(self) -> tuple[int, int, int] | None:
        """The flood that lasts: since when, how many alarms, how many of them kept back."""
        flood = self._gate.flood
        return None if flood is None else (flood.start_us, flood.alarms, len(self._gate.held))

    def add(self, raised: Occurrence, key: str) -> tuple[str, bool, bool]:
        """Take an occurrence; return its incident, whether it is told by itself, and if held."""
        number, tells = self._join(raised)
        incident = self._named.setdefault(number, key)
        held = tells and not self._gate.push(
            self._last_us, key, urgent=raised.priority is Priority.HIGH
        )
        return incident, tells, held

    def follow(self, changed: Occurrence) -> None:
        """Take note of what became of an occurrence: its incident lasts while one stands."""
        self.incidents.follow(changed)

    def call(self, member: Occurrence) -> None:
        """Take note that one that had joined an incident without a word is told by itself."""
        self.incidents.call(member)

    def passed(self, now_us: int) -> Ended | None:
        """Return the flood that has ended by now."""
        found = self._gate.passed(now_us)
        if found is None:
            return None
        flood, held = found
        ended = Ended(flood.start_us, flood.end_us or now_us, flood.alarms, held)
        if held:
            self.floods.append(ended)
        return ended

    def _join(self, raised: Occurrence) -> tuple[int, bool]:
        joined = self.incidents.add(self._in_order(raised))
        return joined.incident.number, joined.tells

    def _in_order(self, raised: Occurrence) -> Occurrence:
        # A stop that is found out later was raised before what others raised meanwhile.
        self._last_us = max(self._last_us, raised.raised_us)
        return replace(raised, raised_us=self._last_us)
