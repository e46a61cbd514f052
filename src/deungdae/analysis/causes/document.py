"""The findings as the promised JSON."""

import math
from collections.abc import Mapping
from typing import Any

from deungdae.analysis.causes.judge import Cause
from deungdae.analysis.causes.options import Source
from deungdae.records.shoptable import ColumnSetAside, SetAside


def input_document(
    source: Source, rows: int, used: int, set_aside: list[SetAside],
    columns: list[ColumnSetAside], guessed: Mapping[str, Any], target: str, by: tuple[str, ...],
) -> dict[str, Any]:  # fmt: skip
    """Return what was read, used and set aside; rows read = rows used + rows set aside."""
    before = [s for s in source.set_aside if s.rows]
    reasons = {s.reason: 0 for s in (*before, *set_aside)}
    for s in (*before, *set_aside):
        reasons[s.reason] += s.rows
    aside = [*source.columns_set_aside, *(c for c in columns if c.column not in (target, *by))]
    return {
        "sha256": source.sha256,
        "rows_read": rows + sum(s.rows for s in before),
        "rows_used": used,
        "set_aside": [{"reason": reason, "rows": n} for reason, n in reasons.items()],
        "columns_set_aside": [{"column": c.column, "reason": c.reason} for c in aside],
        "guessed": dict(guessed),
    }


def cause_document(rank: int, cause: Cause) -> dict[str, Any]:
    """Return one cause as the promised JSON."""
    low, high = cause.rates.interval
    return {
        "rank": rank,
        "columns": list(cause.columns),
        "conditions": list(cause.conditions),
        "rate_inside": cause.rates.rate_inside,
        "rate_outside": cause.rates.rate_outside,
        "n_inside": cause.rates.rows_inside,
        "n_outside": cause.rates.rows_outside,
        "risk_ratio": _finite(cause.rates.ratio),
        "ci95": [low, _finite(high)],
        "q_value": cause.q_value,
        "holds_later": cause.holds_later,
        "stability": cause.stability,
        "same_as": list(cause.same_as),
        "warnings": list(cause.warnings),
    }


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
