"""Agents that are not heard: what their machines do is unknown then, though nothing changed.

A signal that speaks only when something changes may be silent for hours. Whether its source still
lives is known from elsewhere: an edge agent calls the gateway all the time, and a driver or an edge
node that loses its machine says so by readings of bad quality (those are in the tracks). Only who
tells of itself is known to live; a program that sends lines now and then is not missed.
"""

from collections.abc import Iterable

from deungdae.bus import STATUS, Connection, Mirror, Status
from deungdae.monitor.floor.machine import Machine
from deungdae.monitor.floor.store import Store

SILENT_US = 60_000_000  #: an agent that was not heard for so long is away

Source = tuple[str, str]  #: organisation and source


class Absent:
    """Follows which agents are heard, and keeps when they were not."""

    def __init__(self, store: Store, statuses: "Mirror[Status]") -> None:
        self._store, self._statuses = store, statuses
        self._away: dict[Source, int] = store.away()

    @classmethod
    async def open(cls, store: Store, connection: Connection) -> "Absent":
        """Read which there are; raises `Unavailable`."""
        return cls(store, await Mirror.open(connection, STATUS, within=30))

    async def close(self) -> None:
        """Stop following."""
        await self._statuses.close()

    def look(self, machines: Iterable[Machine], now_us: int) -> None:
        """Note who fell silent and who is back, and tell their machines."""
        by_source: dict[Source, list[Machine]] = {}
        for machine in machines:
            for source in set(machine.sources.values()):
                by_source.setdefault((machine.organisation, source), []).append(machine)
        for pair, mine in by_source.items():
            if self._changed(pair, now_us):
                for machine in mine:
                    self.tell(machine)

    def tell(self, machine: Machine) -> None:
        """Tell a machine when its sources were not heard."""
        told = {
            source: self._store.absences(machine.organisation, source)
            for source in set(machine.sources.values())
        }
        with machine.lock:
            if told != machine.absences:
                machine.absences, machine.dirty = told, True

    def _changed(self, pair: Source, now_us: int) -> bool:
        status = self._statuses.find(*pair)
        if status is None or not status.document:
            return False
        since = self._away.get(pair)
        if since is None and now_us - status.seen_us > SILENT_US:
            self._away[pair] = status.seen_us
            self._store.went(*pair, status.seen_us)
            return True
        if since is not None and now_us - status.seen_us <= SILENT_US:
            del self._away[pair]
            self._store.came_back(*pair, since, max(status.seen_us, since))
            return True
        return False
