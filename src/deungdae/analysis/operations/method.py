"""The method `operations`: from an event log to flow, waiting, use, scrap and the bottleneck."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from deungdae.analysis.causes.document import input_document
from deungdae.analysis.causes.frame import to_frame
from deungdae.analysis.causes.options import Source
from deungdae.analysis.operations.events import Log, read
from deungdae.analysis.operations.flow import flow, together
from deungdae.analysis.operations.options import Options
from deungdae.analysis.operations.places import bottleneck, places, states

METHOD, VERSION = "operations", 1

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Findings:
    """The result: `document` is plain JSON, `figures` the numbers behind its pictures."""

    document: dict[str, Any]
    figures: dict[str, Any]


def study(
    table: Any,
    options: Options | None = None,
    source: Source | None = None,
    progress: Progress | None = None,
) -> Findings:
    """Study an event log with one row for each piece of work.

    What the log does not hold is None in the document: "flow" without orders, "scrap" without
    numbers, "use" without both times. Times of work that overlap are counted once in busy hours.
    Raises UnusableOption and UnusableFile as `events.read` does.
    """
    options, source = options or Options(), source or Source()
    tell = progress or (lambda _step, _share: None)
    tell("understanding", 0.0)
    frame = to_frame(table, options.time_zone)
    log = read(frame, options)
    tell("following", 0.3)
    moved = flow(log)
    activities = places(log, log.activity, moved)
    resources = places(log, log.resource, moved)
    main = log.columns["end"] or log.columns["start"] or ""
    document = {
        "method": METHOD,
        "version": VERSION,
        "seed": options.seed,
        "input": input_document(
            source, frame.rows, log.events, [a for a in log.set_aside if a.rows], [],
            {**source.guessed, **_named(log.guessed)}, main, (),
        ),
        "columns": log.columns,
        "events": log.events,
        "days": float((log.end.max() - log.start.min()) / 24),
        "open_hours": together(log.start, log.end) if log.timed else None,
        "flow": None if moved is None else moved.document(),
        "scrap": _scrap(log),
        "rework": None if log.rework is None else int(log.rework.sum()),
        "activities": activities,
        "resources": resources,
        "states": states(log),
        "bottleneck": bottleneck(activities, resources) if log.timed else None,
        "warnings": _warnings(log),
    }  # fmt: skip
    tell("done", 1.0)
    leads = [] if moved is None else (moved.lead / 24).tolist()
    return Findings(document, {"lead_days": leads})


def _named(guessed: dict[str, Any]) -> dict[str, Any]:
    """Return guesses by names that no other method uses for something else."""
    return {"good_count" if name == "good" else name: value for name, value in guessed.items()}


def _scrap(log: Log) -> dict[str, Any] | None:
    if log.rejected is None:
        return None
    rejected = float(log.rejected.sum())
    good = None if log.good is None else float(log.good.sum())
    whole = None if good is None else good + rejected
    return {
        "good": good,
        "rejected": rejected,
        "events": int((log.rejected > 0).sum()),
        "share": rejected / whole if whole else None,
    }


def _warnings(log: Log) -> list[str]:
    found = []
    if not log.timed:
        found.append("one_time")
    if log.case is None:
        found.append("no_case")
    if log.activity is None:
        found.append("no_activity")
    if log.resource is None:
        found.append("no_resource")
    if log.timed and log.resource is not None and _overlaps(log):
        found.append("overlap")
    if log.timed and bool(((log.end - log.start) > 24).any()):
        found.append("long_work")
    return found


def _overlaps(log: Log) -> bool:
    """Tell whether a resource does a tenth of its work at the same time as other work."""
    assert log.resource is not None
    busy = 0.0
    for code in np.unique(log.resource.codes):
        rows = np.nonzero(log.resource.codes == code)[0]
        busy += together(log.start[rows], log.end[rows])
    work = float((log.end - log.start).sum())
    return busy < 0.9 * work
