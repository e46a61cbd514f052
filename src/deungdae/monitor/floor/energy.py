"""What a machine used, where it is metered: a counter of kWh, or a power in kW."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from deungdae.monitor.definitions import Asset, Signal
from deungdae.monitor.floor import flow
from deungdae.monitor.floor.flow import QUARTER_US, Flow, Quarter
from deungdae.monitor.floor.learning import Model, speaks
from deungdae.monitor.past import Means, Readings

__all__ = ["HOLD_US", "QUARTER_US", "Energy", "Quarter", "energy", "tags"]

HOLD_US = 86_400_000_000  #: for which a power that is told when it changes is believed
Absences = Sequence[tuple[int, int | None]]


class Energy(NamedTuple):
    """kWh of a time, the highest quarter of an hour in kW, and each quarter.

    `told_us` is until when something is known.
    """

    kwh: float
    peak_kw: float | None
    trend: list[Quarter]
    told_us: int = 0


def tags(asset: Asset) -> list[str]:
    """Return the tags to be read by quarters of an hour."""
    signals = (asset.signal("energy"), asset.signal("power"))
    return [signal.tag for signal in signals if signal is not None]


def energy(
    asset: Asset,
    means: Mapping[str, Means],
    start_us: int,
    end_us: int,
    now_us: int | None = None,
    readings: Mapping[str, Readings] | None = None,
    absences: Mapping[str, Absences] | None = None,
) -> Energy | None:
    """Return what was used, by quarters of an hour; None where nothing was metered.

    `readings` are those of tags that are read seldom; the others are known by their quarters, and
    what is told of one is taken to reach until its end, or until `now_us`. Both should begin before
    the time and, of meters, end after it: what a meter moved by was used since the reading before.
    `absences` are when the source of a tag was not heard.
    """
    for role, told in (("energy", _metered), ("power", _drawn)):
        signal = asset.signal(role)
        if signal is None or signal.tag not in means:
            continue
        until = None if now_us is None else max(now_us, end_us)
        away = (absences or {}).get(signal.tag, ())
        found = told(signal, means[signal.tag], (readings or {}).get(signal.tag), until, away)
        if found is None:
            continue
        trend = flow.quarters(found, signal.scale, start_us, end_us)
        if trend:
            kwh = round(sum(each.kwh for each in trend), 6)
            return Energy(kwh, peak(trend)[0], trend, min(int(found.times[-1]), end_us))
    return None


def peak(quarters: Sequence[Quarter]) -> tuple[float | None, int | None]:
    """Return the highest demand of whole quarters that were measured, in kW, and when it began."""
    whole = [each for each in quarters if each.end_us - each.start_us == QUARTER_US]
    top = max((each for each in whole if each.measured), key=lambda each: each.kwh, default=None)
    return (None, None) if top is None else (round(top.kwh * 3.6e9 / QUARTER_US, 6), top.start_us)


def _metered(
    _: Signal, means: Means, readings: Readings | None, until_us: int | None, away: Absences
) -> Flow | None:
    if readings is None:
        return flow.of_meter_by_quarters(means, until_us)
    return flow.of_meter(readings.times, readings.values)


def _drawn(
    signal: Signal, means: Means, readings: Readings | None, until_us: int | None, away: Absences
) -> Flow | None:
    if readings is None or not len(readings.times):
        return flow.of_power_by_quarters(means, until_us)
    usual = signal.expected_seconds or speaks(readings)
    if usual is None:
        gap = hold = HOLD_US
    else:
        # Each reading is one of its interval; in a silence nothing is known.
        gap = Model(every={signal.tag: usual}).gap_us(signal) or HOLD_US
        hold = round(usual * 1e6)
    until = int(readings.times[-1]) + hold if until_us is None else until_us
    return flow.of_power(readings, gap, hold, until, away)
