"""Planted shifts of a measured result: does `causes` find them, and with the right sign?

Shifts of 0.5 to 2 standard deviations, up or down, in 3-15 % of the rows of real tables, by rules
on one column or two; the noise is autocorrelated. Printed by size of the shift: the share found
among the first three causes, the share of these with the right sign, the share of clear verdicts,
and the share of claimed columns that say the same as no planted one.

    python benchmarks/measured.py [--cases N]
"""

import argparse
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor

from planting import datasets, tables
from planting.measured import SHIFTS, Planted, plan, play


def main(words: list[str] | None = None) -> int:
    """Plant, search and print the table; return 1 if the data sets are not there."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--cases", type=int, default=72)
    parser.add_argument("--processes", type=int, default=2)
    asked = parser.parse_args(words)
    if not datasets.available():
        print(f"The shared data sets are not there: {datasets.DATA}")
        return 1
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[variable] = "1"
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(asked.processes, mp_context=context) as pool:
        played = list(pool.map(play, *zip(*plan(asked.cases), strict=True)))
    done = [one for one in played if one is not None]
    head = ("shift", "cases", "found@3", "right sign", "clear", "false share")
    rows = [_row(f"{s:g} sd", [one for one in done if one.shift == s]) for s in SHIFTS]
    print(tables.grid(head, [*rows, _row("all", done)]))
    return 0


def _row(name: str, part: list[Planted]) -> tuple[str, ...]:
    count = max(len(part), 1)
    found = sum(one.found for one in part)
    claimed = sum(one.claimed for one in part)
    return (
        name,
        str(len(part)),
        f"{found / count:.2f}",
        f"{sum(one.right for one in part) / max(found, 1):.2f}",
        f"{sum(one.verdict == 'clear' for one in part) / count:.2f}",
        f"{sum(one.false for one in part) / max(claimed, 1):.2f}",
    )


if __name__ == "__main__":
    raise SystemExit(main())
