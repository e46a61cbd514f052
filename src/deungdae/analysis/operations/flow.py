"""How orders flow: lead time, work, and the waiting before each piece of work."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deungdae.analysis.operations.events import Log

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Flow:
    """Hours: of each case its lead time and work; of each event the waiting before it.

    Waiting is the time from the latest end of the case's earlier work to this start, 0 where they
    overlap and for the first event of a case.
    """

    lead: Floats
    work: Floats
    waiting: Floats

    def document(self) -> dict[str, Any]:
        """Return the figures of lead times in days, and how much of them is work."""
        days = self.lead / 24
        return {
            "cases": int(self.lead.size),
            "lead_days": {
                "median": float(np.median(days)), "mean": float(days.mean()),
                "p90": float(np.quantile(days, 0.9)), "max": float(days.max()),
            },
            "work_hours": float(self.work.sum()),
            "waiting_hours": float(self.waiting.sum()),
            "work_share": float(self.work.sum() / self.lead.sum()) if self.lead.sum() > 0 else None,
        }  # fmt: skip


def flow(log: Log) -> Flow | None:
    """Return the flow of orders, None without a column of orders."""
    if log.case is None or not (log.case.codes >= 0).any():
        return None
    codes = log.case.codes
    waiting = np.zeros(log.events)
    lead, work = [], []
    order = np.argsort(codes, kind="stable")
    order = order[codes[order] >= 0]
    for rows in np.split(order, np.nonzero(np.diff(codes[order]))[0] + 1):
        done = log.start[rows[0]]
        busy = 0.0
        for row in rows:
            start, end = log.start[row], log.end[row]
            waiting[row] = max(0.0, start - done)
            busy += max(0.0, end - max(start, done))
            done = max(done, end)
        lead.append(float(done - log.start[rows[0]]))
        work.append(busy)
    return Flow(np.array(lead), np.array(work), waiting)


def together(start: Floats, end: Floats) -> float:
    """Return the hours in which at least one of the pieces of work, in order, was under way."""
    if start.size == 0:
        return 0.0
    free = np.maximum.accumulate(np.concatenate([[start[0]], end[:-1]]))
    return float(np.maximum(0.0, end - np.maximum(start, free)).sum())
