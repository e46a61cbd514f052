"""The findings as the promised JSON."""

import math
from collections.abc import Mapping
from typing import Any

from deungdae.analysis.causes.evidence import Rates
from deungdae.analysis.causes.judge import Cause
from deungdae.analysis.causes.measured import Means
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
    return {
        "rank": rank,
        "columns": list(cause.columns),
        "conditions": list(cause.conditions),
        **(_means(cause.rates) if isinstance(cause.rates, Means) else _rates(cause.rates)),
        "q_value": cause.q_value,
        "holds_later": cause.holds_later,
        "stability": cause.stability,
        "same_as": list(cause.same_as),
        **({"classes": list(cause.classes)} if cause.classes else {}),
        "window": cause.window,
        "warnings": list(cause.warnings),
    }


def _rates(rates: Rates) -> dict[str, Any]:
    low, high = rates.interval
    return {
        "rate_inside": rates.rate_inside,
        "rate_outside": rates.rate_outside,
        "n_inside": rates.rows_inside,
        "n_outside": rates.rows_outside,
        "risk_ratio": _finite(rates.ratio),
        "ci95": [low, _finite(high)],
    }


def _means(found: Means) -> dict[str, Any]:
    low, high = found.interval
    return {
        "rate_inside": None,
        "rate_outside": None,
        "n_inside": found.rows_inside,
        "n_outside": found.rows_outside,
        "risk_ratio": None,
        "mean_inside": _finite(found.mean_inside),
        "mean_outside": _finite(found.mean_outside),
        "median_inside": _finite(found.median_inside),
        "median_outside": _finite(found.median_outside),
        "difference": _finite(found.difference),
        "ci95": [_finite(low), _finite(high)],
    }


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
