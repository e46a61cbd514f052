"""A made-up moulding shop: one machine, two products in turn, a record for each shot."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from deungdae.tables.demo.words import PROCESS

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FIRST_DAY = datetime(2026, 8, 31)  # noqa: DTZ001 - the sheet has local times, as such sheets do
SHOTS_A_DAY = 166  #: of both products together, one after the other
SHOTS_A_LOAD = 12  #: of the hopper: one drying time each
LEAST_DAYS = 6

#: Good drying lies between these, in hours; the plant leaves it for about a quarter of the loads.
DRYING_WINDOW = (3.0, 5.5)
#: Share of the days on which the moving mould half runs hot, for no reason of the process.
HOT_DAYS = 1 / 6


@dataclass(frozen=True)
class Shots:
    """The machine record: one entry a shot, in the order of time."""

    time: list[datetime]
    product: Ints  #: 0 is product A, 1 is product B
    day: Ints  #: number of the working day, from 0
    in_run: Ints  #: number of the shot since the last start, from 0
    values: dict[str, Floats]  #: process values by key, in the column's unit
    hot_day: NDArray[np.bool_]  #: the moving mould half runs hot on this day

    def __len__(self) -> int:
        return len(self.time)


def working_days(shots: int) -> int:
    """Return the number of working days that so many shots take."""
    return max(LEAST_DAYS, round(shots / SHOTS_A_DAY))


def calendar(days: int) -> list[datetime]:
    """Return the midnight that begins each working day; Sundays are free."""
    found: list[datetime] = []
    day = FIRST_DAY
    while len(found) < days:
        if day.weekday() != 6:
            found.append(day)
        day += timedelta(days=1)
    return found


def run_plant(shots: int, rng: np.random.Generator) -> Shots:
    """Make the record of `shots` shots: each working day one run of either product."""
    days = working_days(shots)
    midnights = calendar(days)
    offsets = rng.normal(0, [p.by_day for p in PROCESS], (days, len(PROCESS)))
    hot = np.zeros(days, dtype=bool)
    hot[rng.choice(days, max(1, round(days * HOT_DAYS)), replace=False)] = True
    # The decoy: far outside the other days, so that a count over all days points at it.
    offsets[hot, _index("mould_moving")] = 7.5

    times: list[datetime] = []
    parts: list[tuple[Ints, Ints, Ints, Floats]] = []
    lengths = [len(part) for part in np.array_split(np.arange(shots), 2 * days)]
    for run, length in enumerate(lengths):
        day, half = divmod(run, 2)
        # Which product begins changes from day to day, so that time of day says nothing.
        product = (half + day) % 2
        values = _run(product, length, offsets[day], rng)
        start = midnights[day] + timedelta(hours=8 if half == 0 else 14, minutes=day % 7)
        seconds = np.cumsum(values[:, _index("cycle_time")] + rng.uniform(20, 60, length))
        times += [start + timedelta(seconds=round(float(s))) for s in seconds]
        parts.append((np.full(length, product), np.full(length, day), np.arange(length), values))

    record = np.concatenate([p[3] for p in parts])
    day_of = np.concatenate([p[1] for p in parts])
    return Shots(
        time=times,
        product=np.concatenate([p[0] for p in parts]),
        day=day_of,
        in_run=np.concatenate([p[2] for p in parts]),
        values={p.key: record[:, i] for i, p in enumerate(PROCESS)},
        hot_day=hot[day_of],
    )


def _index(key: str) -> int:
    return next(i for i, p in enumerate(PROCESS) if p.key == key)


def _run(product: int, length: int, offsets: Floats, rng: np.random.Generator) -> Floats:
    """Return the values of one run, shots × columns: what wanders, dips, warms up and follows."""
    keep = np.array([p.keep for p in PROCESS])
    wander = np.array([p.wander for p in PROCESS])
    state = rng.normal(0, 1, len(PROCESS))
    slow = np.empty((length, len(PROCESS)))
    for shot in range(length):
        state = keep * state + np.sqrt(1 - keep**2) * rng.normal(0, 1, len(PROCESS))
        slow[shot] = state * wander
    noise = rng.normal(0, 1, slow.shape) * np.array([p.noise for p in PROCESS])
    values: Floats = np.array([p.centre[product] for p in PROCESS]) + offsets + slow + noise

    _dip_speed(values[:, _index("speed")], rng)
    # The mould and the nozzle are still cold when a run begins.
    cold = np.exp(-np.arange(length) / 3)
    values[:, _index("mould_fixed")] -= 7 * cold
    values[:, _index("mould_moving")] -= 7 * cold
    values[:, _index("nozzle")] -= 4 * cold
    # Filling follows the speed: 95 mm of stroke; slow filling also needs less pressure.
    speed = values[:, _index("speed")]
    values[:, _index("fill_time")] += 95 / speed
    values[:, _index("pressure")] += 2.0 * (speed - PROCESS[_index("speed")].centre[product])
    values[:, _index("drying_time")] += _drying(length, rng)
    # Rounded as on the sheet, so that the truth holds for the figures that a reader sees.
    for column, process in enumerate(PROCESS):
        values[:, column] = np.round(values[:, column], process.decimals)
    return values


def _dip_speed(speed: Floats, rng: np.random.Generator) -> None:
    """Lower the speed in place by some 14 mm/s for three stretches of 4 to 8 shots."""
    for third in np.array_split(np.arange(10, len(speed)), 3):
        length = int(rng.integers(4, 9))
        if len(third) > length:
            first = int(third[rng.integers(0, len(third) - length)])
            speed[first : first + length] -= rng.normal(14, 1.2)


def _drying(length: int, rng: np.random.Generator) -> Floats:
    """Return hours of drying: one figure a hopper load, growing while the load is used up."""
    low, high = DRYING_WINDOW
    loads = -(-length // SHOTS_A_LOAD)
    kind = rng.choice(3, loads, p=[0.76, 0.12, 0.12])
    begin = np.choose(
        kind,
        [
            rng.uniform(low, high - 0.3, loads),
            rng.uniform(low - 1.2, low - 0.3, loads),
            rng.uniform(high, high + 1.2, loads),
        ],
    )
    used = np.tile(np.linspace(0, 0.3, SHOTS_A_LOAD), loads)[:length]
    hours: Floats = np.repeat(begin, SHOTS_A_LOAD)[:length] + used
    return hours
