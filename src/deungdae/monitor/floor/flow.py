"""What was used up to each instant, from the readings of a meter (kWh) or of a power (kW)."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from deungdae.monitor.past import Means, Readings, Times, Values

QUARTER_US = 900_000_000  #: demand is billed by quarters of an hour
LONGEST_US = QUARTER_US * 4 // 3  #: what a meter told over a longer time says no quarter's demand
MOST_WRONG = 3  #: readings in a row that are a fault and no new beginning of the counter
WRONG_US = 2 * 3_600_000_000  #: or for so long, if one leap undoes most of the fall
UNLIKELY = 10  #: times as fast as ever after, by which a first reading is a fault
OFTEN = 6  #: readings of a quarter, from which on its first must not tell much of it
MUCH = 1 / 3  #: more than this share by its first reading: it was silent before
_US_PER_HOUR = 3.6e9


class Flow(NamedTuple):
    """Sums up to some instants: what was used, and the time of which that is known, or measured.

    Between two instants all of them rise evenly.
    """

    times: Times
    used: Values
    known_us: Values
    measured_us: Values


class Quarter(NamedTuple):
    """kWh of a quarter of an hour, or of what of it belongs to a time.

    One of which a part was silent, or that was worked out of a longer time, is not `measured`.
    """

    start_us: int
    end_us: int
    kwh: float
    measured: bool = True


def quarters(flow: Flow, scale: float, start_us: int, end_us: int) -> list[Quarter]:
    """Return the quarters of a time of which anything is known."""
    grid = np.arange(start_us // QUARTER_US * QUARTER_US, end_us, QUARTER_US)
    since, until = np.maximum(grid, start_us), np.minimum(grid + QUARTER_US, end_us)
    used, known, measured = (
        np.interp(until, flow.times, sums) - np.interp(since, flow.times, sums)
        for sums in (flow.used, flow.known_us, flow.measured_us)
    )
    whole = measured >= 0.99 * (until - since)
    rows = zip(*(each.tolist() for each in (since, until, used, whole, known)), strict=True)
    return [Quarter(a, b, round(kwh * scale, 6), ok) for a, b, kwh, ok, us in rows if us > 0]


def of_meter(times: Times, values: Values, sudden: NDArray[np.bool_] | None = None) -> Flow | None:
    """Return what a counter of kWh told; None of no reading.

    What it moved by was used evenly since the reading before, also over a silence. A value below
    the one before is a new beginning, as with counters of parts, unless the next readings undo it.
    `sudden` are readings that tell of more than the time since the one before.
    """
    sudden = np.zeros(len(times), bool) if sudden is None else sudden
    last = np.append(np.diff(times) > 0, True)[: len(times)]
    good = np.flatnonzero(np.isfinite(values) & last)
    kept = good[_believed(times[good], values[good])]
    if not len(kept):
        return None
    kept = kept[_first(times[kept], values[kept]) :]
    times, values, sudden = times[kept], values[kept], sudden[kept]
    used, lasted = _steps(values), np.diff(times)
    # Nothing before the first reading says whether it was right: no peak rests upon it.
    sudden[1:2] |= used[:1] / lasted[:1] > (used[1:] / lasted[1:]).max(initial=0.0)
    measured = np.where((lasted <= LONGEST_US) & ~sudden[1:], lasted, 0)
    return Flow(times, _sums(used), _sums(lasted), _sums(measured))


def of_meter_by_quarters(found: Means, until_us: int | None) -> Flow | None:
    """Return the same of a counter that is read often; its last quarter goes until `until_us`."""
    last, before, after = found.last.copy(), found.last[:-2], found.last[2:]
    # A fault at the very end of a quarter: the highest is what it stood at.
    wrong = (last[1:-1] < before) & (found.high[1:-1] >= before) & (found.high[1:-1] <= after)
    last[1:-1][wrong] = found.high[1:-1][wrong]
    steps = np.diff(last)
    sudden = (found.low[1:] - last[:-1] > MUCH * steps) & (steps > 0) & (found.counts[1:] >= OFTEN)
    # Of such a quarter, and so of the next, it is not known to the minute.
    sudden[:-1] |= wrong
    sudden[1:] |= wrong
    # The first has no end of the one before: its own lowest is where it began. So has one after
    # a silence, which ended before it then, wherever the time begins that is looked at.
    anew = (np.diff(found.times) > QUARTER_US) & (found.counts[1:] >= OFTEN)
    sudden |= anew
    begun = np.flatnonzero(np.concatenate(([True], anew)))
    times = np.concatenate((found.times[begun], _ends(found, until_us)))
    values = np.concatenate((found.low[begun], last))
    untold = np.concatenate((np.ones(len(begun), bool), [False], sudden))
    row = np.argsort(times, kind="stable")
    return of_meter(times[row], values[row], untold[row])


def of_power(
    readings: Readings,
    gap_us: int,
    hold_us: int,
    until_us: int,
    absences: Sequence[tuple[int, int | None]] = (),
) -> Flow | None:
    """Return what a power told; None of no reading.

    A value holds until the next one, or until its source said that there is none or was not heard
    (`absences`); where that is further away than `gap_us`, for `hold_us`.
    """
    good = np.flatnonzero(np.isfinite(readings.values))
    times, values = readings.times[good], readings.values[good]
    if not len(times) or times[0] >= until_us:
        return None
    lost = readings.bad[~np.isin(readings.bad, times)]
    events = [*zip(times.tolist(), values.tolist(), strict=True)]
    events += [(at, np.nan) for at in lost.tolist()]
    for start, end in absences:
        place = int(np.searchsorted(times, start, "right"))
        # What was held back meanwhile is known; and who is back goes on where nothing changed.
        back = until_us if end is None else end
        if place == 0 or start >= until_us or (end is not None and end <= times[0]):
            continue
        events.append((start, np.nan))
        if place == len(times) or times[place] > back:
            events.append((back, values[place - 1]))
    events.sort(key=lambda event: event[0])
    starts = np.array([at for at, _ in events], np.int64)
    told = np.array([value for _, value in events])
    lasted = np.append(np.diff(starts), gap_us + 1)
    ends = np.minimum(starts + np.where(lasted > gap_us, hold_us, lasted), until_us)
    stands = np.isfinite(told) & (ends > starts)
    return _steady(starts[stands], ends[stands], told[stands])


def of_power_by_quarters(found: Means, until_us: int | None) -> Flow | None:
    """Return the same of a power that is read often, by the means of its quarters."""
    return _steady(found.times, _ends(found, until_us), found.mean)


def _steady(starts: Times, ends: Times, kw: Values) -> Flow | None:
    if not len(starts):
        return None
    used, known = _sums(kw * (ends - starts) / _US_PER_HOUR), _sums(ends - starts)
    edges = [np.column_stack((each[:-1], each[1:])).ravel() for each in (used, known)]
    return Flow(np.column_stack((starts, ends)).ravel(), edges[0], edges[1], edges[1])


def _ends(found: Means, until_us: int | None) -> Times:
    ends = found.times + QUARTER_US
    return ends if until_us is None else np.maximum(np.minimum(ends, until_us), found.times + 1)


def _sums(steps: NDArray[np.generic]) -> Values:
    return np.concatenate(([0.0], np.cumsum(steps, dtype=float)))


def _steps(values: Values) -> Values:
    """Return what a counter was moved by from each reading to the next."""
    steps = np.diff(values)
    return np.where(steps < 0, values[1:], steps)


def _first(times: Times, values: Values) -> int:
    """Return the place of the first reading that is believed.

    A first one of 0 (of a gateway that has no value yet), or one from which the next falls, is a
    fault if what would have been used since is far more than in any time like it afterwards.
    """
    at = max(int((np.cumsum(values != 0) == 0).sum()), 1)
    if at >= len(values) or 0 < values[at - 1] <= values[at]:
        return 0
    kw = _steps(values) / np.diff(times)
    return at if kw[at - 1] > UNLIKELY * kw[at:].max(initial=0.0) else 0


def _believed(times: Times, values: Values) -> NDArray[np.bool_]:
    """Return which readings are no faults: a fall that is undone began nothing anew."""
    kept = np.ones(len(values), bool)
    for at in (np.flatnonzero(np.diff(values) < 0) + 1).tolist():
        if at >= 2 and values[at] >= values[at - 2]:
            kept[at - 1] = False  # it is the one before that stood too high
            continue
        until = int(np.searchsorted(times, times[at] + WRONG_US, "right"))
        back = np.flatnonzero(values[at + 1 : max(until, at + 1 + MOST_WRONG)] >= values[at - 1])
        if not len(back):
            continue
        end = at + 1 + int(back[0])
        leap, fall = values[end] - values[end - 1], values[at - 1] - values[at]
        if end <= at + MOST_WRONG or leap > fall / 2:
            kept[at:end] = False
    return kept
