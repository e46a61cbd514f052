"""A line or a machine: what it does, and what became of its time."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from deungdae.client.spans import Length, Moment, moment_text, seconds_of
from deungdae.client.transport import Transport

if TYPE_CHECKING:
    import pyarrow

FIGURES = (
    "availability", "effectiveness", "quality", "oee", "nee", "teep", "known", "low", "high",
)  # fmt: skip
LOSSES = (
    "unknown", "down", "setup", "starved", "blocked", "stopped", "micro_stops", "slow", "scrap",
    "rework",
)  # fmt: skip
_TIMES = {"start", "end"}
_TEXTS = {"asset", "day", "name", "crew", "state", "reason", "reason_word", "proposed", "fault"}
_WHOLE = {"stops", "micro_stops", "faults", "counting", "machines"}
_SHIFTS = (
    *("day", "name", "crew", "start", "end", "final", "produced", "scrapped", "reworked", "plan"),
    *FIGURES,
    *("counting", "machines"),
    *("planned_seconds", "productive_seconds", *(f"lost_{name}" for name in LOSSES)),
    *("stops", "micro_stops", "faults", "mtbf_seconds", "mttr_seconds", "lost_cost", "energy_kwh"),
    *("energy_won", "energy_standing_kwh", "peak_kw"),
)
_STATES = ("start", "end", "state", "reason", "reason_word")
_STOPS = ("asset", *_STATES, "proposed", "fault")


class Asset:
    """One line or machine; `site.assets()` returns them. Times without a zone are of its site."""

    def __init__(self, transport: Transport, told: Mapping[str, Any]) -> None:
        self._transport = transport
        self._told = dict(told)

    def __repr__(self) -> str:
        return f"<Asset {self.name!r}>"

    @property
    def id(self) -> str:
        """Its id."""
        return str(self._told["id"])

    @property
    def name(self) -> str:
        """What it is called."""
        return str(self._told["name"])

    @property
    def kind(self) -> str:
        """`line` or `machine`."""
        return str(self._told["kind"])

    @property
    def line(self) -> str | None:
        """The id of the line in which it stands, if it is a machine of one."""
        found: str | None = self._told["line"]
        return found

    @property
    def path(self) -> str:
        """How its tags begin, such as line1/imm1."""
        return str(self._told["path"])

    @property
    def ideal_seconds(self) -> float | None:
        """The shortest time for one part, if somebody has said it."""
        found: float | None = self._told["ideal_seconds"]
        return found

    @property
    def signals(self) -> dict[str, list[str]]:
        """Which tags say what of it: role → tags."""
        found: dict[str, list[str]] = {}
        for one in self._told["signals"]:
            found.setdefault(one["role"], []).append(one["tag"])
        return found

    def now(self) -> dict[str, Any]:
        """Return what it does at this moment, and what its shift gave so far.

        `state` is running, setup, down, starved, blocked, stopped or unknown; `since`, `reason`,
        `produced`, `plan_now`, `figures` and more stand beside it. What is not known is None.
        """
        found: dict[str, Any] = self._transport.json("GET", f"/assets/{self.id}/now")
        return found

    def shifts(self, start: Moment, end: Moment) -> "pyarrow.Table":
        """Return a row for each shift that overlaps a time of at most 400 days; needs pyarrow.

            asset.shifts("2026-11-01", "2026-12-01").select(["day", "name", "oee", "known"])

        Counts, plan, key figures (shares 0 to 1), seconds lost by their kind (`lost_setup` …),
        stops, faults, and what they cost. `final` is false while figures may change. Where a
        line's figures are of some machines only, `counting` says of how many of its `machines`.
        """
        found = self._items("shifts", start, end)
        for row in found:
            row |= row.pop("figures")
            row |= row.pop("counting") or {}
            losses = row.pop("losses")
            row |= {f"lost_{name}": losses.get(name) for name in LOSSES}
        return _table(found, _SHIFTS)

    def states(self, start: Moment, end: Moment) -> "pyarrow.Table":
        """Return what became of a time of at most 40 days: start, end, state, reason, its word.

        What is not known is the state `unknown`.
        """
        return _table(self._items("states", start, end), _STATES)

    def stops(
        self, start: Moment, end: Moment, *, waiting: bool = False, at_least: Length = 0
    ) -> "pyarrow.Table":
        """Return stops, the newest first, in at most 40 days; of a line those of its machines.

        `waiting`: only those for which nobody has said a reason. `at_least`: no shorter ones.
        `end` is null while a stop lasts.
        """
        more = {"waiting": str(waiting).lower(), "at_least": str(seconds_of(at_least))}
        return _table(self._items("stops", start, end, **more), _STOPS)

    def _items(self, what: str, start: Moment, end: Moment, **more: str) -> list[dict[str, Any]]:
        params = {"start": moment_text(start), "end": moment_text(end), **more}
        found: list[dict[str, Any]] = self._transport.json(
            "GET", f"/assets/{self.id}/{what}", params=params
        )["items"]
        return found


def _table(rows: list[dict[str, Any]], columns: tuple[str, ...]) -> "pyarrow.Table":
    """Return rows as a table whose columns are the same whatever is in it."""
    import pyarrow

    def kind(name: str) -> Any:
        if name in _TIMES:
            return pyarrow.timestamp("us", tz="UTC")
        if name in _TEXTS:
            return pyarrow.string()
        return {"final": pyarrow.bool_()}.get(
            name, pyarrow.int64() if name in _WHOLE else pyarrow.float64()
        )

    schema = pyarrow.schema([(name, kind(name)) for name in columns])
    for row in rows:
        row |= {name: _time(row[name]) for name in _TIMES & row.keys()}
    return pyarrow.Table.from_pylist(
        [{name: row.get(name) for name in columns} for row in rows], schema=schema
    )


def _time(told: str | None) -> datetime | None:
    return None if told is None else datetime.fromisoformat(told)
