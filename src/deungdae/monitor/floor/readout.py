"""What is read of meters: quarters of an hour, and of those that speak seldom their readings.

A meter tells what was used since its reading before, so some is read before a time and after it;
where that lies in a silence, the last quarter before it and the first after it are looked for. A
power holds on: of one that speaks seldom, the day before says where it stood and how often it is
told.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from deungdae.monitor.definitions import Asset
from deungdae.monitor.floor.energy import HOLD_US, QUARTER_US, tags
from deungdae.monitor.floor.learning import FEWEST
from deungdae.monitor.past import Means, Past, Readings

AROUND_US = 3_600_000_000 + QUARTER_US  #: before and after a time; a meter is read each hour
DAY_US = 86_400_000_000
FAR_US = (DAY_US, 7 * DAY_US)  #: how far from a time the next quarter is looked for, step by step
#: Readings of a quarter below which they are read themselves. A meter's first one of a quarter then
#: lies well within it: counted where it speaks at all, or how it is read would hang on silences.
SELDOM_METER = 6
SELDOM_POWER = 30  #: on the average of all: a power may be told only when it changes
MOST_READ = 300_000  #: readings for one question
MOST_FAR = 4  #: quarters far from the time of which a meter's readings are read


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
    near = await past.means(organisation, every, since, until, QUARTER_US)
    read = _Reading(past, organisation, near, since, until)
    counted = await read.meters([tag for tag in every if tag in meters], start_us, end_us, now_us)
    drawn = await read.powers([tag for tag in every if tag not in meters], start_us)
    return Told({**counted.means, **drawn.means}, {**counted.readings, **drawn.readings})


class _Reading:
    """Takes what lies `near` a time, and reads far from it what is not enough."""

    def __init__(
        self, past: Past, organisation: str, near: Mapping[str, Means], since: int, until: int
    ) -> None:
        self._past, self._organisation = past, organisation
        self._near, self._since, self._until = near, since, until

    async def _means(self, some: list[str], since: int, until: int) -> dict[str, Means]:
        if not some or since >= until:
            return {}
        return await self._past.means(self._organisation, some, since, until, QUARTER_US)

    async def _readings(self, some: list[str], since: int, until: int) -> dict[str, Readings]:
        return await self._past.readings(self._organisation, some, since, until) if some else {}

    async def powers(self, every: list[str], start_us: int) -> Told:
        """Read powers; those told seldom since a day before, unless enough of one is near.

        Of one that is told often a quarter without a reading is not known, and so no time that
        begins after it fell silent.
        """
        near = {tag: self._near[tag] for tag in every if tag in self._near}
        few = _few(near, (self._until - self._since) // QUARTER_US)
        unsure = [
            tag
            for tag in every
            if tag not in near or (tag in few and not _enough(near[tag], start_us))
        ]
        begins = (start_us - HOLD_US) // QUARTER_US * QUARTER_US
        far = await self._means(unsure, begins, self._since)
        held = _few(far, (self._since - begins) // QUARTER_US)
        # How often one is told that fell silent soon after that is told by one more day.
        rare = [tag for tag in held if _count(far[tag]) + _count(near.get(tag)) < FEWEST]
        readings: dict[str, Readings] = {}
        # Up to the end by one question: that there is no value may be all that is said near.
        for some, first_us in (
            (rare, begins - DAY_US),
            ([tag for tag in held if tag not in rare], begins),
            ([tag for tag in few if tag not in far], self._since),
        ):
            readings |= await self._readings(some, first_us, self._until)
        return Told({tag: far[tag] for tag in held} | near, readings)

    async def meters(self, every: list[str], start_us: int, end_us: int, now_us: int) -> Told:
        """Read meters; where one is silent near the time, the quarter next to it, too."""
        before = await self._before(every, start_us)
        after = await self._after(every, end_us, now_us)
        means: dict[str, Means] = {}
        far: dict[str, list[Means]] = {}
        counts: dict[str, int] = {}
        for tag in every:
            first, near, last = (each.get(tag) for each in (before, self._near, after))
            if first is None and near is None and last is None:
                continue
            far[tag] = [] if first is None else [_piece(first, slice(-1, None))]
            far[tag] += [] if last is None else [_piece(last, slice(0, 1))]
            means[tag] = _row([*far[tag], *([] if near is None else [near])])
            each = [one.counts for one in (first, near, last) if one is not None]
            if np.median(np.concatenate(each)) < SELDOM_METER:
                counts[tag] = _count(near)
        few = _fewest(counts)
        near_by = [tag for tag in few if tag in self._near]
        readings = await self._readings(near_by, self._since, self._until)
        return Told(means, await self._exactly({tag: far[tag] for tag in few}, readings))

    async def _before(self, tags: list[str], start_us: int) -> dict[str, Means]:
        tags = [tag for tag in tags if not _before(self._near.get(tag), start_us)]
        found: dict[str, Means] = {}
        edge = self._since
        for back_us in FAR_US:
            begins = start_us - back_us
            found |= await self._means([tag for tag in tags if tag not in found], begins, edge)
            edge = begins // QUARTER_US * QUARTER_US
        return found

    async def _after(self, tags: list[str], end_us: int, now_us: int) -> dict[str, Means]:
        tags = [tag for tag in tags if not _after(self._near.get(tag), end_us)]
        found: dict[str, Means] = {}
        edge = self._until
        for on_us in FAR_US:
            ends = min(end_us + on_us, now_us)
            found |= await self._means([tag for tag in tags if tag not in found], edge, ends)
            edge = -(-ends // QUARTER_US) * QUARTER_US
        return found

    async def _exactly(
        self, far: Mapping[str, Sequence[Means]], readings: dict[str, Readings]
    ) -> dict[str, Readings]:
        """Add the readings of quarters far from the time, where there are many the last of each.

        Where in a quarter a meter was read decides on what is of the time.
        """
        begun: dict[int, list[str]] = {}
        for tag, pieces in far.items():
            for each in pieces:
                begins = int(each.times[0])
                if begins in begun or len(begun) < MOST_FAR:
                    begun.setdefault(begins, []).append(tag)
                else:
                    readings[tag] = _joined(readings.get(tag), _last(each))
        for begins, some in begun.items():
            for tag, one in (await self._readings(some, begins, begins + QUARTER_US)).items():
                readings[tag] = _joined(readings.get(tag), one)
        return readings


def _few(found: Mapping[str, Means], quarters: int) -> list[str]:
    """Return the powers that are told seldom in so many quarters."""
    counts = {tag: _count(each) for tag, each in found.items()}
    return _fewest({tag: n for tag, n in counts.items() if n < SELDOM_POWER * quarters})


def _fewest(counts: Mapping[str, int]) -> list[str]:
    """Return as many tags as may be read themselves, those with the fewest readings first."""
    tags = sorted(counts, key=lambda tag: counts[tag])
    read = np.cumsum([counts[tag] for tag in tags])
    return tags[: int(np.searchsorted(read, MOST_READ, "right"))]


def _enough(near: Means, start_us: int) -> bool:
    """Say whether it is known where a power stood at first, and how often it is told."""
    return _before(near, start_us) and _count(near) >= FEWEST


def _before(found: Means | None, start_us: int) -> bool:
    return found is not None and int(found.times[0]) + QUARTER_US <= start_us


def _after(found: Means | None, end_us: int) -> bool:
    return found is not None and int(found.times[-1]) >= end_us


def _count(found: Means | None) -> int:
    return 0 if found is None else int(found.counts.sum())


def _piece(found: Means, piece: slice) -> Means:
    times, counts = found.times[piece], found.counts[piece]
    return Means(times, counts, *(column[piece] for column in found[2:]))


def _row(several: Sequence[Means]) -> Means:
    """Return quarters of several times in their order."""
    row = sorted(several, key=lambda each: int(each.times[0]))
    return Means(*(np.concatenate(columns) for columns in zip(*row, strict=True)))


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
