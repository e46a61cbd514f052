"""SKAB, a real pump loop with labelled faults: F1 and false alarms beside the published table.

34 runs, the first 400 rows of each as the good period, the rest pooled. More than half of those
rows are anomalous, so that F1 alone flatters whoever alarms often: each method stands with its
false alarms and misses, by how much the score is smoothed. "Chosen" learns each run by the method
that its own back-test chose, as the product does.

    python benchmarks/skab.py [--without-choice]
"""

import argparse
import csv
import os
import sys
from collections import Counter
from pathlib import Path

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy as np  # noqa: E402
from numpy.typing import NDArray  # noqa: E402

from deungdae.analysis.anomaly import Canonical, Monitor, Neighbours  # noqa: E402
from deungdae.analysis.watching import choose  # noqa: E402
from planting import datasets, tables  # noqa: E402

GOOD = 400
BUDGET = 0.01
DAY = 86_400
#: As in the README of the data; F1, false alarms %, missed %.
PUBLISHED = (
    ("Conv-AE", 0.78, 13.55, 28.02),
    ("MSET", 0.78, 39.73, 14.13),
    ("T2 + Q (PCA)", 0.76, 26.62, 24.92),
    ("LSTM-AE", 0.74, 29.96, 25.92),
    ("T2", 0.66, 19.21, 42.60),
    ("LSTM-VAE", 0.56, 9.13, 55.03),
    ("Isolation forest", 0.29, 2.56, 82.89),
)
#: Name, model, steps of the past.
METHODS = (
    ("relations", Canonical, 1),
    ("relations", Canonical, 2),
    ("relations", Canonical, 3),
    ("relations", Canonical, 5),
    ("neighbours", Neighbours, 1),
    ("neighbours", Neighbours, 3),
)
Run = tuple[NDArray[np.float64], NDArray[np.bool_]]


def main(words: list[str] | None = None) -> int:
    """Score all runs by each method and print the table; return 1 without the data."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--without-choice", action="store_true")
    asked = parser.parse_args(words)
    folder = datasets.DATA / "skab"
    if not folder.is_dir():
        print(f"The shared data sets are not there: {datasets.DATA}")
        return 1
    runs = [read(file) for part in ("valve1", "valve2", "other") for file in files(folder / part)]
    names = tuple("abcdefgh")
    rows = [(f"{name} (published)", "", *figures) for name, *figures in PUBLISHED]
    for name, model, past in METHODS:
        for weight in (1.0, 0.5, 0.2):
            found = []
            for values, _ in runs:
                monitor = Monitor.learn(
                    values[:GOOD], names, BUDGET, past=past, smoothing=weight, by=model
                )
                found.append(monitor.score(values).relations[GOOD:] > 1)
            rows.append((f"{name}, past {past}", f"{weight:g}", *judged(runs, found)))
    if not asked.without_choice:
        chosen: Counter[str] = Counter()
        found = []
        for values, _ in runs:
            choice = choose(values[:GOOD], names, 0, DAY, BUDGET)
            chosen[choice.watch.method] += 1
            scores = choice.watch.score(values, 0).relations
            found.append(scores[GOOD:] > choice.watch.limit.score)
        said = ", ".join(f"{count} {name}" for name, count in chosen.most_common())
        rows.append((f"chosen ({said})", "0.2", *judged(runs, found)))
    head = ("method", "weight", "F1", "false alarms %", "missed %")
    print(tables.grid(head, [_row(row) for row in rows]))
    return 0


def _row(row: tuple[object, ...]) -> tuple[str, ...]:
    name, weight, f1, false, missed = row
    return str(name), str(weight), f"{f1:.2f}", f"{false:.1f}", f"{missed:.1f}"


def files(folder: Path) -> list[Path]:
    """Return the runs of a folder in order."""
    return sorted(folder.glob("*.csv"))


def read(file: Path) -> Run:
    """Return values and labels of one run."""
    with file.open(newline="") as text:
        lines = list(csv.reader(text, delimiter=";"))[1:]
    table = np.array([[float(cell) for cell in line[1:10]] for line in lines])
    return table[:, :8], table[:, 8] > 0


def judged(runs: list[Run], found: list[NDArray[np.bool_]]) -> tuple[float, float, float]:
    """Return F1, and the shares of false alarms and of misses in percent."""
    said = np.concatenate(found)
    true = np.concatenate([labels[GOOD:] for _, labels in runs])
    hits, false = int((said & true).sum()), int((said & ~true).sum())
    missed, quiet = int((~said & true).sum()), int((~said & ~true).sum())
    return (
        2 * hits / (2 * hits + false + missed),
        100 * false / (false + quiet),
        100 * missed / (hits + missed),
    )


if __name__ == "__main__":
    sys.exit(main())
