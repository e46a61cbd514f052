"""Who answers as the monitor in tests of the floor's pages: documents written by hand, a real bus.

with BusInAThread(settings) as bus:
    monitor = FloorMonitor(bus)
    monitor.now[key] = now_document(key, state="stopped", since=minutes(14))
    monitor.tell(organisation, key)       # as the monitor tells what changed
"""

import json
import time
from collections.abc import Iterator
from typing import Any

from bus_in_a_thread import BusInAThread

from deungdae.bus import Asked, floor_subject

MINUTE = 60_000_000
HOUR = 60 * MINUTE


def now_us() -> int:
    """Microseconds since 1970 UTC."""
    return time.time_ns() // 1000


def shift_now(passed_hours: float = 4.0) -> dict[str, Any]:
    """The shift that began so many hours ago and lasts eight."""
    start = now_us() - int(passed_hours * HOUR)
    return {
        "name": "주간",
        "day": time.strftime("%Y-%m-%d", time.localtime(start / 1e6)),
        "crew": "A",
        "start": start,
        "end": start + 8 * HOUR,
        "planned_s": 7 * 3600,
        "passed_s": passed_hours * 3600,
    }


#: Four hours of planned time: 3 h productive, 48 min of breakdowns, 12 min of slow cycles.
WATERFALL = {
    "planned": 14400.0,
    "losses": {
        "unknown": 0.0, "down": 2880.0, "setup": 0.0, "starved": 0.0, "blocked": 0.0,
        "stopped": 0.0, "micro_stops": 0.0, "slow": 720.0, "scrap": 0.0, "rework": 0.0,
    },
    "productive": 10800.0,
}  # fmt: skip
FIGURES = {
    "availability": 0.8, "effectiveness": 0.9375, "quality": 1.0, "oee": 0.75, "nee": 0.75,
    "teep": 0.5, "known": 1.0, "low": 0.75, "high": 0.75,
}  # fmt: skip


def now_document(asset: str, *, ago: int = 14 * MINUTE, **changes: Any) -> dict[str, Any]:
    """How an asset stands; it has stood so for `ago` microseconds."""
    return {
        "asset": asset,
        "state": "running",
        "since": now_us() - ago,
        "as_of": now_us(),
        "reason": "",
        "proposed": None,
        "stale": False,
        "shift": shift_now(),
        "counts": {"produced": 840, "scrapped": 12, "reworked": 0},
        "plan": 1200,
        "plan_now": 900,
        "forecast": 1120,
        "figures": FIGURES,
        "waterfall": WATERFALL,
        "ideal_seconds": 24.0,
        "ideal_confirmed": True,
        "cycle": {"last": 24.6, "typical": 24.4},
        "waiting_stops": 0,
        "longest_waiting": None,
        "product": "",
        "lot": "",
        "lost_cost": 36000.0,
        "bottleneck": None,
        **changes,
    }


def shift_document(asset: str, start: int, *, oee: float | None = 0.75) -> dict[str, Any]:
    """A shift of eight hours that is over."""
    return {
        "asset": asset,
        "day": time.strftime("%Y-%m-%d", time.localtime(start / 1e6)),
        "name": "주간",
        "crew": "A",
        "start": start,
        "end": start + 8 * HOUR,
        "final": True,
        "counts": {"produced": 1000, "scrapped": 10, "reworked": 0},
        "plan": 1200,
        "figures": FIGURES | {"oee": oee, "low": oee, "high": oee},
        "waterfall": WATERFALL,
        "pareto": [],
        "stops": 3,
        "longest": None,
        "faults": 1,
        "mtbf": 11520.0,
        "mttr": 2880.0,
        "lost_cost": 36000.0,
        "energy_kwh": None,
    }


def past_document(start: int, end: int, **changes: Any) -> dict[str, Any]:
    """A span: running, 48 min of breakdown, ten minutes of which nothing is known, running."""
    broken, silent = start + HOUR, start + HOUR + 48 * MINUTE
    pieces = [(at, min(at + 10 * MINUTE, end)) for at in range(start, end, 10 * MINUTE)]
    return {
        "spans": [
            [start, broken, "running", "", None],
            [broken, silent, "down", "mould", None],
            [silent, silent + 10 * MINUTE, "unknown", "", None],
            [silent + 10 * MINUTE, end, "running", "", None],
        ],
        "made": [[a, b, 0 if broken <= a < silent else 22, 0] for a, b in pieces],
        "shifts": [],
        "figures": FIGURES,
        "waterfall": WATERFALL,
        "pareto": [["mould", 2880.0, 1, 0.8, 0.8], ["stopped", 720.0, 4, 0.2, 1.0]],
        "reliability": {"faults": 1, "between_seconds": 11520.0, "restore_seconds": 2880.0},
        "cycles": {
            "typical": 24.4,
            "demonstrated": 23.8,
            "trend": [[a, 24.0 + n % 5 / 4] for n, (a, _b) in enumerate(pieces)],
        },
        "energy": None,
        **changes,
    }


class FloorMonitor:
    """Answers the questions of the pages by what a test put into it."""

    def __init__(self, bus: BusInAThread) -> None:
        self.bus = bus
        self.now: dict[str, dict[str, Any]] = {}
        self.shifts: dict[str, list[dict[str, Any]]] = {}
        self.stops: list[list[Any]] = []
        self.members: dict[str, list[str]] = {}
        self.past: dict[str, Any] = {}  #: what spans say otherwise than `past_document`
        self.said: list[tuple[str, dict[str, Any]]] = []
        bus.answer("monitor", self._answer)

    def forget(self) -> None:
        """Know nothing, as at the beginning."""
        for kept in (self.now, self.shifts, self.stops, self.members, self.past, self.said):
            kept.clear()

    def tell(self, organisation: str, *assets: str) -> None:
        """Tell live how assets stand now."""
        message = {"floor": [self.now[one] for one in assets]}
        self.bus.tell(floor_subject(organisation), json.dumps(message).encode())

    def _answer(self, asked: Asked) -> Iterator[bytes]:
        yield json.dumps(self._told(asked)).encode()

    def _told(self, asked: Asked) -> Any:
        given = asked.parameters
        if asked.ask == "now":
            return {"assets": self.now, "unread": []}
        if asked.ask == "shifts":
            return {"shifts": self.shifts.get(given["asset"], [])}
        if asked.ask == "stops":
            found = [
                row for row in self.stops
                if row[0] in given["assets"] and (not row[4] or not given["waiting"])
                and row[1] < given["end"] and (row[2] or now_us()) > given["start"]
            ]  # fmt: skip
            return {"stops": found}
        if asked.ask in ("asset", "line"):
            whole = past_document(given["start"], given["end"], **self.past)
            if asked.ask == "line":
                keys = self.members.get(given["line"], [])
                one = past_document(given["start"], given["end"], **self.past)
                whole["members"] = dict.fromkeys(keys, one)
                whole["bottleneck"] = keys and {
                    "asset": keys[0], "share": 0.6, "sole": 0.5, "shifting": 0.1,
                    "others": [[keys[0], 0.5, 0.1], *([key, 0.2, 0.1] for key in keys[1:])],
                }  # fmt: skip
            return whole
        self.said.append((asked.ask, dict(given)))
        return {"ok": True}
