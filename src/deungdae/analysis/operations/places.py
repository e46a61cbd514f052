"""Where the work is done: each activity and each resource, and the one that holds up the others."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from deungdae.analysis.causes.frame import Texts
from deungdae.analysis.operations.events import Log
from deungdae.analysis.operations.flow import Flow, together

Floats = NDArray[np.float64]

#: The second longest queue must be shorter than this share of the longest to name one surely.
CLEAR: Final = 0.8
#: Fewer visits than this do not make a bottleneck.
VISITS: Final = 10
#: A resource that is busy for this share of the time is full.
FULL: Final = 0.85


def places(log: Log, kind: Texts | None, flow: Flow | None) -> list[dict[str, Any]]:
    """Return the figures of each activity or resource, the most work first.

    "busy_hours": at least one piece of work under way; "work_hours": the sum of their lengths;
    "use": busy hours over the hours in which anything was under way on the floor; "waiting_hours":
    the time for which orders waited before work here.
    """
    if kind is None:
        return []
    open_hours = together(log.start, log.end)
    found = []
    for code, name in enumerate(kind.levels):
        rows = np.nonzero(kind.codes == code)[0]
        if rows.size == 0:
            continue
        busy = together(log.start[rows], log.end[rows])
        waiting = 0.0 if flow is None else float(flow.waiting[rows].sum())
        rejected = None if log.rejected is None else float(log.rejected[rows].sum())
        good = None if log.good is None else float(log.good[rows].sum())
        found.append(
            {
                "name": name,
                "events": int(rows.size),
                "work_hours": float((log.end[rows] - log.start[rows]).sum()),
                "busy_hours": busy,
                "use": busy / open_hours if log.timed and open_hours > 0 else None,
                "waiting_hours": waiting if flow is not None else None,
                "good": good,
                "rejected": rejected,
                "rework": None if log.rework is None else int(log.rework[rows].sum()),
            }
        )
    return sorted(found, key=lambda one: (-float(one["work_hours"]), str(one["name"])))


def states(log: Log) -> list[dict[str, Any]]:
    """Return working and idle hours of each resource between its first and last work."""
    if log.resource is None or not log.timed:
        return []
    found = []
    for code, name in enumerate(log.resource.levels):
        rows = np.nonzero(log.resource.codes == code)[0]
        if rows.size == 0:
            continue
        first, last = float(log.start[rows].min()), float(log.end[rows].max())
        busy = together(log.start[rows], log.end[rows])
        work = float((log.end[rows] - log.start[rows]).sum())
        found.append(
            {
                "name": name, "working_hours": busy, "idle_hours": last - first - busy,
                "overlap_hours": work - busy,
            }
        )  # fmt: skip
    return sorted(found, key=lambda one: (-float(one["working_hours"]), str(one["name"])))


def bottleneck(
    activities: list[dict[str, Any]], resources: list[dict[str, Any]]
) -> dict[str, Any] | None:
    """Name the activity before which orders wait longest in all, and say why.

    None without orders or activities, or where nothing waits. "sure" says that no other activity
    has nearly as long a queue; "busiest" is the resource that is busy longest.
    """
    known = [a for a in activities if a["waiting_hours"] is not None and a["events"] >= VISITS]
    total = sum(float(a["waiting_hours"]) for a in activities if a["waiting_hours"] is not None)
    ranked = sorted(known, key=lambda a: -float(a["waiting_hours"]))
    if not ranked or total <= 0 or ranked[0]["waiting_hours"] <= 0:
        return None
    first = ranked[0]
    second = ranked[1] if len(ranked) > 1 else None
    visits = sum(a["events"] for a in known)
    busy = max(resources, key=lambda r: float(r["busy_hours"]), default=None)
    work = sum(float(a["work_hours"]) for a in activities)
    return {
        "activity": first["name"],
        "waiting_hours": first["waiting_hours"],
        "waiting_share": first["waiting_hours"] / total,
        "waiting_each": first["waiting_hours"] / first["events"],
        "waiting_usual": sum(float(a["waiting_hours"]) for a in known) / visits,
        "work_share": first["work_hours"] / work if work > 0 else None,
        "sure": second is None or second["waiting_hours"] < CLEAR * first["waiting_hours"],
        "second": None if second is None else second["name"],
        "busiest": None if busy is None else busy["name"],
        "busiest_use": None if busy is None else busy["use"],
        "busiest_full": bool(busy is not None and (busy["use"] or 0) >= FULL),
    }
