"""Good periods are learned one after another, each by a run in a process with a bounded memory."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deungdae import runs
from deungdae.analysis.anomaly.reference import FEWEST_ROWS
from deungdae.analysis.watching import NotKept, Watch, by_chance, from_arrays
from deungdae.bus import Refusal
from deungdae.monitor.context import Context
from deungdae.monitor.watches import drift, rows
from deungdae.monitor.watches.following import by_minute, judged
from deungdae.monitor.watches.store import Anomaly, Learned, Minute
from deungdae.monitor.watches.wanted import MOST_ROWS, WEEK_US, Grid, Wanted
from deungdae.records.errors import PublicError, UnusableOption
from deungdae.records.messages import Message

TIMEOUT = 1_800.0
STATE_TRIES = 20  #: a minute, in which the states of the past are worked out
KEPT = "watch.npz"

_pool = ThreadPoolExecutor(1, thread_name_prefix="learning")


class Lesson:
    """What was learned, and what it says of the good period and of the time since."""

    def __init__(self, learned: Learned, minutes: list[Minute], anomalies: list[Anomaly]) -> None:
        self.learned = learned
        self.minutes = minutes
        self.anomalies = anomalies


def place(home: Path, organisation: str, watch: str) -> Path:
    """Return the folder of a watch."""
    # Both are ids of ours; a text that is none must not lead out of the folder.
    for name in (organisation, watch):
        if not name or not name.replace("-", "").replace("_", "").isalnum():
            raise ValueError(f"{name!r} is no id")
    return home / "watches" / organisation / watch


def kept(home: Path, organisation: str, watch: str, revision: int) -> Watch | None:
    """Return a learned watch; None when it is not there, or of another version of ours."""
    file = place(home, organisation, watch) / f"{revision}.npz"
    try:
        with np.load(file, allow_pickle=False) as arrays:
            return from_arrays({name: arrays[name] for name in arrays.files})
    except (OSError, ValueError, NotKept):
        return None


async def learn(context: Context, organisation: str, watch: str, wanted: Wanted) -> Lesson:
    """Learn a good period; raises PublicError, and `Unavailable` while history is away."""
    now = context.now_us()
    pace = await rows.pace_us(context, organisation, wanted.tags, wanted.start_us, wanted.end_us)
    grid = Grid.of(wanted, pace)
    first, good = grid.row(wanted.start_us), grid.row(wanted.end_us)
    last = min(max(grid.row(now), good), good + MOST_ROWS)
    values = await rows.rows(context, organisation, wanted.tags, grid, first, last)
    try:
        spans = await rows.running(
            context,
            organisation,
            wanted.asset,
            wanted.start_us,
            last * grid.every_us,
            tries=STATE_TRIES,
        )
    except Refusal as error:
        raise rows.NotSaid(
            "When the machine ran could not be found out, and without that the good period is not "
            "learned. It is tried again in an hour; the server's log says what was wrong."
        ) from error
    rows.keep_running(values, spans, grid, first)
    ran = float(np.mean(np.isfinite(values[: good - first]).any(axis=1)))
    rows.leave_out(values, wanted.exclude, grid, first)
    known = int(np.isfinite(values[: good - first]).any(axis=1).sum())
    if known < FEWEST_ROWS:
        raise UnusableOption(
            "The machine ran with known values for {minutes} minutes of the good period; that is "
            "too little to learn from. Choose a longer one.",
            minutes=round(known * grid.every_us / 60e6),
        )
    folder = place(context.home, organisation, watch)
    loop = context.loop
    return await loop.run_in_executor(
        _pool, _learned, context, folder, wanted, grid, values, first, good - first, spans, ran
    )


def _learned(
    context: Context,
    folder: Path,
    wanted: Wanted,
    grid: Grid,
    values: NDArray[np.float64],
    first: int,
    good: int,
    spans: rows.Spans | None,
    ran: float,
) -> Lesson:
    work = folder / f"{wanted.revision}.work"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    try:
        np.savez(work / "rows.npz", values=values)
        params = {
            "folder": str(work),
            "tags": list(wanted.tags),
            "good": good,
            "phase": grid.phase(first),
            "per_day": grid.per_day,
            "budget": grid.budget(wanted.per_week),
            "method": wanted.method,
        }
        result = runs.run(
            context.settings.home,
            "watch-learn",
            1,
            params,
            memory_bytes=context.settings.run_memory_bytes,
            timeout=TIMEOUT,
        )
        document = result.result
        shutil.rmtree(result.folder, ignore_errors=True)
        with np.load(work / "watch.npz", allow_pickle=False) as arrays:
            watch = from_arrays({name: arrays[name] for name in arrays.files})
        with np.load(work / "scores.npz", allow_pickle=False) as read:
            score, beyond = read["score"], read["place"]
        silent = np.asarray(~np.isfinite(values).any(axis=1))
        score[silent] = beyond[silent] = np.nan
        minutes = by_minute(score, beyond, grid, first)
        good_minutes = [one for one in minutes if one.minute < wanted.end_us]
        part_us = drift.length(wanted.end_us - wanted.start_us)
        document |= {
            "every_us": grid.every_us,
            "offset_us": grid.offset_us,
            "rows": int(good),
            "running": ran,
            "known": float(np.mean(~silent[:good])),  # without what a person excluded
            "masked": spans is not None,
            "start": wanted.start_us,
            "end": wanted.end_us,
            "per_week": wanted.per_week,
            "part_us": part_us,
            "good_parts": [one.score for one in drift.parts(good_minutes, part_us)],
            "moved": [
                [tag, (first + row) * grid.every_us, size] for tag, row, size in document["moved"]
            ],
        }
        lead = min(good, watch.lead)
        _, anomalies = judged(
            watch,
            grid,
            document["place_limit"] or float("inf"),
            values[good - lead :],
            first + good - lead,
            lead,
        )
        (work / "watch.npz").replace(folder / f"{wanted.revision}.npz")
        for old in folder.glob("*.npz"):
            if old.stem != str(wanted.revision):
                old.unlink(missing_ok=True)
        learned = Learned(wanted.revision, "learned", context.now_us(), document)
        return Lesson(learned, minutes, anomalies)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def failed(wanted: Wanted, at: int, error: PublicError, again_us: int | None = None) -> Learned:
    """Return the note that a period could not be learned, with the reason.

    `again_us` is from when on the same period may be tried again by itself; None: never.
    """
    document = {"problem": said(error.message), "again_us": again_us}
    return Learned(wanted.revision, "failed", at, document)


def told(known: Learned) -> dict[str, Any]:
    """Return what was learned, as it is answered.

    Each method is told with the false alarms that were `wanted` in the time in which it was tried,
    and `most` that may have come by chance.
    """
    document = known.document
    per_step = document["per_week"] * document["every_us"] / WEEK_US
    trials = [
        one | {"wanted": per_step * one["steps"], "most": by_chance(one["allowed"])}
        for one in document["trials"]
    ]
    return document | {"trials": trials, "at": known.at, "revision": known.revision}


def due_again(known: Learned, now_us: int) -> bool:
    """Return whether what failed may be tried again by itself."""
    again_us = known.document.get("again_us")
    return again_us is not None and again_us <= now_us


def said(one: Message) -> dict[str, Any]:
    """Return a sentence as plain data."""
    return {"template": one.template, "values": dict(one.values)}
