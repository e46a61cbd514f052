"""Remaining life of the test engines of C-MAPSS FD001 beside published figures and naive peers.

    python benchmarks/cmapss.py [SEED …]

Needs ../shared/data/cmapss-fd001. About half a minute for each seed. Published figures are those
that the README of the data set gives, on remaining lives capped at 125 to 130.
"""

import gzip
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from deungdae.analysis.life.fleet import Lives, learn
from deungdae.analysis.life.scoring import coverage, rmse, score

Floats = NDArray[np.float64]
DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "cmapss-fd001"
CAP = 125.0
PUBLISHED = (
    ("MLP (2016)", 37.56, None),
    ("RVR (2016)", 23.80, None),
    ("SVR (2016)", 20.96, None),
    ("CNN (2016)", 18.45, None),
    ("LSTM (2017)", 16.14, 338.0),
    ("DCNN (2018)", 12.61, 273.7),
)


def table(name: str) -> Floats:
    """Return the rows of a file: unit, cycle, 3 settings, 21 sensors."""
    with gzip.open(DATA / name, "rt") as file:
        return np.array([[float(cell) for cell in line.split()] for line in file])


def lives(rows: Floats, columns: list[int]) -> Lives:
    """Return the units of a table."""
    units = [rows[rows[:, 0] == number] for number in np.unique(rows[:, 0])]
    return Lives(
        tuple(str(int(unit[0, 0])) for unit in units),
        tuple(unit[:, columns] for unit in units),
        tuple(unit[:, 1] for unit in units),
    )


def moving(rows: Floats) -> list[int]:
    """Return the columns that change at all."""
    return [c for c in range(2, rows.shape[1]) if np.unique(rows[:, c]).size > 1]


def main() -> None:
    """Learn from the training engines, predict the test engines, and print the table."""
    trained = table("train_FD001.txt.gz")
    columns = moving(trained)
    train, test = lives(trained, columns), lives(table("test_FD001.txt.gz"), columns)
    true = np.array([float(line) for line in (DATA / "RUL_FD001.txt").read_text().split()])
    ends = np.array([age[-1] for age in train.age])
    ages = np.array([age[-1] for age in test.age])
    print(f"{'method':34} {'RMSE capped':>11} {'score':>7} {'RMSE':>6} {'held':>5} {'width':>6}")
    for name, error, penalty in PUBLISHED:
        print(f"{name:34} {error:11.2f} {'' if penalty is None else penalty:>7}")
    mean = np.array([float(np.mean(np.maximum(ends[ends > a] - a, 0))) for a in ages])
    _line("mean rest of those that lived longer", np.minimum(mean, CAP), true)
    _line("always the mean life left", np.full(true.size, np.minimum(true, CAP).mean()), true)
    for seed in [int(word) for word in sys.argv[1:]] or [0]:
        fleet = learn(train, CAP, seed)
        found = np.array(
            [float(fleet.left(s, a)[-1]) for s, a in zip(test.signals, test.age, strict=True)]
        )
        bounds = np.array([fleet.interval(p)[:2] for p in found])
        _line(f"here, seed {seed}", found, true, bounds)


def _line(name: str, found: Floats, true: Floats, bounds: Floats | None = None) -> None:
    capped = np.minimum(true, CAP)
    told = f"{name:34} {rmse(found, capped):11.2f} {score(found, capped):7.0f}"
    told += f" {rmse(found, true):6.2f}"
    if bounds is not None:
        held = coverage(bounds[:, 0], bounds[:, 1], true)
        told += f" {held:5.0%} {float(np.mean(bounds[:, 1] - bounds[:, 0])):6.1f}"
    print(told)


if __name__ == "__main__":
    main()
