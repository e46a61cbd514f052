"""The numbers behind the pictures of an analysed experiment: groups of runs, and their rates."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
from scipy import stats

from deungdae.analysis.experiment.filled import Run
from deungdae.analysis.experiment.options import MEASURED
from deungdae.analysis.stats.intervals import wilson


def group(plan: Mapping[str, Any], runs: Sequence[Run]) -> dict[str, Any]:
    """Return runs together: parts, bad parts and their rate, or values and their mean.

    `ci95` of a rate is Wilson's for the number of parts that the plan's correlation within runs
    leaves; of a mean, Student's over the means of runs, None for a single run.
    """
    parts = sum(r.parts or 0 for r in runs)
    if plan["response"]["kind"] == MEASURED:
        means = np.array([float(np.mean(r.values)) for r in runs])
        told: dict[str, Any] = {"runs": len(runs), "values": parts, "mean": None, "ci95": None}
        if means.size:
            told["mean"] = float(means.mean())
        if means.size > 1:
            reach = stats.t.ppf(0.975, means.size - 1) * means.std(ddof=1) / np.sqrt(means.size)
            told["ci95"] = [float(means.mean() - reach), float(means.mean() + reach)]
        return told
    bad = sum(r.bad for r in runs)
    told = {"runs": len(runs), "parts": parts, "bad": bad, "rate": None, "ci95": None}
    if parts:
        told["rate"] = bad / parts
        effect = 1 + (parts / len(runs) - 1) * plan["intra_run"]
        # Shared fate leaves fewer independent parts; their number is rounded for the formula.
        independent = max(1, round(parts / effect))
        told["ci95"] = list(wilson(min(round(bad / effect), independent), independent))
        told["ci95"] = [min(told["ci95"][0], told["rate"]), max(told["ci95"][1], told["rate"])]
    return told


def figures(plan: Mapping[str, Any], runs: Sequence[Run]) -> dict[str, Any]:
    """Return {"runs", "main", "interactions"}: runs, levels of factors, cells of pairs."""
    return {
        "runs": [
            {"run": r.run, "block": r.block, "settings": list(r.coded), **group(plan, [r])}
            for r in runs
        ],
        "main": [_main(plan, i, f, runs) for i, f in enumerate(plan["factors"])],
        "interactions": [
            _pair(plan, a, b, runs) for a, b in combinations(range(len(plan["factors"])), 2)
        ],
    }


def _main(
    plan: Mapping[str, Any], place: int, factor: Mapping[str, Any], runs: Sequence[Run]
) -> dict[str, Any]:
    levels = []
    for level, code in (("good", -1), ("centre", 0), ("bad", 1)):
        some = [r for r in runs if _sign(r.coded[place]) == code]
        if some:
            levels.append({"level": level, "value": factor[level], **group(plan, some)})
    return {"factor": factor["name"], "unit": factor["unit"], "levels": levels}


def _pair(plan: Mapping[str, Any], a: int, b: int, runs: Sequence[Run]) -> dict[str, Any]:
    cells = []
    for code_a, level_a in ((-1, "good"), (1, "bad")):
        for code_b, level_b in ((-1, "good"), (1, "bad")):
            some = [r for r in runs if (_sign(r.coded[a]), _sign(r.coded[b])) == (code_a, code_b)]
            if some:
                cells.append({"a": level_a, "b": level_b, **group(plan, some)})
    return {
        "factors": [plan["factors"][a]["name"], plan["factors"][b]["name"]],
        "cells": cells,
    }


def _sign(code: float) -> int:
    # Nearer to the middle than to either level: a centre point.
    return 0 if abs(code) < 0.5 else 1 if code > 0 else -1
