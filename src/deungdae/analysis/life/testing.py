"""What predictions were worth on units that were left out of the learning."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from deungdae.analysis.life.fleet import Fleet, Lives
from deungdae.analysis.life.scoring import coverage, rmse, score

Floats = NDArray[np.float64]

#: Ages at which each unit is asked, as shares of its life: running machines are met at any age.
ASKED: Final = tuple(np.arange(3, 20) / 20)


def tested(fleet: Fleet, lives: Lives) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the figures of the test, and its points (true, predicted, low, high).

    Every failed unit is asked at 17 ages from 15 to 95 % of its life, by a model and an interval
    that know nothing of it. The naive answer is the mean rest of those other units that lived
    longer than this age, capped alike.
    """
    rows = []
    for number, age in enumerate(lives.age):
        own = np.nonzero(fleet.tested_unit == number)[0]
        at = np.unique(np.searchsorted(age, np.array(ASKED) * age[-1]))
        rows += [int(own[i]) for i in at if i < age.size]
    ends = np.array([a[-1] for a in lives.age])
    predicted, true = fleet.tested[rows], fleet.tested_left[rows]
    bounds = [
        fleet.interval(float(p), int(fleet.tested_unit[r]))
        for p, r in zip(predicted, rows, strict=True)
    ]
    low, high = (np.array([b[k] for b in bounds]) for k in (0, 1))
    capped = np.minimum(true, fleet.cap)
    naive = np.array([_naive(ends, int(fleet.tested_unit[r]), fleet, r) for r in rows])
    document = {
        "asked": len(rows),
        "rmse": rmse(predicted, capped),
        "naive_rmse": rmse(naive, capped),
        "score": score(predicted, capped),
        "coverage": coverage(low, high, true),
        "confidence": float(np.median([b[2] for b in bounds])),
        "width": float(np.mean(high - low)),
    }
    points = {"true": true.tolist(), "predicted": predicted.tolist(), "low": low.tolist(),
              "high": high.tolist()}  # fmt: skip
    return document, points


def _naive(ends: Floats, unit: int, fleet: Fleet, row: int) -> float:
    age = float(fleet.tested_age[row])
    others = np.delete(ends, unit)
    longer = others[others > age] - age
    return float(min(longer.mean(), fleet.cap)) if longer.size else 0.0


def trends(lives: Lives, names: list[str]) -> list[dict[str, Any]]:
    """Return how steadily each signal moves with age, the steadiest first.

    "trend" is the median over units of Spearman's correlation with age, "same_way" the share of
    units in which it has the sign of that median.
    """
    found = []
    for k, name in enumerate(names):
        values = np.array([_spearman(s[:, k]) for s in lives.signals])
        middle = float(np.median(values))
        same = float(np.mean(np.sign(values) == np.sign(middle)))
        found.append({"column": name, "trend": middle, "same_way": same})
    return sorted(found, key=lambda one: (-abs(float(str(one["trend"]))), str(one["column"])))


def _spearman(values: Floats) -> float:
    known = values[~np.isnan(values)]
    if known.size < 3 or known.min() == known.max():
        return 0.0
    from scipy import stats

    ranks = stats.rankdata(known)
    return float(np.corrcoef(ranks, np.arange(known.size))[0, 1])
