"""What is read of meters: quarters of an hour, and of those that speak seldom their readings.

A meter tells what was used since its reading before, so some is read before a time and after it;
where that lies in a silence, the last quarter before it and the first after it are looked for.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from deungdae.monitor.definitions import Asset
from deungdae.monitor.floor.energy import HOLD_US, QUARTER_US, Energy, energy, tags
from deungdae.monitor.floor.frames import Frame
from deungdae.monitor.floor.hall import Hall
from deungdae.monitor.past import Means, Past, Readings
from deungdae.monitor.structure import Key

AROUND_US = 3_600_000_000 + QUARTER_US  #: before and after a time; a meter is read each hour
DAY_US = 86_400_000_000
FAR_US = (DAY_US, 7 * DAY_US)  #: how far from a time the next quarter is looked for, step by step
#: Readings of a quarter, on the average, below which they are read themselves: a meter's first one
#: of a quarter then lies well within it, a power may be told only when it changes.
SELDOM = {"energy": 6, "power": 30}
MOST_READ = 300_000  #: readings for one question
MOST_FAR = 4  #: quarters far from the time of which the readings are read
#: How long after its end a frame is looked at again whose meter has not spoken since.
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
        """Return a frame that is over with what was used in it; note if its meter tells it later.

        What a slow meter moves by after the end, or after a silence, was used before it, too.
        """
        used = await self.energy(key, asset, frame.start_us, frame.end_us)
        self._untold.pop((*key, frame.start_us), None)
        if asset.signal("energy") and (used is None or used.told_us < frame.end_us):
            self._again(key, frame)
        if used is None:
            return frame
        return replace(frame, energy_kwh=used.kwh, peak_kw=used.peak_kw, power=used.trend)

    def found(self, key: Key, frame: Frame) -> None:
        """Take a frame that was kept before the monitor began: look again if it may lack some."""
        asset = self._hall.context.structure.asset(*key)
        last = frame.power[-1] if frame.power else None
        whole = last is not None and last.end_us == frame.end_us and last.measured
        if asset is not None and asset.signal("energy") and not whole:
            self._again(key, frame)

    def _again(self, key: Key, frame: Frame) -> None:
        now_us = self._hall.context.now_us()
        due = [frame.end_us + after for after in UNTOLD_US if frame.end_us + after > now_us]
        if due:
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


class Told(NamedTuple):
    """What was read of some tags; `readings` of those that speak seldom."""

    means: Mapping[str, Means]
    readings: Mapping[str, Readings]


async def told(
    past: Past, organisation: str, assets: Sequence[Asset], start_us: int, end_us: int, now_us: int
) -> Told:
    """Read what `energy` needs of some assets for a time."""
    every = [tag for asset in assets for tag in tags(asset)]
    meters = {signal.tag for asset in assets if (signal := asset.signal("energy")) is not None}
    since = (start_us - AROUND_US) // QUARTER_US * QUARTER_US
    until = max(end_us, min(end_us + AROUND_US, now_us))
    until = -(-until // QUARTER_US) * QUARTER_US
    means = await past.means(organisation, every, since, until, QUARTER_US)
    few = _seldom(means, meters, (until - since) // QUARTER_US)
    readings = await past.readings(organisation, few, since, until) if few else {}
    early = [tag for tag in every if tag not in means or not _before(means[tag], start_us)]
    late = [tag for tag in every if tag in meters and not _after(means.get(tag), end_us)]
    far: dict[str, list[Means]] = {}
    edge = since
    for back_us in FAR_US:
        early = [tag for tag in early if tag not in far and (tag in meters or back_us <= HOLD_US)]
        if not early:
            break
        found = await past.means(organisation, early, start_us - back_us, edge, QUARTER_US)
        edge = (start_us - back_us) // QUARTER_US * QUARTER_US
        far |= {tag: [_piece(each, slice(-1, None))] for tag, each in found.items()}
    edge = until
    for on_us in FAR_US:
        if not late or edge >= now_us:
            break
        found = await past.means(organisation, late, edge, min(end_us + on_us, now_us), QUARTER_US)
        edge = -(-(end_us + on_us) // QUARTER_US) * QUARTER_US
        for tag, each in found.items():
            far.setdefault(tag, []).append(_piece(each, slice(0, 1)))
        late = [tag for tag in late if tag not in found]
    return await _with(past, organisation, Told(means, readings), far, meters)


async def _with(
    past: Past,
    organisation: str,
    found: Told,
    far: Mapping[str, Sequence[Means]],
    meters: Collection[str],
) -> Told:
    """Add quarters far from the time, and where readings count a reading of each."""
    means, readings = dict(found.means), dict(found.readings)
    exactly: dict[int, list[str]] = {}
    for tag, pieces in far.items():
        known = [means[tag]] if tag in means else []
        of_tag = sorted([*pieces, *known], key=lambda each: int(each.times[0]))
        means[tag] = Means(*(np.concatenate(columns) for columns in zip(*of_tag, strict=True)))
        if tag not in found.readings and tag in found.means:
            continue
        for each in pieces:
            # Where in a quarter a meter was read decides on its share; a power held on from there.
            begins = int(each.times[0])
            if tag in meters and (begins in exactly or len(exactly) < MOST_FAR):
                exactly.setdefault(begins, []).append(tag)
            else:
                readings[tag] = _joined(readings.get(tag), _last(each))
    for begins, some in exactly.items():
        more = await past.readings(organisation, some, begins, begins + QUARTER_US)
        for tag, one in more.items():
            readings[tag] = _joined(readings.get(tag), one)
    return Told(means, readings)


def _joined(one: Readings | None, other: Readings) -> Readings:
    """Return readings of two times in their order."""
    if one is None or not len(one.times):
        return other
    both = (one, other) if one.times[0] < other.times[0] else (other, one)
    times, values, texts, bad = (np.concatenate(columns) for columns in zip(*both, strict=True))
    return Readings(times, values, texts, bad)


def _last(found: Means) -> Readings:
    """Return the last reading of a quarter, as if it were of its end."""
    return Readings(found.times[-1:] + QUARTER_US, found.last[-1:], np.array([None], object))


def _seldom(means: Mapping[str, Means], meters: set[str], quarters: int) -> list[str]:
    """Return the tags whose readings are few enough to be read themselves, fewest first."""
    counts = sorted((int(each.counts.sum()), tag) for tag, each in means.items())
    found, read = [], 0
    for count, tag in counts:
        few = count < SELDOM["energy" if tag in meters else "power"] * quarters
        if few and read + count <= MOST_READ:
            found.append(tag)
            read += count
    return found


def _before(found: Means, start_us: int) -> bool:
    return int(found.times[0]) + QUARTER_US <= start_us


def _after(found: Means | None, end_us: int) -> bool:
    return found is not None and int(found.times[-1]) >= end_us


def _piece(found: Means, piece: slice) -> Means:
    times, counts = found.times[piece], found.counts[piece]
    return Means(times, counts, *(column[piece] for column in found[2:]))
