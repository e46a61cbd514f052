"""Features over the windows of parts: by hand, against a slow reckoning, and never from later."""

import numpy as np
import pytest
from numpy.typing import NDArray

from deungdae.analysis.joining import FEATURES, NO_TIME, Gathering, Windows, before, spans

S = 1_000_000
HOLD = 10 * S

Series = tuple[NDArray[np.int64], NDArray[np.float64]]


def gathered(
    windows: Windows, series: list[Series], piece: int, hold: int = HOLD
) -> dict[str, NDArray[np.float64]]:
    """Features, read in pieces of `piece` seconds."""
    gathering = Gathering(windows, np.full(len(series), hold))
    for start, end in spans(windows, hold, piece * S):
        taken = []
        for tag, (times, values) in enumerate(series):
            chosen = (times >= start) & (times < end)
            taken.append((tag, times[chosen], values[chosen]))
        gathering.take(start, end, taken)
    return gathering.result().values


def of(seconds: list[float], values: list[float]) -> Series:
    return np.array([round(s * S) for s in seconds], dtype=np.int64), np.array(values)


def at(*seconds: float) -> NDArray[np.int64]:
    return np.array([round(s * S) for s in seconds], dtype=np.int64)


def test_features_of_a_window_can_be_checked_by_hand() -> None:
    # 200 for the first 4 s of the window, 210 for the next 4, then 230 for 2.
    found = gathered(before(at(110), 10 * S), [of([100, 104, 108], [200, 210, 230])], 60)
    assert found["mean"][0, 0] == pytest.approx((4 * 200 + 4 * 210 + 2 * 230) / 10)
    assert (found["min"][0, 0], found["max"][0, 0], found["last"][0, 0]) == (200, 230, 230)
    # 202 in the first half, 218 in the second: 16 more in 5 s.
    assert found["slope"][0, 0] == pytest.approx(16 / 5 * 60)
    square = (4 * 200**2 + 4 * 210**2 + 2 * 230**2) / 10
    assert found["spread"][0, 0] == pytest.approx(np.sqrt(square - found["mean"][0, 0] ** 2))


def test_a_value_that_is_told_only_when_it_changes_stands_until_then() -> None:
    # Told 5 s before the window, and never again: it stands for 10 s in all.
    found = gathered(before(at(104), 4 * S), [of([95], [7.0])], 60)
    assert [found[name][0, 0] for name in FEATURES] == [7, 7, 7, 0, 0, 7]


def test_values_come_back_to_the_last_bit() -> None:
    # Taking the first value off and adding it again would not give these.
    odd = [653.4099731445312, 0.1, 1e-9, 123456.789]
    found = gathered(before(at(102.5, 103.5), S), [of([100, 101, 102, 103], odd)], 60)
    assert list(found["last"][0]) == odd[2:]
    assert list(found["max"][0]) == [0.1, odd[3]] and list(found["min"][0]) == [1e-9, 1e-9]


def test_a_value_too_old_says_nothing() -> None:
    found = gathered(before(at(120), 4 * S), [of([95], [7.0])], 60)
    assert all(np.isnan(found[name][0, 0]) for name in FEATURES)


def test_a_window_heard_for_less_than_half_has_a_last_value_only() -> None:
    # In a window of 60 s the value stands for the last 10 s.
    found = gathered(before(at(160), 60 * S), [of([150], [7.0])], 600)
    assert found["last"][0, 0] == 7
    assert np.isnan(found["mean"][0, 0]) and np.isnan(found["max"][0, 0])


def test_what_was_measured_after_a_part_was_made_is_never_seen() -> None:
    chance = np.random.default_rng(3)
    made = np.sort(at(*chance.uniform(100, 900, 200)))
    times = np.arange(0, 1000 * S, S // 4, dtype=np.int64)
    values = chance.normal(0, 1, times.size)
    base = gathered(before(made, 30 * S), [(times, values)], 100)
    for place in (0, 57, 199):
        # Everything after this part becomes a leak: nothing that was known of it may change.
        leaked = np.where(times > made[place], 1e6, values)
        again = gathered(before(made, 30 * S), [(times, leaked)], 100)
        for name in FEATURES:
            assert again[name][0, place] == pytest.approx(base[name][0, place], abs=1e-9)


@pytest.mark.parametrize("piece", [7, 60, 100_000], ids=["small pieces", "minutes", "all at once"])
@pytest.mark.parametrize("length", [3, 45, 400])
def test_features_are_those_of_a_slow_reckoning(piece: int, length: int) -> None:
    chance = np.random.default_rng(length)
    series = []
    for rhythm in (1.0, 4.0, 30.0):
        steps = chance.exponential(rhythm, round(2000 / rhythm))
        when = np.cumsum(steps)
        when = when[(when < 800) | (when > 1100)]  # a gap
        series.append(of(list(when), list(chance.normal(200, 1, when.size))))
    made = at(*chance.uniform(0, 2000, 40))
    made[5] = NO_TIME
    found = gathered(before(made, length * S), series, piece)
    for tag, (times, values) in enumerate(series):
        for part, moment in enumerate(made):
            slow = slowly(times, values, int(moment), length)
            for name in FEATURES:
                assert found[name][tag, part] == pytest.approx(slow[name], abs=1e-4, nan_ok=True), (
                    name, tag, part,
                )  # fmt: skip


def slowly(
    times: NDArray[np.int64], values: NDArray[np.float64], made: int, length: int
) -> dict[str, float]:
    """The same by going through pieces of the signal one by one."""
    nothing = dict.fromkeys(FEATURES, float("nan"))
    if made == NO_TIME:
        return nothing
    start, middle = made - length * S, made - length * S + length * S // 2
    halves = [[0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]
    stood: list[float] = []
    last = float("nan")
    for place, (time, value) in enumerate(zip(times, values, strict=True)):
        if time > made:
            break
        following = times[place + 1] if place + 1 < times.size else time + HOLD
        until = min(following, time + HOLD)
        for half, (a, b) in enumerate(((start, middle), (middle, made))):
            seconds = max(min(until, b) - max(time, a), 0) / S
            halves[half][0] += seconds
            halves[half][1] += seconds * value
            halves[half][2] += seconds * value * value
        if time >= start or (following > start and start - time <= HOLD):
            stood.append(value)
        last = value if made - time <= HOLD else float("nan")
    seconds, area, square = (a + b for a, b in zip(*halves, strict=True))
    found = {**nothing, "last": last}
    if seconds >= length / 2:
        mean = area / seconds
        spread = np.sqrt(max(square / seconds - mean**2, 0))
        found |= {"mean": mean, "min": min(stood), "max": max(stood), "spread": spread}
    if min(halves[0][0], halves[1][0]) >= length / 4:
        means = [area / seconds for seconds, area, _ in halves]
        found["slope"] = (means[1] - means[0]) / (length / 2) * 60
    return found


def test_only_what_windows_need_is_read() -> None:
    day = 86_400
    windows = before(at(10 * day + 100, 10 * day + 130, 40 * day), 30 * S)
    read = list(spans(windows, HOLD, day * S))
    assert read == [
        ((10 * day + 60) * S, (10 * day + 130) * S + 1),
        ((40 * day - 40) * S, 40 * day * S),
        (40 * day * S, 40 * day * S + 1),
    ]
    assert list(spans(before(np.array([NO_TIME]), S), HOLD, S)) == []
