"""Questions about clocks that went wrong: what a repair would change, to make one, to undo it."""

from collections.abc import Callable
from typing import Any

import pyarrow as pa

from deungdae.bus.given import Given
from deungdae.lake.telemetry.clock import Clock, Repair, Wrong
from deungdae.records.errors import UnusableOption
from deungdae.records.readings import EARLIEST_US, LATEST_US

_CENTURY_US = 100 * 366 * 86_400_000_000


class Clocks:
    """Repairs of one home folder.

    `stored` waits until all points that came so far are in the lake, so that none is passed over;
    it raises PublicError when that takes too long.
    """

    def __init__(
        self, clock: Clock, now_us: Callable[[], int], stored: Callable[[], None] = lambda: None
    ) -> None:
        self._clock = clock
        self._now_us = now_us
        self._stored = stored

    def preview(self, organisation: str, given: Given) -> dict[str, Any]:
        """`clock_preview {source, prefix?, shift_us, before_us, start?, end?}`."""
        wrong = _wrong(organisation, given)
        found = self._clock.preview(wrong)
        examples = []
        for row in _plain(found.examples):
            row["shifted_us"] = row["time_us"] + wrong.shift_us
            examples.append(row)
        return {
            "points": found.points,
            "first_us": found.first_us,
            "last_us": found.last_us,
            "examples": examples,
        }

    def repair(self, organisation: str, given: Given) -> dict[str, Any]:
        """`clock_repair` with the same parameters: move the points."""
        wrong = _wrong(organisation, given)
        self._stored()
        done = self._clock.repair(wrong, self._now_us())
        return {"id": done.number, "points": done.points, "duplicates": done.duplicates}

    def undo(self, organisation: str, given: Given) -> dict[str, Any]:
        """`clock_undo {id}`: put the points back to where they came."""
        number = given.whole("id", 1, 1 << 31)
        given.nothing_else()
        done = self._clock.undo(organisation, number, self._now_us())
        return {"id": number, "points": done.points}

    def repairs(self, organisation: str, given: Given) -> dict[str, Any]:
        """`clock_repairs {}`: what was repaired, the newest first."""
        given.nothing_else()
        found = self._clock.repairs(organisation)
        return {"repairs": [_told(repair) for repair in found if repair.undoes is None]}


def _wrong(organisation: str, given: Given) -> Wrong:
    source, prefix = given.word("source"), given.word("prefix") or ""
    if not source:
        raise UnusableOption("The parameter {name} is missing or makes no sense.", name="source")
    wrong = Wrong(
        organisation,
        source,
        prefix,
        given.whole("shift_us", -_CENTURY_US, _CENTURY_US),
        given.time("before_us"),
        given.whole("start", EARLIEST_US, LATEST_US, EARLIEST_US),
        given.whole("end", EARLIEST_US, LATEST_US, LATEST_US),
    )
    given.nothing_else()
    return wrong


def _plain(examples: pa.Table) -> list[dict[str, Any]]:
    whole = {
        "tag": examples.column("tag"),
        "time_us": examples.column("time").cast(pa.int64()),
        "received_us": examples.column("received").cast(pa.int64()),
        "value": examples.column("value"),
        "text": examples.column("text"),
    }
    found: list[dict[str, Any]] = pa.table(whole).to_pylist()
    return found


def _told(repair: Repair) -> dict[str, Any]:
    wrong = repair.wrong
    return {
        "id": repair.number,
        "source": wrong.source,
        "prefix": wrong.prefix,
        "shift_us": wrong.shift_us,
        "start_us": None if wrong.start_us == EARLIEST_US else wrong.start_us,
        "end_us": None if wrong.end_us == LATEST_US else wrong.end_us,
        "before_us": wrong.before_us,
        "points": repair.points,
        "duplicates": repair.duplicates,
        "made_us": repair.made_us,
        "undone_us": repair.undone_us,
    }
