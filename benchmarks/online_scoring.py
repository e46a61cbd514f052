"""Scoring while it happens: 200 machines x 50 tags x 1 Hz, on one core.

Machines of 50 tags that follow five causes; a watch of each is learned from 20 minutes (`seasons`:
one tag is learned from five weeks of minutes, and stands for all of all machines). Then live
messages come as on the bus (one for each machine and second), are read, handed to the watches, the
rows that are whole or over are scored, and the tags to blame are found, as in the monitor. At the
end, for a minute, one tag of each machine is shifted by three of its spreads. By the clock of the
plant, with readings that take 0.2 s to arrive, machines whose state is known, and the half second
of the monitor's own beat: `delay` is from the first shifted reading to the first score above the
limit, `of its reading` from the reading that brought the score there, where several are needed
(`score_delay.py` measures real processes). `share of a core` is processor time by the seconds of
the plant, `all in an anomaly` the same while all machines are unlike themselves at once.

    python benchmarks/online_scoring.py [--machines N] [--tags N] [--seconds N] [--method NAME]
"""

import argparse
import json
import os
import sys
import time
from dataclasses import replace

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy as np  # noqa: E402
from numpy.typing import NDArray  # noqa: E402

from deungdae.analysis.watching import Watch, learn  # noqa: E402
from deungdae.analysis.watching.seasons import Seasons  # noqa: E402
from deungdae.monitor.part import Point  # noqa: E402
from deungdae.monitor.watches.following import Followed  # noqa: E402
from deungdae.monitor.watches.wanted import Grid, Wanted  # noqa: E402
from deungdae.monitor.watches.watches import BLAME_SECONDS  # noqa: E402
from planting import tables  # noqa: E402
from watching.machines import machine_values  # noqa: E402

S = 1_000_000
START = 1_795_348_800 * S
GOOD = 1_200
FAULT_SECONDS = 60
CAUSES = 5
DAYS = 35
METHODS = ("relations", "neighbours", "seasons")
BEAT_US = S // 2
PHASES = 5  #: of the beats of different machines
ARRIVES_US = 200_000  #: after it was read


