"""What the monitor says, as it goes over the wire."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from deungdae import bus
from deungdae.web.api.errors import MonitorAway
from deungdae.web.core import line
from deungdae.web.core.models import Organisation
from deungdae.web.core.tags import moment
from deungdae.web.floor.shown.documents import Counts, Figures, Now, Waterfall, proposal

SECONDS: Final = 30.0  #: until an answer has come
Words = Mapping[str, str]  #: code of a reason → its word

_FIGURES: Final = tuple(Figures.__slots__)


def asked(organisation: Organisation, name: str, given: Mapping[str, Any]) -> Any:
    """Return what the monitor answers; raises `MonitorAway`, and `bus.Refusal` in words."""
    question = bus.Question("monitor", name, str(organisation.public_id), given, within=SECONDS)
    try:
        with line.ask(question) as answer:
            return answer.json()
    except bus.Unavailable as error:
        raise MonitorAway from error


def now_out(now: Now, words: Words) -> dict[str, Any]:
    """Return how an asset stands as `NowOut`."""
    shift = now.shift
    return {
        "asset": now.asset,
        "state": now.state,
        "since": _when(now.since_us),
        "heard": _when(now.heard_us),
        **_reason(now.reason, words),
        "fault": now.fault or None,
        "shift": None
        if shift is None
        else {
            "name": shift.name,
            "day": shift.day,
            "crew": shift.crew,
            "start": moment(shift.start_us),
            "end": moment(shift.end_us),
        },
        **_counts(now.counts),
        "plan": now.plan,
        "plan_now": now.plan_now,
        "forecast": now.forecast,
        "figures": _figures(now.figures),
        "counting": _counting(now.counting),
        "ideal_seconds": now.ideal_seconds,
        "waiting_stops": now.waiting_stops,
        "product": now.product,
        "lot": now.lot,
        "clock_ahead_seconds": now.clock_ahead,
    }


def shift_out(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return a shift as `ShiftOut`."""
    fall = Waterfall.of(told["waterfall"])
    counts = told["counts"] if told["counted"] else {}
    return {
        "day": told["day"] or "",
        "name": told["name"] or "",
        "crew": told["crew"] or "",
        "start": moment(told["start"]),
        "end": moment(told["end"]),
        "final": told["final"],
        **{name: counts.get(name) for name in ("produced", "scrapped", "reworked")},
        "plan": told["plan"],
        "figures": _figures(Figures.of(told["figures"] or {})),
        "counting": _counting(told.get("counting")),
        "planned_seconds": None if fall is None else fall.planned,
        "productive_seconds": None if fall is None else fall.productive,
        "losses": {} if fall is None else dict(fall.losses),
        "stops": told["stops"],
        "micro_stops": told["micro_stops"],
        "faults": told["faults"],
        "mtbf_seconds": told["mtbf"],
        "mttr_seconds": told["mttr"],
        "lost_cost": told["lost_cost"],
        "energy_kwh": told["energy_kwh"],
        **_power(told.get("energy") or {}),
        "peak_kw": told.get("peak_kw"),
    }


def state_out(row: list[Any], words: Words) -> dict[str, Any]:
    """Return one of `spans` as `StateOut`."""
    start, end, state, reason, *_ = row
    return {
        "start": moment(start),
        "end": moment(end),
        "state": state,
        **_reason(reason or "", words),
    }


def stop_out(row: list[Any], words: Words) -> dict[str, Any]:
    """Return one of `stops` as `StopOut`."""
    asset, start, end, state, reason, proposed, fault = row
    return {
        "asset": asset,
        "start": moment(start),
        "end": _when(end),
        "state": state,
        **_reason(reason or "", words),
        "proposed": proposal(proposed) or None,
        "fault": fault,
    }


def alarm_out(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return one occurrence as `AlarmOut`."""
    return {
        "occurrence": told["occurrence"],
        "rule": told["rule"],
        "name": told["name"],
        "priority": told["priority"],
        "asset": told.get("asset"),
        "tag": told.get("tag"),
        **{name: _when(told[name]) for name in ("since", "gone", "acknowledged", "ended")},
        "acknowledged_by": told["acknowledged_by"] or "",
        "verdict": told["verdict"],
        "value": told["value"],
        "incident": told["incident"],
    }


def _power(told: Mapping[str, Any]) -> dict[str, float | None]:
    cost, standing = told.get("cost") or {}, told.get("standing") or {}
    return {"energy_won": cost.get("energy_won"), "energy_standing_kwh": standing.get("kwh")}


def _when(us: int | None) -> datetime | None:
    return None if us is None else moment(us)


def _reason(code: str, words: Words) -> dict[str, str | None]:
    return {"reason": code or None, "reason_word": words.get(code) if code else None}


def _figures(figures: Figures) -> dict[str, float | None]:
    return {name: getattr(figures, name) for name in _FIGURES}


def _counting(told: Sequence[int] | None) -> dict[str, int] | None:
    return None if told is None else dict(zip(("counting", "machines"), told, strict=True))


def _counts(counts: Counts) -> dict[str, float | None]:
    if counts.produced is None:  # nothing counts: of scrap nothing is known either
        return dict.fromkeys(("produced", "scrapped", "reworked"))
    return {
        "produced": counts.produced,
        "scrapped": counts.scrapped,
        "reworked": counts.reworked,
    }
