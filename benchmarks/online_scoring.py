"""Scoring while it happens: 200 machines x 50 tags x 1 Hz, on one core.

Machines of 50 tags that follow five causes; a watch of each is learned from 20 minutes. Then live
messages come as on the bus (one for each machine and second), are read, handed to the watches, and
the rows that are over are scored, as in the monitor. In the last minute one tag of each machine is
shifted by three of its spreads: the delay is from its first reading to the first score above the
limit, by the clock of the plant, with the half second of the monitor's own beat.

    python benchmarks/online_scoring.py [--machines N] [--tags N] [--seconds N]
"""

import argparse
import json
import os
import sys
import time

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy as np  # noqa: E402
from numpy.typing import NDArray  # noqa: E402

from deungdae.analysis.watching import learn  # noqa: E402
from deungdae.monitor.part import Point  # noqa: E402
from deungdae.monitor.watches.following import Followed  # noqa: E402
from deungdae.monitor.watches.wanted import Grid, Wanted  # noqa: E402
from planting import tables  # noqa: E402

S = 1_000_000
START = 1_795_348_800 * S
GOOD = 1_200
FAULT_SECONDS = 60
CAUSES = 5
BEAT_US = S // 2
ARRIVES_US = 200_000  #: after it was read


def main(words: list[str] | None = None) -> int:
    """Learn, stream, and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--machines", type=int, default=200)
    parser.add_argument("--tags", type=int, default=50)
    parser.add_argument("--seconds", type=int, default=180)
    asked = parser.parse_args(words)
    rows = [measured(method, asked) for method in ("relations", "neighbours")]
    head = ("method", "points/s", "share of a core", "found", "delay, median", "delay, 95 %")
    print(tables.grid(head, rows))
    return 0


def measured(method: str, asked: argparse.Namespace) -> tuple[str, ...]:
    """Return one line of the table."""
    tags = tuple(f"tag{n}" for n in range(asked.tags))
    grid = Grid(S, 0)
    followed, messages = [], []
    found: list[int | None] = []  #: second at which the anomaly of each machine was found
    for machine in range(asked.machines):
        values = machine_values(machine, GOOD + asked.seconds, asked.tags)
        fault = machine % asked.tags
        values[-FAULT_SECONDS:, fault] += 3 * values[:GOOD, fault].std()
        watch = learn(method, values[:GOOD], tags, 0, grid.per_day, 1 / 86_400)
        wanted = Wanted("", None, tags, START, START + GOOD * S, (), 7.0, method, "UTC", 1)
        empty = np.empty((0, len(tags)))
        followed.append(Followed(watch, wanted, grid, 1.0, empty, grid.row(START) + GOOD))
        messages.append([message(tags, row, GOOD + at) for at, row in enumerate(values[GOOD:])])
        found.append(None)
    began = START + (GOOD + asked.seconds - FAULT_SECONDS) * S
    used = 0.0
    for second in range(asked.seconds + 3):
        now = START + (GOOD + second) * S + ARRIVES_US
        before = time.process_time()
        if second < asked.seconds:
            for one, told in zip(followed, messages, strict=True):
                for point in (Point(*each) for each in json.loads(told[second])["points"]):
                    one.hear(point.tag, point.time_us, point.value, now)
        for beat in (now, now + BEAT_US):
            for place_, one in enumerate(followed):
                for row in one.pass_on(beat):
                    late = row.end_us > began and found[place_] is None
                    if late and row.score is not None and row.score > 1:
                        found[place_] = beat + BEAT_US - began
        used += time.process_time() - before
    known = [delay / S for delay in found if delay is not None]
    return (
        method,
        f"{asked.machines * asked.tags:,}",
        f"{100 * used / asked.seconds:.0f} %",
        f"{len(known)} of {asked.machines}",
        f"{np.median(known):.1f} s" if known else "–",
        f"{np.quantile(known, 0.95):.1f} s" if known else "–",
    )


def machine_values(seed: int, rows: int, tags: int) -> NDArray[np.float64]:
    """Return tags that follow a few causes, with noise."""
    chance = np.random.default_rng(seed)
    causes = np.zeros((rows, CAUSES))
    for at in range(1, rows):
        causes[at] = 0.95 * causes[at - 1] + chance.normal(0, 0.3, CAUSES)
    mixture = chance.normal(0, 1, (CAUSES, tags))
    return np.asarray(causes @ mixture + chance.normal(0, 0.4, (rows, tags)))


def message(tags: tuple[str, ...], row: NDArray[np.float64], at: int) -> str:
    """Return what the bus says of one second of a machine."""
    time_us = START + at * S
    points = [[tag, time_us, float(value), 192] for tag, value in zip(tags, row, strict=True)]
    return json.dumps({"points": points})


if __name__ == "__main__":
    sys.exit(main())
