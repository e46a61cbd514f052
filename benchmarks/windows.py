"""Recommended windows: does the interval of the expected reduction cover the true one?

Tables are made with one cause (a step, or a slope) among independent and drifting columns, so that
the true rate or mean of every part is known. Counted over all windows that `causes` states, whether
recommended or not: the share whose 95 % interval of the reduction covers what that very window
brings in truth, and how far the estimate lies from it on average (as a share of today's rate, or
in standard deviations of the result).

    python benchmarks/windows.py [--runs N] [--only NAME]
"""

import argparse
import multiprocessing
import os
import sys
from concurrent.futures import ProcessPoolExecutor

import numpy as np

from planting import tables
from planting.scoring import wilson
from planting.windows import SHAPES, Stated, simulate


def main(words: list[str] | None = None) -> int:
    """Run the simulations and print their table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--runs", type=int, default=200, help="tables of each shape")
    parser.add_argument("--only", action="append", default=[], help="name of a shape")
    parser.add_argument("--processes", type=int, default=2)
    asked = parser.parse_args(words)
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[variable] = "1"
    shapes = [name for name in SHAPES if not asked.only or name in asked.only]
    head = ("cause", "tables", "windows", "covered", "95 %", "recommended", "bias", "true", "width")
    rows = []
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(asked.processes, mp_context=context) as pool:
        for shape in shapes:
            found = pool.map(simulate, [shape] * asked.runs, range(asked.runs), chunksize=4)
            rows.append(_row(shape, asked.runs, [one for one in found if one is not None]))
            print(f"{shape} done", file=sys.stderr)
    print(tables.grid(head, rows))
    return 0


def _row(shape: str, runs: int, stated: list[Stated]) -> tuple[str, ...]:
    covered = sum(one.low <= one.true <= one.high for one in stated)
    low, high = wilson(covered, len(stated))
    measured = {
        "bias": [one.reduction - one.true for one in stated],
        "true": [one.true for one in stated],
        "width": [one.high - one.low for one in stated],
    }
    mean = {name: float(np.mean(of)) if of else float("nan") for name, of in measured.items()}
    return (
        shape,
        str(runs),
        str(len(stated)),
        f"{covered / max(len(stated), 1):.1%}",
        f"{low:.1%}-{high:.1%}",
        f"{sum(one.recommended for one in stated) / max(len(stated), 1):.0%}",
        f"{mean['bias']:+.3f}",
        f"{mean['true']:.3f}",
        f"{mean['width']:.3f}",
    )


if __name__ == "__main__":
    raise SystemExit(main())
