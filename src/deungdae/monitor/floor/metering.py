"""What machines used, and the frames of which something is still to be told.

A meter moves after a silence by what was used in it, and what was held back comes when its agent
is back: frames that lack something are looked at again.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

from deungdae.monitor.definitions import Asset
from deungdae.monitor.floor.energy import Energy, Quarter, energy, tags
from deungdae.monitor.floor.frames import Frame
from deungdae.monitor.floor.hall import Hall
from deungdae.monitor.floor.readout import told
from deungdae.monitor.structure import Key

DAY_US = 86_400_000_000
WHOLE = 0.99  #: of a frame, of which a power is known
#: How long after its end a frame is looked at again of which something is missing.
UNTOLD_US = (3_600_000_000, 4 * 3_600_000_000, DAY_US, 3 * DAY_US, 7 * DAY_US)


class Metering:
    """What machines used, and the frames of which their meters are still to tell a part."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall
        self._untold: dict[tuple[str, str, int], int] = {}  #: when to look at them again

    async def energy(self, key: Key, asset: Asset, start_us: int, end_us: int) -> Energy | None:
        """Return what an asset used in a time, None where nothing is metered."""
        if not tags(asset):
            return None
        [found] = await self.energies(key[0], {key[1]: asset}, start_us, end_us)
        return found

    async def energies(
        self, organisation: str, assets: Mapping[str, Asset], start_us: int, end_us: int
    ) -> list[Energy | None]:
        """Return the same of several assets by id, by few questions."""
        past, now_us = self._hall.context.past, self._hall.context.now_us()
        every = list(assets.values())
        found = await told(past, organisation, every, start_us, end_us, now_us)
        away = {
            tag: machine.absences.get(source, [])
            for id_ in assets
            if (machine := self._hall.machines.get((organisation, id_))) is not None
            for tag, source in machine.sources.items()
        }
        return await asyncio.to_thread(
            lambda: [
                energy(each, found.means, start_us, end_us, now_us, found.readings, away)
                for each in every
            ]
        )

    async def with_energy(self, key: Key, asset: Asset, frame: Frame) -> Frame:
        """Return a frame that is over with what was used in it; note if more may be told later.

        What a slow meter moves by after the end, or after a silence, was used before it, too. What
        is missing of a power may have been held back.
        """
        used = await self.energy(key, asset, frame.start_us, frame.end_us)
        self._untold.pop((*key, frame.start_us), None)
        trend = [] if used is None else used.trend
        if tags(asset) and not _whole(asset, frame, trend, 0 if used is None else used.told_us):
            self._again(key, frame, self._hall.context.now_us())
        if used is None:
            return frame
        return replace(frame, energy_kwh=used.kwh, peak_kw=used.peak_kw, power=used.trend)

    def found(self, key: Key, frame: Frame) -> None:
        """Take a frame that was kept before the monitor began: look again if it may lack some.

        At once: when it was to be looked at, the monitor may not have run.
        """
        asset = self._hall.context.structure.asset(*key)
        last = frame.power[-1] if frame.power else None
        told_us = last.end_us if last is not None and last.measured else 0
        if asset is not None and tags(asset) and not _whole(asset, frame, frame.power, told_us):
            self._again(key, frame, 0)

    def _again(self, key: Key, frame: Frame, since_us: int) -> None:
        """Look at a frame again, the next time after an instant."""
        now_us = self._hall.context.now_us()
        due = [frame.end_us + after for after in UNTOLD_US if frame.end_us + after > since_us]
        if due and frame.end_us + UNTOLD_US[-1] > now_us:
            self._untold[*key, frame.start_us] = due[0]

    def due(self, now_us: int) -> list[tuple[str, str, int]]:
        """Return the organisation, asset and beginning of frames to be looked at again."""
        return [what for what, due_us in self._untold.items() if due_us <= now_us]

    async def look_again(self, what: tuple[str, str, int], now_us: int) -> None:
        """Keep what the meter has told of a frame since."""
        asset = self._hall.context.structure.asset(*what[:2])
        kept = await asyncio.to_thread(self._hall.store.frame, *what)
        if asset is None or kept is None:
            self._untold.pop(what, None)
            return
        frame = await self.with_energy(what[:2], asset, kept[0])
        if frame != kept[0]:
            keep = self._hall.store.keep
            await asyncio.to_thread(lambda: keep(*what[:2], frame, now_us, final=kept[1]))


def _whole(asset: Asset, frame: Frame, trend: Sequence[Quarter], told_us: int) -> bool:
    """Say whether no more can be told of a frame: a meter's silences are told by what comes after.

    Of a power a time of which nothing is known stays so until what was held back comes.
    """
    if asset.signal("energy"):
        return told_us >= frame.end_us
    known = sum(each.end_us - each.start_us for each in trend if each.measured)
    return known >= WHOLE * (frame.end_us - frame.start_us)