def main(words: list[str] | None = None) -> int:
    """Learn, stream, and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--machines", type=int, default=200)
    parser.add_argument("--tags", type=int, default=50)
    parser.add_argument("--seconds", type=int, default=180)
    parser.add_argument("--method", choices=METHODS, action="append")
    asked = parser.parse_args(words)
    rows = [measured(method, asked) for method in asked.method or METHODS]
    head = (
        *("method", "points/s", "share of a core", "all in an anomaly", "found"),
        *("delay, median", "delay, 95 %", "of its reading, most"),
    )
    print(tables.grid(head, rows))
    return 0


def measured(method: str, asked: argparse.Namespace) -> tuple[str, ...]:
    """Return one line of the table."""
    tags = tuple(f"tag{n}" for n in range(asked.tags))
    followed, messages = [], []
    found: list[int | None] = []  #: after how long the anomaly of each machine was found
    beyond: list[int] = []  #: how long after the reading that brought the score there
    season = daily(tags) if method == "seasons" else None
    for machine in range(asked.machines):
        values = machine_values(machine, GOOD + asked.seconds, asked.tags, CAUSES, 0.4)
        fault = machine % asked.tags
        if season is not None:
            values = usual_day(machine, GOOD + asked.seconds, asked.tags)
        values[-FAULT_SECONDS:, fault] += 3 * values[:GOOD, fault].std()
        if season is not None:
            watch, before = season
            grid = Grid(60 * S, 0)
        else:
            grid = Grid(S, 0)
            watch = learn(method, values[:GOOD], tags, 0, grid.per_day, 1 / 86_400)
            before = np.empty((0, len(tags)))
        wanted = Wanted("", None, tags, START, START + GOOD * S, (), 7.0, method, "UTC", 1)
        followed.append(Followed(watch, wanted, grid, 1.0, before, grid.row(START + GOOD * S)))
        followed[-1].state(True, START)
        messages.append([message(tags, row, GOOD + at) for at, row in enumerate(values[GOOD:])])
        found.append(None)
    fault_second = asked.seconds - FAULT_SECONDS
    began = START + (GOOD + fault_second) * S
    usual = anomalous = 0.0
    for second in range(asked.seconds + 3):
        now = START + (GOOD + second) * S + ARRIVES_US
        before_s = time.process_time()
        if second < asked.seconds:
            for one, told in zip(followed, messages, strict=True):
                for point in [Point(*each) for each in json.loads(told[second])["points"]]:
                    one.hear(point.tag, point.time_us, point.value, now)
        for step in range(2 * PHASES):
            beat = now + step * BEAT_US // PHASES
            for place_, one in enumerate(followed):
                if place_ % PHASES != step % PHASES:
                    continue
                for row in one.pass_on(beat):
                    late = row.end_us > began and found[place_] is None
                    if late and row.score is not None and row.score > 1:
                        found[place_] = beat - began
                        beyond.append(beat - (row.end_us - one.grid.every_us))
            if step % PHASES == 0:
                blame(followed)
        used = time.process_time() - before_s
        if second < fault_second:
            usual += used
        else:
            anomalous += used
    known = [delay / S for delay in found if delay is not None]
    return (
        method,
        f"{asked.machines * asked.tags:,}",
        f"{100 * usual / fault_second:.1f} %",
        f"{100 * anomalous / FAULT_SECONDS:.1f} %",
        f"{len(known)} of {asked.machines}",
        f"{np.median(known):.1f} s" if known else "–",
        f"{np.quantile(known, 0.95):.1f} s" if known else "–",
        f"{max(beyond) / S:.1f} s" if beyond else "–",
    )


def blame(followed: list[Followed]) -> None:
    """Find the tags to blame, as the monitor does: so much of a beat, those that wait first."""
    until = time.monotonic() + BLAME_SECONDS
    due = [(one.blame_due_us, place) for place, one in enumerate(followed)]
    for _, place in sorted((at, place) for at, place in due if at is not None):
        followed[place].blame()
        if time.monotonic() > until:
            break


def daily(tags: tuple[str, ...]) -> tuple[Watch, NDArray[np.float64]]:
    """Return a watch of tags that each have their day, and the two weeks before the live values."""
    grid = Grid(60 * S, 0)
    minutes = np.arange(-DAYS * grid.per_day, 0)
    chance = np.random.default_rng(1)
    values = np.sin(minutes / grid.per_day * 2 * np.pi) + chance.normal(0, 0.4, len(minutes))
    first = grid.row(START + GOOD * S) - len(minutes)
    watch = learn("seasons", values[:, None], tags[:1], grid.phase(first), grid.per_day, 1 / 10_080)
    assert isinstance(watch.model, Seasons)
    # To learn fifty takes many minutes, and says nothing of what scoring costs: all are as the one.
    (one,) = watch.model.tags
    own = tuple(one._replace(name=tag, column=column) for column, tag in enumerate(tags))
    before = np.repeat(values[-watch.lead :, None], len(tags), axis=1)
    return replace(watch, names=tags, model=replace(watch.model, tags=own)), before


def usual_day(seed: int, rows: int, tags: int) -> NDArray[np.float64]:
    """Return values, a row each second, of tags that are as on any day."""
    at = np.arange(rows) - GOOD
    usual = np.sin(at / 86_400 * 2 * np.pi)[:, None]
    return np.asarray(usual + np.random.default_rng(seed).normal(0, 0.4, (rows, tags)))


def message(tags: tuple[str, ...], row: NDArray[np.float64], at: int) -> str:
    """Return what the bus says of one second of a machine."""
    time_us = START + at * S
    points = [[tag, time_us, float(value), 192] for tag, value in zip(tags, row, strict=True)]
    return json.dumps({"points": points})


if __name__ == "__main__":
    sys.exit(main())
