"""Five questions to a month of a fleet: ours beside InfluxDB 1.6 and VictoriaMetrics, same run.

Latest values and a raw hour, a day of ten tags by the minute, a month of one company by the day,
and the mean of each company. Medians of warm runs, over different companies and tags. Ours answers
in the process that asks, with Arrow; the peers over HTTP on loopback, with JSON, which is read too.
The aims are 20 ms for the first four and 300 ms for the fleet, on 50 million points and two cores.

    python benchmarks/telemetry_queries.py [--points N] [--runs N] [--without-peers]
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from planting import tables
from telemetry.plant import DAY, HOUR, TAGS, Fleet, of_size
from telemetry.stores import INFLUXD, VICTORIA, Answer, Ours, Store, influx, victoria

AIMS = [20.0, 20.0, 20.0, 20.0, 300.0]  # milliseconds


def main(words: list[str] | None = None) -> int:
    """Load each store, ask, print a table; return 1 when two stores answer differently."""
    asked = _arguments(words)
    fleet = of_size(asked.points)
    rows: list[tuple[str, ...]] = []
    answers: list[list[Answer]] = []
    with tempfile.TemporaryDirectory(prefix="deungdae-telemetry-") as name:
        folder = Path(name)
        for kind in ["ours"] if asked.without_peers else ["ours", "influx", "victoria"]:
            with ExitStack() as stack:
                store: Store
                if kind == "ours":
                    store = Ours(folder / "ours")
                elif kind == "influx" and INFLUXD.exists():
                    store = stack.enter_context(influx(folder / "influx"))
                elif kind == "victoria" and VICTORIA.exists():
                    store = stack.enter_context(victoria(folder / "victoria", fleet))
                else:
                    print(f"{kind}: missing (its Debian package is not installed)")
                    continue
                began = time.perf_counter()
                store.load(fleet)
                seconds = time.perf_counter() - began
                print(f"{store.name}: loaded in {seconds:.0f} s", file=sys.stderr)
                medians, found = _timed(store, fleet, asked.runs)
                answers.append(found)
                rows.append(
                    (
                        store.name,
                        f"{fleet.points / seconds / 1e6:.2f} M",
                        f"{store.size() / fleet.points:.2f}",
                        *(f"{median:.1f}" for median in medians),
                    )
                )
    rows.append(("aim", "", "", *(f"{aim:.0f}" for aim in AIMS)))
    print(f"{fleet.points:,} points: {fleet.companies} companies of 12 tags, 30 days, each 30 s\n")
    head = ("store", "loaded/s", "bytes/point", "latest", "1 h raw", "24 h", "30 days", "fleet")
    print(tables.grid(head, rows))
    print("\nMilliseconds, medians. Loading includes making the points, and sorting for ours.")
    return int(not _agree(answers))


def _timed(store: Store, fleet: Fleet, runs: int) -> tuple[list[float], list[Answer]]:
    end = fleet.end
    questions: list[Callable[[int], Answer]] = [
        lambda n: store.latest(fleet.names[n % fleet.companies]),
        lambda n: store.raw(
            fleet.names[n % fleet.companies], TAGS[n % 12], end - (n % 28) * DAY - 5 * HOUR
        ),
        lambda n: store.day(fleet.names[n % fleet.companies], TAGS[:10], end - (n % 28) * DAY),
        lambda n: store.month(fleet.names[n % fleet.companies], end),
        lambda _: store.fleet(fleet),
    ]
    medians, answers = [], []
    for question in questions:
        question(0)
        times = []
        for run in range(runs):
            began = time.perf_counter()
            answer = question(run)
            times.append((time.perf_counter() - began) * 1e3)
        medians.append(statistics.median(times))
        answers.append(answer)
    return medians, answers


def _agree(answers: list[list[Answer]]) -> bool:
    right = True
    for place in range(len(AIMS)):
        ours = answers[0][place]
        for other in (found[place] for found in answers[1:]):
            # A peer's window may include its other end: a few points more or less.
            near = abs(other[0] - ours[0]) <= 0.02 * ours[0] + 1
            if not near or abs(other[1] - ours[1]) > 0.02 * abs(ours[1]) + 0.1:
                print(f"question {place + 1}: {ours} and {other} differ")
                right = False
    return right


def _arguments(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=10_000_000)
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--without-peers", action="store_true")
    return parser.parse_args(words)


if __name__ == "__main__":
    sys.exit(main())
