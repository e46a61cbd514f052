"""Variance components of a gauge study: how much of what is seen is the gauge's own doing.

Sources: AIAG MSA, 4th ed., chapter III section B and appendix A; ISO 22514-7; Burdick, Borror and
Montgomery (Journal of Quality Technology 35, 2003) for the intervals.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from deungdae.analysis.stats.anova import Line
from deungdae.analysis.stats.variance import Term, variance_interval

#: Draws behind the intervals of ratios; more change their third digit only.
DRAWS = 20_000
#: A study variation is six standard deviations wide.
SPREAD = 6.0
#: 1.41 PV / GRR (AIAG rounds the root of 2) is the number of categories that the gauge tells apart.
CATEGORIES = 1.41

#: The combination of mean squares that each component is.
Weights = Mapping[str, float]


@dataclass(frozen=True)
class Layout:
    """What a study's mean squares say about its components.

    `weights` holds, for each component, the weight of each line of the table of variance.
    """

    weights: Mapping[str, Weights]


def crossed_layout(parts: int, operators: int, trials: int, *, pooled: bool) -> Layout:
    """Return the components of a crossed study (AIAG MSA, appendix A, expected mean squares)."""
    part, operator = 1 / (operators * trials), 1 / (parts * trials)
    if pooled:
        return _with_sums({
            "repeatability": {"repeat": 1.0},
            "operator": {"operator": operator, "repeat": -operator},
            "part": {"part": part, "repeat": -part},
        })  # fmt: skip
    return _with_sums({
        "repeatability": {"repeat": 1.0},
        "operator": {"operator": operator, "interaction": -operator},
        "interaction": {"interaction": 1 / trials, "repeat": -1 / trials},
        "part": {"part": part, "interaction": -part},
    })  # fmt: skip


def nested_layout(parts: int, trials: int) -> Layout:
    """Return the components of a nested study with `parts` parts for each operator."""
    operator = 1 / (parts * trials)
    return _with_sums({
        "repeatability": {"repeat": 1.0},
        "operator": {"operator": operator, "part": -operator},
        "part": {"part": 1 / trials, "repeat": -1 / trials},
    })  # fmt: skip


def _with_sums(own: dict[str, Weights]) -> Layout:
    reproducibility: list[str] = [n for n in ("operator", "interaction") if n in own]
    sums: dict[str, list[str]] = {
        "reproducibility": reproducibility,
        "gauge": ["repeatability", *reproducibility],
        "total": ["repeatability", *reproducibility, "part"],
    }
    weights: dict[str, Weights] = dict(own)
    for name, names in sums.items():
        joined: dict[str, float] = {}
        for component in names:
            for line, weight in own[component].items():
                joined[line] = joined.get(line, 0.0) + weight
        weights[name] = joined
    return Layout(weights)


def components(
    layout: Layout, lines: Mapping[str, Line], *, tolerance: float | None,
    process_sigma: float | None, seed: int,
) -> dict[str, Any]:  # fmt: skip
    """Return the components with intervals, the shares, and the number of categories.

    A negative estimate of one component counts as zero, also in the sums. `tolerance` is USL - LSL
    in the unit of the values; `process_sigma` replaces the total variation of the study by that of
    the process.
    """
    own = [n for n in ("repeatability", "operator", "interaction", "part") if n in layout.weights]
    squares = {name: line.mean_square for name, line in lines.items()}
    variance = {n: max(0.0, _combined(layout.weights[n], squares)) for n in own}
    _add_sums(variance)
    if process_sigma is not None:
        variance["part"] = max(0.0, process_sigma**2 - variance["gauge"])
        variance["total"] = process_sigma**2
    drawn = _drawn(layout, lines, own, process_sigma, seed)
    total = variance["total"]
    width = 1.0 if tolerance is None else tolerance
    found = []
    for name in _order(variance):
        terms = [
            Term(w, squares[line], lines[line].freedom) for line, w in layout.weights[name].items()
        ]
        exact = process_sigma is not None and name in ("part", "total")
        low, high = (None, None) if exact else variance_interval(terms)
        share = np.sqrt(drawn[name] / drawn["total"])
        varied = None if low is None or high is None else [low, high]
        deviated = None if low is None or high is None else [math.sqrt(low), math.sqrt(high)]
        deviation = math.sqrt(variance[name])
        found.append(
            {
                "source": name,
                "variance": variance[name],
                "variance_ci95": varied,
                "deviation": deviation,
                "deviation_ci95": deviated,
                "study_variation": SPREAD * deviation,
                "contribution": variance[name] / total if total else None,
                "study_share": deviation / math.sqrt(total) if total else None,
                "study_share_ci95": _quantiles(share) if total else None,
                "tolerance_share": None if tolerance is None else SPREAD * deviation / width,
                "tolerance_share_ci95": None
                if tolerance is None or deviated is None
                else [SPREAD * end / width for end in deviated],
            }
        )
    ratio = CATEGORIES * np.sqrt(drawn["part"] / np.maximum(drawn["gauge"], 1e-300))
    return {
        "components": found,
        "categories": categories(math.sqrt(variance["part"]), math.sqrt(variance["gauge"])),
        "categories_ci95": _quantiles(ratio) if variance["gauge"] else None,
    }


def categories(part: float, gauge: float) -> dict[str, Any]:
    """Return the number of distinct categories, whole and before it is cut (AIAG: 1.41 PV/GRR).

    It is never below one; both are None where the gauge shows no variation at all.
    """
    if gauge <= 0:
        return {"whole": None, "exact": None}
    exact = CATEGORIES * part / gauge
    return {"whole": max(1, math.floor(exact)), "exact": exact}


def _combined(weights: Weights, squares: Mapping[str, Any]) -> Any:
    return sum(weight * squares[line] for line, weight in weights.items())


def _add_sums(variance: dict[str, Any]) -> None:
    variance["reproducibility"] = variance["operator"] + variance.get("interaction", 0.0)
    variance["gauge"] = variance["repeatability"] + variance["reproducibility"]
    variance["total"] = variance["gauge"] + variance["part"]


def _order(variance: Mapping[str, float]) -> list[str]:
    order = ["gauge", "repeatability", "reproducibility", "operator", "interaction", "part",
             "total"]  # fmt: skip
    return [name for name in order if name in variance]


def _drawn(
    layout: Layout, lines: Mapping[str, Line], own: list[str], process_sigma: float | None,
    seed: int,
) -> dict[str, Any]:  # fmt: skip
    """Draw the components from their generalised distribution (Hamada and Weerahandi 2000).

    Each expected mean square is the observed sum of squares over a χ²; what follows from them has
    the distribution that stands for what the data leave open.
    """
    rng = np.random.default_rng(seed)
    expected = {}
    for name, line in lines.items():
        chi = stats.chi2.ppf(rng.random(DRAWS), line.freedom) if line.freedom else np.ones(DRAWS)
        expected[name] = line.squares / np.maximum(chi, 1e-300)
    drawn = {n: np.maximum(0.0, _combined(layout.weights[n], expected)) for n in own}
    _add_sums(drawn)
    if process_sigma is not None:
        drawn["total"] = np.full(DRAWS, process_sigma**2)
        drawn["part"] = np.maximum(0.0, drawn["total"] - drawn["gauge"])
    drawn["total"] = np.maximum(drawn["total"], 1e-300)
    return drawn


def _quantiles(values: Any) -> list[float]:
    low, high = np.quantile(values, [0.025, 0.975])
    return [float(low), float(high)]
