"""Attribute agreement: do people who judge by eye agree with themselves, each other, the truth.

Source: AIAG MSA, 4th ed., chapter III section C (attribute measurement systems study).
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deungdae.analysis.stats.agreement import cohen, fleiss
from deungdae.analysis.stats.intervals import clopper_pearson

Ints = NDArray[np.intp]

#: AIAG's limits: effectiveness, misses, false alarms; the better ones are acceptable.
GOOD = (0.90, 0.02, 0.05)
MARGINAL = (0.80, 0.05, 0.10)


def agreement(
    cube: Ints, standard: Ints | None, levels: Sequence[str], appraisers: Sequence[str],
    bad: Sequence[int],
) -> dict[str, Any]:  # fmt: skip
    """Return agreement within, between and with the standard.

    `cube` (parts, appraisers, trials) and `standard` (parts) hold level numbers from 0; `bad` are
    the levels that mean a defect (they matter for misses and false alarms only). Shares have exact
    95 % intervals (Clopper and Pearson).
    """
    parts, people, trials = cube.shape
    number = len(levels)
    same = (cube == cube[:, :, :1]).all(axis=2)
    each = []
    for j, name in enumerate(appraisers):
        own = cube[:, j, :]
        found: dict[str, Any] = {"appraiser": name, "within": None, "standard": None}
        if trials > 1:
            found["within"] = {
                **_share(int(same[:, j].sum()), parts),
                "fleiss": fleiss(_counts(own, number)).document(),
            }
        if standard is not None:
            found["standard"] = _with_standard(own, standard, number, bad)
        each.append(found)
    flat = cube.reshape(parts, people * trials)
    alike = (flat == flat[:, :1]).all(axis=1)
    between = None
    if people > 1:
        between = {
            **_share(int(alike.sum()), parts),
            "fleiss": fleiss(_counts(flat, number)).document(),
            "pairs": [
                {
                    "appraisers": [appraisers[a], appraisers[b]],
                    "cohen": cohen(cube[:, a].ravel(), cube[:, b].ravel(), number).document(),
                }
                for a in range(people)
                for b in range(a + 1, people)
            ],
        }
    everyone = None
    if standard is not None:
        right = (flat == standard[:, None]).all(axis=1)
        truth = np.repeat(standard, people * trials)
        everyone = {
            **_share(int(right.sum()), parts),
            "cohen": cohen(flat.ravel(), truth, number).document(),
        }
    return {
        "parts": parts,
        "trials": trials,
        "levels": list(levels),
        "bad": [levels[i] for i in bad],
        "appraisers": each,
        "between": between,
        "all_standard": everyone,
    }


def _with_standard(own: Ints, standard: Ints, number: int, bad: Sequence[int]) -> dict[str, Any]:
    right = own == standard[:, None]
    said_bad, is_bad = np.isin(own, bad), np.isin(standard, bad)
    truth = np.repeat(standard, own.shape[1])
    found = {
        **_share(int(right.all(axis=1).sum()), own.shape[0]),
        "cohen": cohen(own.ravel(), truth, number).document(),
        "misses": None,
        "false_alarms": None,
    }
    if len(bad) and is_bad.any():
        found["misses"] = _share(int((~said_bad[is_bad]).sum()), int(said_bad[is_bad].size))
    if len(bad) and not is_bad.all():
        found["false_alarms"] = _share(int(said_bad[~is_bad].sum()), int(said_bad[~is_bad].size))
    found["verdict"] = _verdict(found)
    return found


def _verdict(found: dict[str, Any]) -> str:
    """Return AIAG's verdict: effectiveness, misses and false alarms must all be good enough."""
    effective = found["share"]
    missed = found["misses"]["share"] if found["misses"] else 0.0
    alarms = found["false_alarms"]["share"] if found["false_alarms"] else 0.0
    for word, (least, misses, false) in (("acceptable", GOOD), ("conditional", MARGINAL)):
        if effective >= least and missed <= misses and alarms <= false:
            return word
    return "unacceptable"


def _share(hits: int, of: int) -> dict[str, Any]:
    low, high = clopper_pearson(hits, of)
    return {"matched": hits, "of": of, "share": hits / of, "ci95": [low, high]}


def _counts(ratings: Ints, number: int) -> NDArray[np.float64]:
    return np.stack([(ratings == level).sum(axis=1) for level in range(number)], axis=1).astype(
        float
    )
