"""What is learned of a machine from its own past: its cycle, how often it speaks, its load."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

import numpy as np

from deungdae.analysis.oee import Cycle, Increments, cycle_seconds, increments, learned
from deungdae.analysis.oee.rhythm import LONGEST, Rhythm, beats, cycle_of, rhythm
from deungdae.analysis.oee.sensed import Levels, levels
from deungdae.monitor.definitions import Asset, Signal
from deungdae.monitor.past import Readings

SILENCE = 3.0  #: a silence longer than so many usual intervals
LEAST_SILENCE_US = 30_000_000  #: and than this: agents send what they read every ten seconds
REPEATS = 0.3  #: share of readings that say nothing new, of a source that speaks anyway
REGULAR = 3.0  #: its longest usual interval, in typical ones
USUAL_WINDOW = 30.0
FEWEST = 50  #: readings
SHARP = 0.05  #: of a cycle: how exactly its length is to be known
FEW_REPEATS = 0.2  #: share of readings without a new part, of a counter that is read by the clock
MOST_TOGETHER = 60  #: cycles


@dataclass(frozen=True)
class Model:
    """What was learned. Cycles in seconds per step of the counter; `every` seconds by tag.

    Of a machine without a counter whose load keeps time, they are those of its load (`rhythm`).
    """

    typical: float | None = None
    demonstrated: float | None = None
    used: int = 0
    every: Mapping[str, float] = field(default_factory=dict)
    load: Levels | None = None
    rhythm: Rhythm | None = None
    learned_us: int = 0

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        told = {"load": self.load, "rhythm": self.rhythm}
        return {**asdict(self), **{k: None if v is None else v._asdict() for k, v in told.items()}}

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        """Return what `document` made."""
        load, cycles = document.get("load"), document.get("rhythm")
        told = {
            "load": None if load is None else Levels.of(load),
            "rhythm": None if cycles is None else Rhythm.of(cycles),
        }
        return cls(**{**document, **told})

    def lacks(self, asset: Asset) -> bool:
        """Say whether something of an asset is still to be learned."""
        counts = asset.signal("counter") or asset.signal("good_counter")
        no_cycle = counts is not None and self.typical is None
        return no_cycle or (asset.signal("load") is not None and self.load is None)

    def gap_us(self, signal: Signal) -> int | None:
        """Return the silence of a signal after which nothing is known; None: it may be silent."""
        every = signal.expected_seconds or self.every.get(signal.tag)
        return None if every is None else max(round(SILENCE * every * 1e6), LEAST_SILENCE_US)


def learn(
    asset: Asset, readings: Mapping[str, Readings], now_us: int, usual: float | None = None
) -> Model:
    """Learn from readings by tag; `usual` is the cycle known before, which stands in for none.

    What a load looks like is learned in windows of the cycle by which it is read afterwards.
    """
    every = {tag: usual for tag, each in readings.items() if (usual := speaks(each)) is not None}
    counter = asset.signal("counter") or asset.signal("good_counter")
    found = shape = None
    if counter is not None and counter.tag in readings:
        found = cycle(readings[counter.tag])
    load = asset.signal("load")
    told = None
    if load is not None and load.tag in readings:
        each = readings[load.tag]
        if counter is None:
            # First its cycle: windows of another length would take its ebbs for stops.
            shape = rhythm(each.times, each.values)
            found = None if shape is None else cycle_of(beats(shape, each.times, each.values))
            shape = shape if found else None
        window = window_seconds(load, asset, found.typical if found else usual)
        if len(each.times):
            told = levels(
                *(each.times, each.values, int(each.times[0]), int(each.times[-1]) + 1),
                window_seconds=window,
            )
    return Model(
        typical=found.typical if found else None,
        demonstrated=found.demonstrated if found else None,
        used=found.used if found else 0,
        every=every,
        load=told,
        rhythm=shape,
        learned_us=now_us,
    )


def cycle(readings: Readings) -> Cycle | None:
    """Return what the cycles of a counter show, None of too few.

    A counter that is read each ten seconds shows a cycle of 24 as 20 or 30: then as many cycles
    are taken together as make the interval between readings small beside them.
    """
    found = increments(readings.times, readings.values)
    one = learned(cycle_seconds(found))
    if one is None:
        return None
    taken = math.ceil(_resolution(readings, found) / (SHARP * one.typical))
    if taken <= 1:
        return one
    taken = min(taken, MOST_TOGETHER, len(found.times) - 1)
    parts = np.convolve(found.parts[1:], np.ones(taken, np.int64), "valid")
    several = learned((found.times[taken:] - found.times[:-taken]) / 1e6 / parts)
    return one if several is None else several


def _resolution(readings: Readings, found: Increments) -> float:
    """Return how far apart the readings of a counter are that is read by the clock, in seconds.

    One that speaks when a part is made says exactly when: 0.
    """
    steps = np.diff(readings.times) / 1e6
    if not len(steps):
        return 0.0
    by_clock = _repeats(readings) >= FEW_REPEATS or np.median(found.parts) >= 2
    return float(np.median(steps)) if by_clock else 0.0


def window_seconds(load: Signal, asset: Asset, typical: float | None) -> float:
    """Return how long the windows of a load are: about a cycle."""
    cycle = load.window_seconds or typical
    if cycle is None and asset.ideal_seconds is not None:
        cycle = asset.ideal_seconds * asset.parts_per_count
    return USUAL_WINDOW if cycle is None else min(max(cycle, 2.0), LONGEST)


def speaks(readings: Readings) -> float | None:
    """Return how often a source speaks, in seconds, if it speaks although nothing changes."""
    if len(readings.times) < FEWEST:
        return None
    steps = np.diff(readings.times) / 1e6
    steps = steps[steps > 0]
    if not len(steps):
        return None
    typical = float(np.median(steps))
    regular = float(np.quantile(steps, 0.95)) <= REGULAR * typical
    return typical if regular and (_repeats(readings) >= REPEATS or _noisy(readings)) else None


def _repeats(readings: Readings) -> float:
    texts: Any = readings.texts
    is_text = np.array([text is not None for text in texts.tolist()], bool)
    same = np.where(
        is_text[1:], texts[1:] == texts[:-1], readings.values[1:] == readings.values[:-1]
    )
    return float(same.mean()) if len(same) else 0.0


def _noisy(readings: Readings) -> bool:
    """Say whether it goes up and down all the time, as a measured value does and no counter."""
    steps = np.diff(readings.values[np.isfinite(readings.values)])
    if len(steps) < FEWEST:
        return False
    return bool(min((steps > 0).mean(), (steps < 0).mean()) > 0.2)
