"""The analysis of a filled sheet: what of the plan was confirmed, refuted, or stays undecided."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from deungdae.analysis.experiment import design as designs
from deungdae.analysis.experiment import measured, pictured, rates
from deungdae.analysis.experiment.filled import Filled, Run, understand
from deungdae.analysis.experiment.model import Floats, Model, build, needed_effects
from deungdae.analysis.experiment.options import MEASURED
from deungdae.analysis.experiment.plan import METHOD, VERSION, Findings, Progress, identity
from deungdae.analysis.experiment.rates import Estimate
from deungdae.analysis.experiment.sizing import LEAST_FREEDOM, side_of
from deungdae.records.errors import UnusableFile

CONFIRMED, REFUTED, UNDECIDED = "confirmed", "refuted", "undecided"
#: The runs differ more than planned if their correlation is larger than this many times the plan's.
_UNEVEN = 2.0

Estimator = Callable[[Floats, Floats], Estimate]


@dataclass(frozen=True)
class _Fitted:
    """The model of the runs that were done, and a way to estimate sums of its coefficients."""

    model: Model
    coded: Floats
    estimate: Estimator


def analyse(
    plan: Mapping[str, Any],
    sheets: Mapping[str, Sequence[Sequence[str]]],
    sha256: str | None = None,
    progress: Progress | None = None,
) -> Findings:
    """Analyse a filled sheet against its plan.

    `sheets` are the cells of the file as text, by sheet. A finding is *confirmed* where the
    interval of its fall excludes zero, *refuted* where it includes zero and excludes the smallest
    fall of interest, and *undecided* otherwise. All planned findings share the error probability
    of the plan (Bonferroni).

    Raises UnusableFile for a plan that was changed and for a sheet that cannot be true.
    """
    _check(plan)
    tell = progress or (lambda _step, _share: None)
    tell("reading_sheet", 0.0)
    filled = understand(plan, sheets)
    tell("analysing", 0.3)
    warnings = list(filled.notes)
    if filled.missing:
        warnings.append("missing_runs")
    if filled.half_filled:
        warnings.append("bad_not_filled")
    fitted = _fit(plan, filled.runs)
    alpha = plan["alpha"] / len(plan["findings"])
    findings = [_finding(plan, f, filled.runs, fitted, alpha) for f in plan["findings"]]
    document: dict[str, Any] = {
        "method": METHOD,
        "version": VERSION,
        "kind": "analysis",
        "seed": plan["seed"],
        "plan": {k: plan[k] for k in ("id", "seed", "input", "response", "factors", "size")},
        "input": _input(plan, filled, sha256),
        "alpha": plan["alpha"],
        "level": 1 - alpha,
        "findings": findings,
        "effects": [],
        "curvature": None,
        "blocks": _blocks(plan, filled.runs),
        "spread": None,
        "model": None,
        "warnings": warnings,
    }
    if fitted is None:
        warnings.append("too_few_runs")
    else:
        document["effects"] = _effects(plan, fitted)
        document["curvature"] = _curvature(plan, fitted)
        document["model"] = {
            "effects": list(fitted.model.effects),
            "left_out": list(fitted.model.dropped),
            "freedom": fitted.model.freedom,
        }
        document["spread"] = _spread(plan, filled.runs, fitted)
        if document["spread"].get("uneven"):
            warnings.append("runs_differ_more")
    tell("done", 1.0)
    return Findings(document, pictured.figures(plan, filled.runs))


def _check(plan: Mapping[str, Any]) -> None:
    if plan.get("method") != METHOD or plan.get("kind") != "plan":
        raise UnusableFile("This is not the plan of an experiment.")
    if plan.get("version") != VERSION:
        raise UnusableFile(
            "The plan is of version {version}, which is not known here.",
            version=str(plan.get("version")),
        )
    if identity(plan) != plan.get("id"):
        raise UnusableFile(
            "The plan in this file was changed after it was made; please fill in the original."
        )


def _input(plan: Mapping[str, Any], filled: Filled, sha256: str | None) -> dict[str, Any]:
    return {
        "sha256": sha256,
        "runs_planned": len(plan["runs"]),
        "runs_used": len(filled.runs),
        "missing": list(filled.missing),
        "bad_not_filled": list(filled.half_filled),
        "deviated": [
            {"run": r.run, "factors": list(r.deviated)} for r in filled.runs if r.deviated
        ],
        "remarks": [{"run": r.run, "text": r.remark} for r in filled.runs if r.remark],
        "parts": sum(r.parts or 0 for r in filled.runs),
        "bad": sum(r.bad for r in filled.runs),
        "bad_of_other_reasons": sum(r.others for r in filled.runs),
    }


def _fit(plan: Mapping[str, Any], runs: Sequence[Run]) -> _Fitted | None:
    """Return the model fitted to the runs that were done; None where they are too few."""
    if len(runs) < 3:
        return None
    coded = np.array([r.coded for r in runs], dtype=float)
    block = np.array([r.block for r in runs])
    letters = [f["letters"] for f in plan["findings"]]
    needed = [*needed_effects(letters), *(f["letter"] for f in plan["factors"])]
    model = build(coded, block, plan["design"]["effects"], needed)
    if model.freedom < LEAST_FREEDOM:
        return None
    parts = np.array([float(r.parts or 0) for r in runs])
    if plan["response"]["kind"] == MEASURED:
        means = np.array([float(np.mean(r.values)) for r in runs])
        mean_fit = measured.prepare(model.matrix, means, parts, plan["intra_run"])
        return _Fitted(model, coded, lambda weights, _side: measured.estimate(mean_fit, weights))
    bad = np.array([[float(r.bad) for r in runs]])
    rate_fit = rates.prepare(model.matrix, parts, plan["intra_run"])

    def estimate(weights: Floats, side: Floats) -> Estimate:
        return rates.estimate(rate_fit, weights, bad, side)

    return _Fitted(model, coded, estimate)


def _finding(
    plan: Mapping[str, Any], finding: Mapping[str, Any], runs: Sequence[Run],
    fitted: _Fitted | None, alpha: float,
) -> dict[str, Any]:  # fmt: skip
    told: dict[str, Any] = {
        **finding,
        "verdict": UNDECIDED,
        "reason": None,
        "fall": None,
        "interval": None,
        "p_value": None,
        "p_adjusted": None,
        "freedom": None,
        "runs_needed": None,
        **_sides(plan, finding["letters"], runs),
    }
    weights = None if fitted is None else fitted.model.finding(finding["letters"])
    if fitted is None or weights is None:
        return {**told, "reason": "too_few_runs" if fitted is None else "not_told_apart"}
    side = side_of(fitted.coded, finding["letters"])
    if not (side >= 1).any() or not (side <= 0).any():
        return {**told, "reason": "one_side_only"}
    said = fitted.estimate(weights, side)
    # A promised rise is told as a fall of the opposite sign, so that one logic serves both.
    sign = 1.0 if finding["baseline"] >= finding["promised"] else -1.0
    ends = sorted(sign * float(end[0]) for end in said.interval(1 - alpha))
    if plan["response"]["kind"] != MEASURED:
        ends = [max(ends[0], -1.0), min(ends[1], 1.0)]
    verdict, reason = judge(ends[0], ends[1], finding["smallest"])
    low, high = sorted(sign * end for end in ends)
    return {
        **told,
        "verdict": verdict,
        "reason": reason,
        "fall": float(said.fall[0]),
        "interval": [low, high],
        "p_value": float(said.p_value()[0]),
        "p_adjusted": min(1.0, float(said.p_value()[0]) * len(plan["findings"])),
        "freedom": float(said.freedom[0]),
        "runs_needed": _runs_needed(said, finding["smallest"], len(runs), alpha)
        if verdict == UNDECIDED
        else None,
    }


def judge(low: float, high: float, smallest: float) -> tuple[str, str | None]:
    """Return the verdict on a fall whose interval is `low` to `high`, and a remark on it.

    Confirmed: no chance that it is zero; with the remark "smaller" where it excludes the smallest
    fall of interest too. Refuted: zero is possible and the smallest fall of interest is not; with
    the remark "opposite" where the response rose. Undecided: both are possible.

    Source: D. J. Schuirmann, Journal of Pharmacokinetics and Biopharmaceutics 15 (1987) 657-680,
    for judging by an interval whether an effect is too small to matter.
    """
    if low > 0:
        return CONFIRMED, "smaller" if high < smallest else None
    if high < smallest:
        return REFUTED, "opposite" if high < 0 else None
    return UNDECIDED, None


def _sides(plan: Mapping[str, Any], letters: Sequence[str], runs: Sequence[Run]) -> dict[str, Any]:
    """Return what came out on the bad side and on the good one, all runs together."""
    if not runs:
        return {"bad_side": None, "good_side": None}
    side = side_of(np.array([r.coded for r in runs], dtype=float), letters)
    told = {}
    for name, here in (("bad_side", side >= 1), ("good_side", side <= 0)):
        some = [r for r, inside in zip(runs, here, strict=True) if inside]
        told[name] = pictured.group(plan, some)
    return told


def _runs_needed(said: Estimate, smallest: float, runs: int, alpha: float) -> int | None:
    """Return how many runs like these would decide, with 80 % power for the smallest fall."""
    error = float(said.error[0])
    if not 0 < error < math.inf:
        return None
    wanted = smallest / (stats.norm.isf(alpha / 2) + stats.norm.ppf(0.8))
    return int(max(math.ceil(runs * (error / wanted) ** 2), runs + 2))


def _effects(plan: Mapping[str, Any], fitted: _Fitted) -> list[dict[str, Any]]:
    """Return all effects of the model: from good to bad level, with their aliases.

    Those that were not planned as findings are a look around: their p-values are adjusted by Holm's
    method among themselves.
    """
    planned = {"".join(f["letters"]) for f in plan["findings"]}
    aliases = {a["effect"]: a["with"] for a in plan["design"]["aliases"]}
    told: list[dict[str, Any]] = []
    for effect, place in fitted.model.effects.items():
        weights = np.zeros(fitted.model.matrix.shape[1])
        weights[place] = 2.0
        column = designs.column(fitted.coded, designs.mask(effect))
        said = fitted.estimate(weights, _side_of_column(column))
        low, high = said.interval(1 - plan["alpha"])
        told.append(
            {
                "effect": effect,
                "factors": [f["name"] for f in plan["factors"] if f["letter"] in effect],
                "with": list(aliases.get(effect, ())),
                "planned": effect in planned,
                "estimate": float(said.fall[0]),
                "interval": [float(low[0]), float(high[0])],
                "p_value": float(said.p_value()[0]),
                "p_adjusted": None,
            }
        )
    _adjust([e for e in told if not e["planned"]])
    return told


def _side_of_column(column: Floats) -> Floats:
    return np.where(column > 0, 1.0, np.where(column < 0, 0.0, 0.5))


def _adjust(effects: Sequence[dict[str, Any]]) -> None:
    """Fill in p_adjusted: S. Holm, Scandinavian Journal of Statistics 6 (1979) 65-70."""
    so_far = 0.0
    ordered = sorted(effects, key=lambda e: e["p_value"])
    for place, effect in enumerate(ordered):
        so_far = max(so_far, min(1.0, effect["p_value"] * (len(ordered) - place)))
        effect["p_adjusted"] = so_far


def _curvature(plan: Mapping[str, Any], fitted: _Fitted) -> dict[str, Any] | None:
    """Return how far the middle lies from the mean of the corners, with its interval."""
    place = fitted.model.curvature
    if place is None:
        return None
    weights = np.zeros(fitted.model.matrix.shape[1])
    weights[place] = 1.0
    said = fitted.estimate(weights, fitted.model.matrix[:, place])
    low, high = said.interval(1 - plan["alpha"])
    return {
        "estimate": float(said.fall[0]),
        "interval": [float(low[0]), float(high[0])],
        "p_value": float(said.p_value()[0]),
    }


def _blocks(plan: Mapping[str, Any], runs: Sequence[Run]) -> list[dict[str, Any]]:
    return [
        {"block": b, **pictured.group(plan, [r for r in runs if r.block == b])}
        for b in sorted({r.block for r in runs})
    ]


def _spread(plan: Mapping[str, Any], runs: Sequence[Run], fitted: _Fitted) -> dict[str, Any]:
    """Return how much runs differed beyond chance and settings, beside what was planned."""
    if plan["response"]["kind"] == MEASURED:
        said = fitted.estimate(np.eye(fitted.model.matrix.shape[1])[0], np.zeros(len(runs)))
        mean = float(np.mean([r.parts or 1 for r in runs]))
        # s² belongs to one weight; told as the standard deviation of a run's mean.
        weight = mean / (1 + (mean - 1) * plan["intra_run"])
        return {"sd_of_run_means": math.sqrt(float(said.kappa[0]) / weight), "uneven": False}
    letters = plan["findings"][0]["letters"]
    weights = fitted.model.finding(letters)
    if weights is None:
        return {"uneven": False}
    kappa = float(fitted.estimate(weights, side_of(fitted.coded, letters)).kappa[0])
    parts = float(np.mean([r.parts or 1 for r in runs]))
    effect = kappa * (1 + (parts - 1) * plan["intra_run"])
    found = min(max((effect - 1) / (parts - 1), 0.0), 1.0) if parts > 1 else 0.0
    critical = stats.chi2.isf(0.05, fitted.model.freedom) / fitted.model.freedom
    return {
        "design_effect": effect,
        "intra_run": found,
        "intra_run_planned": plan["intra_run"],
        "uneven": bool(found > _UNEVEN * plan["intra_run"] and kappa > critical),
    }
