"""Planted causes: does `causes` find them, and does it claim what is not there?

Labels are planted by known rules in real columns (SECOM, KAMP, Tennessee Eastman, a garment
factory), and every method judges the same tables with the same labels. Columns whose |Spearman| is
above 0.9 count as the same, for all methods alike.

    recall@k   share of the planted columns among the first k of the ranking
    false      mean share of claimed columns that say the same as no planted one (0 without claims)
    strange    the same, for columns with |Spearman| at most 0.5 to every planted one
    claims     mean number of claimed columns; claimed: share of the planted columns claimed
    null any   share of the tables without any rule for which the method claims something

    python benchmarks/causes.py [--cases N] [--nulls N] [--quick] [--only NAME] [--out DIR]
"""

import argparse
import csv
import json
import multiprocessing
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from planting import datasets, ours, tables
from planting.cases import Case, plan
from planting.contest import OURS, OURS_SAID, Entry, Outcome, play
from planting.peers import PEERS


def main(words: list[str] | None = None) -> int:
    """Run the contest and print its tables; return 1 if the data sets are not there."""
    asked = _arguments(words)
    if not datasets.available():
        print(f"The shared data sets are not there: {datasets.DATA}", file=sys.stderr)
        return 1
    methods = _methods(asked.only)
    cases = plan(asked.cases, asked.nulls, asked.seed)
    if asked.quick:
        cases = cases[:: max(1, len(cases) // 9)]
    start = time.perf_counter()
    outcomes = contest(cases, methods, asked.processes)
    lines = (OURS, OURS_SAID, *methods[1:]) if OURS in methods else methods
    _print(outcomes, lines)
    print(f"\n{len(outcomes)} cases in {time.perf_counter() - start:.0f} s")
    if asked.out:
        _write(asked.out, outcomes)
    return 0


def contest(cases: list[Case], methods: tuple[str, ...], processes: int) -> list[Outcome]:
    """Play all cases and return them in the order of the plan."""
    # One thread for each process, whatever the libraries would like: the seconds are fair then.
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[variable] = "1"
    context = multiprocessing.get_context("spawn")
    outcomes: list[Outcome] = []
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        futures = [pool.submit(play, i, case, methods) for i, case in enumerate(cases)]
        for future in as_completed(futures):
            outcomes.append(future.result())
            print(f"\r{len(outcomes)}/{len(cases)} cases", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return sorted(outcomes, key=lambda outcome: outcome.number)


def _print(outcomes: list[Outcome], lines: tuple[str, ...]) -> None:
    print("Settings")
    for peer in PEERS:
        if not peer.installed:
            print(f"  {peer.name}: missing (the package {peer.package} is not installed)")
        elif peer.name in lines:
            print(f"  {peer.name}: {peer.settings}")
    if OURS in lines:
        print(f"  Deungdae causes: {ours.SETTINGS}")
    for dataset in dict.fromkeys(outcome.case.dataset for outcome in outcomes):
        part = [outcome for outcome in outcomes if outcome.case.dataset == dataset]
        planted = sum(bool(outcome.rules) for outcome in part)
        print(f"\n{dataset}: {planted} planted, {len(part) - planted} without a rule")
        print(tables.overall(part, lines))
    print(f"\nall: {len(outcomes)} cases")
    print(tables.overall(outcomes, lines))
    for k in (3, 5):
        print("\n" + tables.by_kind(outcomes, lines, k))
    print("\n" + tables.by_strength(outcomes, lines, 3))
    for sentence in tables.failures(outcomes):
        print(sentence)


def _write(folder: Path, outcomes: list[Outcome]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    records = [outcome.record() for outcome in outcomes]
    text = json.dumps(records, ensure_ascii=False, indent=1)
    (folder / "causes.json").write_text(text, "utf-8")
    with (folder / "causes.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(_HEAD)
        for outcome in outcomes:
            writer.writerows(_line(outcome, entry) for entry in outcome.entries)
    print(f"Written: {folder / 'causes.json'}, {folder / 'causes.csv'}")


_HEAD = (
    *("case", "dataset", "kinds", "rules", "base", "strength", "bursts", "rows", "bad"),
    *("method", "recall_at_3", "recall_at_5", "claims", "false", "seconds", "failure"),
)


def _line(outcome: Outcome, entry: Entry) -> tuple[object, ...]:
    case, score = outcome.case, entry.score
    told = " | ".join(text for *_, text in outcome.rules)
    about = (outcome.number, case.dataset, "+".join(case.kinds), told, case.base, case.strength)
    if score is None:
        scored: tuple[object, ...] = ("", "", "", "")
    else:
        names = " ".join(score.claims), " ".join(score.false)
        scored = (score.recall(3), score.recall(5), *names)
    size = (case.bursts, outcome.rows, outcome.bad)
    return (*about, *size, entry.method, *scored, round(entry.seconds, 3), entry.failure or "")


def _methods(only: list[str]) -> tuple[str, ...]:
    names = [OURS, *(peer.name for peer in PEERS if peer.installed)]
    if not only:
        return tuple(names)
    chosen = tuple(n for n in names if any(word.lower() in n.lower() for word in only))
    if not chosen:
        raise SystemExit(f"No method is called so; there are: {', '.join(names)}")
    return chosen


def _arguments(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--cases", type=int, default=60, help="planted cases")
    parser.add_argument("--nulls", type=int, default=12, help="cases without a rule")
    parser.add_argument("--quick", action="store_true", help="about nine of the cases")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", action="append", default=[], help="part of a method's name")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--out", type=Path, help="folder for causes.json and causes.csv")
    return parser.parse_args(words)


if __name__ == "__main__":
    raise SystemExit(main())
