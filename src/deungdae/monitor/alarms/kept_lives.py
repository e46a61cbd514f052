"""Alarms as plain data: their lives and occurrences, for the file and for questions."""

from collections.abc import Mapping
from typing import Any

from deungdae.analysis.alarms import Ended, Life, Occurrence, Priority, State, Verdict


def life_document(life: Life) -> dict[str, Any]:
    """Return all that a life holds but what its rule says."""
    return {
        "active": life.active,
        "inner": life.inner.value,
        "holds": sorted(hold.value for hold in life.holds),
        "shelved_until_us": life.shelved_until_us,
        "number": life.number,
        "last_us": life.last_us,
        "current": life.current and occurrence_document(life.current),
    }


def life_of(
    document: Mapping[str, Any], alarm: str, asset: str, priority: Priority, *, latching: bool,
    asks: bool,
) -> Life:  # fmt: skip
    """Return the life that was kept, of an alarm as its rule has it now."""
    current = document["current"]
    return Life(
        alarm,
        asset,
        priority,
        latching,
        asks,
        document["active"],
        State(document["inner"]),
        frozenset(State(hold) for hold in document["holds"]),
        document["shelved_until_us"],
        None if current is None else occurrence_of(current),
        document["number"],
        document["last_us"],
    )


def occurrence_document(one: Occurrence) -> dict[str, Any]:
    """Return an occurrence as plain data."""
    return {
        "alarm": one.alarm,
        "number": one.number,
        "asset": one.asset,
        "priority": one.priority.value,
        "raised_us": one.raised_us,
        "comings": list(one.comings),
        "left_out": one.left_out,
        "acknowledged_us": one.acknowledged_us,
        "gone_us": one.gone_us,
        "ended_us": one.ended_us,
        "ended": one.ended and one.ended.value,
        "verdict": one.verdict and one.verdict.value,
    }


def occurrence_of(document: Mapping[str, Any]) -> Occurrence:
    """Return the occurrence that a document says."""
    ended, verdict = document["ended"], document["verdict"]
    return Occurrence(
        document["alarm"],
        document["number"],
        document["asset"],
        Priority(document["priority"]),
        document["raised_us"],
        tuple(document["comings"]),
        document["acknowledged_us"],
        document["gone_us"],
        document["ended_us"],
        None if ended is None else Ended(ended),
        None if verdict is None else Verdict(verdict),
        document.get("left_out", 0),
    )
