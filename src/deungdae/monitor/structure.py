"""The structure that the web wrote: assets and calendars of all organisations, read and kept."""

import logging
from collections.abc import Callable
from typing import Any, Self

from deungdae.analysis.shifts import Calendar, Period
from deungdae.bus import ASSETS, CALENDARS, Connection, Mirror, entries
from deungdae.monitor import definitions
from deungdae.monitor.definitions import Asset, UnusableDefinition

_log = logging.getLogger(__name__)

Key = tuple[str, str]  #: organisation and asset


class Structure:
    """Follows the buckets; any thread may ask."""

    def __init__(
        self, assets: "Mirror[entries.Asset]", calendars: "Mirror[entries.Calendar]"
    ) -> None:
        self._mirrors = assets, calendars
        self._assets: dict[Key, Asset] = {}
        self._calendars: dict[Key, Calendar] = {}
        self._read: dict[str, tuple[entries.Asset, Asset | None]] = {}
        self._heeding: list[Callable[[], None]] = []
        self.unusable = 0  #: documents that were not understood, and count as absent
        self._ends = [assets.heed(self._changed), calendars.heed(self._changed)]
        self._changed(None)

    @classmethod
    async def open(cls, connection: Connection) -> Self:
        """Read all of it; raises `Unavailable`."""
        assets = await Mirror.open(connection, ASSETS, within=30)
        return cls(assets, await Mirror.open(connection, CALENDARS, within=30))

    async def close(self) -> None:
        """Stop following."""
        for end in self._ends:
            end()
        for mirror in self._mirrors:
            await mirror.close()

    def heed(self, call: Callable[[], None]) -> Callable[[], None]:
        """Have a function called, in the event loop, after each change; return what ends that."""
        self._heeding.append(call)
        return lambda: self._heeding.remove(call)

    def organisations(self) -> set[str]:
        """Return whose assets there are."""
        return {organisation for organisation, _ in self._assets}

    def every(self) -> dict[Key, Asset]:
        """Return all assets by organisation and id."""
        return self._assets

    def assets(self, organisation: str) -> dict[str, Asset]:
        """Return the assets of an organisation by their ids."""
        return {
            asset: each for (owner, asset), each in self._assets.items() if owner == organisation
        }

    def asset(self, organisation: str, asset: str) -> Asset | None:
        """Return one asset, None when there is none."""
        return self._assets.get((organisation, asset))

    def read_of(self, organisation: str, asset: str) -> dict[str, Any] | None:
        """Return the document of an asset as it was read last; None when there is none."""
        before = self._read.get(ASSETS.key(organisation, asset))
        return None if before is None else before[0].document

    def calendar(self, organisation: str, asset: str) -> Calendar | None:
        """Return the calendar of an asset, or that of its line; None without one."""
        found = self._assets.get((organisation, asset))
        if found is None:
            return None
        named = found.calendar
        if named is None and found.line is not None:
            line = self._assets.get((organisation, found.line))
            named = None if line is None else line.calendar
        return None if named is None else self._calendars.get((organisation, named))

    def periods(self, organisation: str, asset: str, start_us: int, end_us: int) -> list[Period]:
        """Return the periods of an asset's shifts between two instants; none without a calendar."""
        calendar = self.calendar(organisation, asset)
        return [] if calendar is None else calendar.periods(start_us, end_us)

    def _changed(self, key: str | None) -> None:
        assets, calendars = self._mirrors
        self.unusable = 0
        read: dict[str, tuple[entries.Asset, Asset | None]] = {}
        for name, entry in assets.items().items():
            before = self._read.get(name)
            kept = before is not None and before[0] is entry
            read[name] = before if kept and before else (entry, self._asset(entry))
        self._read = read
        self._assets = {
            (entry.organisation, entry.asset): asset
            for entry, asset in read.values()
            if asset is not None
        }
        self._calendars = {}
        for told in calendars.all():
            try:
                made = definitions.calendar(told.document)
            except UnusableDefinition as error:
                self._refused(f"calendar {told.calendar}", error)
            else:
                self._calendars[told.organisation, told.calendar] = made
        self.unusable += sum(asset is None for _, asset in read.values())
        for call in list(self._heeding):
            call()

    def _asset(self, entry: entries.Asset) -> Asset | None:
        try:
            return definitions.asset(entry.document)
        except UnusableDefinition as error:
            _log.warning("the asset %s is not looked after: %s", entry.asset, error)
            return None

    def _refused(self, what: str, error: UnusableDefinition) -> None:
        self.unusable += 1
        _log.warning("the %s is not used: %s", what, error)
