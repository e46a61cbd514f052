"""Electricity of a steel plant: the next day, and warning of a peak within the hour, beside naive.

    python benchmarks/steel.py

Needs ../shared/data/steel-energy. About a minute. From day 90 of 2018 on, learned anew every eight
weeks from what was before; naive is the same time a week before.
"""

import csv
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from deungdae.analysis.energy.warning import AHEAD, BACK, DAY, Warner, f1, learn
from deungdae.analysis.seasonal import Seasonal

Floats = NDArray[np.float64]
DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "steel-energy"
FIRST, ANEW = 90, 56


def demand() -> Floats:
    """Return kWh of each quarter of 2018, in the order of the rows; its first day is a Monday."""
    with (DATA / "steel_industry_data.csv").open() as file:
        return np.array([float(row[1]) for row in list(csv.reader(file))[1:]])


def warned(kwh: Floats, first: int, last: int) -> dict[str, float]:
    """Return how well peaks of the next hour are warned of, from day `first` to `last`."""
    level = float(np.quantile(kwh[: 84 * DAY], 0.95))
    said, naive, came = [], [], []
    warner: Warner | None = None
    for at in range(first * DAY, last * DAY, AHEAD):
        if at % DAY == 0 and (at // DAY - first) % ANEW == 0:
            warner = learn(kwh[:at], 0, level)
        assert warner is not None
        begin = at - BACK * DAY
        said.append(warner.chance(kwh[begin:at], begin % (7 * DAY)) > warner.threshold)
        before = at - 7 * DAY
        naive.append(bool((kwh[before : before + AHEAD] > level).any()))
        came.append(bool((kwh[at : at + AHEAD] > level).any()))
    told, true = np.array(said), np.array(came)
    both = float((told & true).sum())
    return {
        "f1": f1(told, true), "naive": f1(np.array(naive), true), "right": both / told.sum(),
        "warned": both / true.sum(), "hours": float(true.size), "peaks": float(true.sum()),
    }  # fmt: skip


def forecast(kwh: Floats) -> tuple[float, float]:
    """Return the mean absolute error of the next day here and of the week before, in kWh."""
    here, naive = [], []
    model: Seasonal | None = None
    for day in range(FIRST, 365):
        if (day - FIRST) % ANEW == 0:
            past = kwh[(day - 84) * DAY : day * DAY]
            model = Seasonal.learn(past, (day - 84) % 7 * DAY, DAY, 1 / (28 * DAY))
        assert model is not None
        past = kwh[(day - BACK) * DAY : day * DAY]
        usual = model.forecast(past, day % 7 * DAY, DAY).usual
        true = kwh[day * DAY : (day + 1) * DAY]
        here.append(np.abs(true - usual).mean())
        naive.append(np.abs(true - kwh[(day - 7) * DAY : (day - 6) * DAY]).mean())
    return float(np.mean(here)), float(np.mean(naive))


def main() -> None:
    """Print both tables."""
    kwh = demand()
    here, naive = forecast(kwh)
    print(f"next day, mean absolute error: {here:.1f} kWh, the week before {naive:.1f}")
    found = warned(kwh, FIRST, 365)
    print(f"peak within the hour: F1 {found['f1']:.2f}, the week before {found['naive']:.2f}")
    print(f"of warnings right {found['right']:.0%}, of peaks warned of {found['warned']:.0%}")
    print(f"{found['peaks']:.0f} of {found['hours']:.0f} hours had a peak")


if __name__ == "__main__":
    main()
