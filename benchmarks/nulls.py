"""Null labels: how often does `causes` call something a cause where there can be none?

Real tables, verdicts shuffled, shifted in time within the product, or made in random runs. Printed
is the share of runs with a stratum called `clear`, and with one called at least `suspected`, each
with Wilson's 95 % interval; beside it the share that a rank test per column, at a false-discovery
rate of 5 %, calls significant. The aim is at most 3 % clear.

    python benchmarks/nulls.py [--runs N] [--only NAME] [--out FILE]
"""

import argparse
import json
import multiprocessing
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from planting import datasets, tables
from planting.nulls import PAIRS, Trial, trial
from planting.scoring import wilson


@dataclass(frozen=True)
class Result:
    """All trials of one data set and kind of null labels, by seed."""

    dataset: str
    kind: str
    trials: tuple[Trial, ...]
    seconds: tuple[float, ...]

    def share(self, *verdicts: str) -> tuple[int, int]:
        """Return how many runs gave any of these verdicts, and how many runs there were."""
        hits = sum(bool(trial.verdicts & set(verdicts)) for trial in self.trials)
        return hits, len(self.trials)


def main(words: list[str] | None = None) -> int:
    """Run the trials and print their table; return 1 if the data sets are not there."""
    asked = _arguments(words)
    if not datasets.available():
        print(f"The shared data sets are not there: {datasets.DATA}", file=sys.stderr)
        return 1
    pairs = [pair for pair in PAIRS if not asked.only or pair[0] in asked.only]
    results = run(pairs, asked.runs, asked.processes)
    rows = [_row(result) for result in results]
    head = ("null labels", "runs", "clear", "95 %", "suspected+", "95 %", "rank test", "s/run")
    print(tables.grid(head, rows))
    hits, total = (sum(values) for values in zip(*(r.share("clear") for r in results), strict=True))
    print(f"\nall: clear in {hits} of {total} runs ({hits / total:.1%}); the aim is at most 3 %")
    for result in results:
        for seed, one in enumerate(result.trials):
            if "clear" in one.verdicts:
                print(f"  {result.dataset} {result.kind} seed {seed}: {'; '.join(one.causes)}")
    if asked.out:
        asked.out.write_text(json.dumps([_record(r) for r in results], indent=1), "utf-8")
    return 0


def run(pairs: list[tuple[str, str]], runs: int, processes: int) -> list[Result]:
    """Run `runs` trials (seeds 0, 1, …) of each pair of data set and kind of null labels."""
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[variable] = "1"
    context = multiprocessing.get_context("spawn")
    done: dict[tuple[str, str, int], tuple[Trial, float]] = {}
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        futures = {pool.submit(_timed, *p, seed): (*p, seed) for p in pairs for seed in range(runs)}
        for future in as_completed(futures):
            done[futures[future]] = future.result()
            print(f"\r{len(done)}/{len(futures)} runs", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    results = []
    for dataset, kind in pairs:
        mine = [done[dataset, kind, seed] for seed in range(runs)]
        trials, seconds = zip(*mine, strict=True)
        results.append(Result(dataset, kind, trials, seconds))
    return results


def _timed(dataset: str, kind: str, seed: int) -> tuple[Trial, float]:
    start = time.perf_counter()
    one = trial(dataset, kind, seed)
    return one, time.perf_counter() - start


def _row(result: Result) -> tuple[str, ...]:
    cells = []
    for verdicts in (("clear",), ("clear", "suspected")):
        hits, total = result.share(*verdicts)
        low, high = wilson(hits, total)
        cells += [f"{hits / total:.1%}", f"{low:.1%}-{high:.1%}"]
    naive = sum(one.naive for one in result.trials) / len(result.trials)
    seconds = sum(result.seconds) / len(result.seconds)
    name = f"{result.dataset}, {result.kind}"
    return (name, str(len(result.trials)), *cells, f"{naive:.0%}", f"{seconds:.2f}")


def _record(result: Result) -> dict[str, object]:
    return {
        "dataset": result.dataset,
        "kind": result.kind,
        "trials": [
            {"verdicts": sorted(one.verdicts), "naive": one.naive, "causes": one.causes}
            for one in result.trials
        ],
        "seconds": result.seconds,
    }


def _arguments(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--runs", type=int, default=200, help="runs per data set and kind")
    parser.add_argument("--only", action="append", default=[], help="name of a data set")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--out", type=Path, help="file for the trials (JSON)")
    return parser.parse_args(words)


if __name__ == "__main__":
    raise SystemExit(main())
