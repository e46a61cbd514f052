"""When a machine runs: a day of shots with short stops, as a function of seed and day.

Days are those of Korea. Each hour may hold one stop of one to four minutes; a shot that a stop
interrupts is finished after it.
"""

import random
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache

from deungdae.demo_plant.shop import Machine

DAY_S = 86_400
HOUR_S = 3600
KOREA_S = 9 * HOUR_S
LOT_S = 2 * HOUR_S
STOP_SHARE = 0.3  #: of the hours have a stop


@dataclass(frozen=True)
class Moment:
    """Where a machine is in its work."""

    day: int  #: days since 1970 in Korea
    shot: int  #: of the day, the one under way
    phase: float  #: share of its cycle, from 0 to 1
    running: bool


@lru_cache(maxsize=64)
def _runs(seed: int, machine: str, day: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return when runs begin (seconds of the day), and the seconds worked before each."""
    chance = random.Random(f"{seed}/{machine}/{day}")  # noqa: S311 - a story, no secret
    starts, worked, stopped = [0.0], [0.0], 0.0
    for hour in range(24):
        if chance.random() < STOP_SHARE:
            begin = hour * HOUR_S + chance.uniform(300, HOUR_S - 300)
            length = chance.uniform(60, 240)
            starts.append(begin + length)
            worked.append(begin - stopped)
            stopped += length
    return tuple(starts), tuple(worked)


def day_of(time_s: float) -> int:
    """Return the day in Korea of a time since 1970 UTC."""
    return int((time_s + KOREA_S) // DAY_S)


def moment(seed: int, machine: Machine, time_s: float) -> Moment:
    """Return where a machine is at a time since 1970 UTC, in seconds."""
    day = day_of(time_s)
    of_day = time_s + KOREA_S - day * DAY_S
    starts, worked = _runs(seed, machine.name, day)
    place = bisect_right(starts, of_day) - 1
    done = worked[place] + of_day - starts[place]
    running = place + 1 == len(starts) or done < worked[place + 1]
    if not running:
        done = worked[place + 1]
    shot, phase = divmod(done / machine.cycle_s, 1)
    return Moment(day, int(shot), phase, running)


def ended(seed: int, machine: Machine, day: int, shot: int) -> float:
    """Return when a shot of a day was done, in seconds since 1970 UTC; perhaps on the next day."""
    done = (shot + 1) * machine.cycle_s
    starts, worked = _runs(seed, machine.name, day)
    place = max(0, bisect_right(worked, done) - 1)
    return day * DAY_S - KOREA_S + starts[place] + done - worked[place]


def lot(time_s: float) -> str:
    """Return the number of the lot that is made at a time: date, and which two hours of the day."""
    import datetime

    day, of_day = divmod(time_s + KOREA_S, DAY_S)
    date = datetime.date(1970, 1, 1) + datetime.timedelta(days=int(day))
    return f"{date:%y%m%d}{int(of_day // LOT_S) + 1:02d}"
