"""Verdicts on a measuring system, and what is to be known about them.

Source of the limits: AIAG MSA, 4th ed., chapter II section D and chapter III; 10 % and 30 % of the
study variation or the tolerance, five distinct categories, Cg and Cgk of 1.33, kappa of 0.75.
"""

from typing import Any, Final

from deungdae.analysis.gauge.type1 import FEW, RESOLUTION, WANTED

ACCEPTABLE: Final = 0.10
CONDITIONAL: Final = 0.30
CATEGORIES: Final = 5
KAPPA: Final = 0.75
POOR_KAPPA: Final = 0.40
#: A bias is spoken of when chance would show it in fewer than one of twenty studies.
SURE: Final = 0.05
_WORST: Final = ("acceptable", "conditional", "unacceptable")


def components(result: dict[str, Any], tolerance: float | None) -> tuple[str, list[str]]:
    """Return the verdict and warnings of a gauge R&R study.

    The share of the tolerance decides where one was told, else the share of the study variation.
    """
    gauge = next(c for c in result["components"] if c["source"] == "gauge")
    of_study, of_tolerance = gauge["study_share"], gauge["tolerance_share"]
    share = of_tolerance if tolerance is not None else of_study
    if share is None:
        return "unknown", ["no_variation"]
    verdict = by_share(share)
    warnings = []
    interval = gauge["study_share_ci95" if tolerance is None else "tolerance_share_ci95"]
    if interval and by_share(interval[0]) != by_share(interval[1]):
        warnings.append("verdict_unsure")
    whole = result["categories"]["whole"]
    if whole is not None and whole < CATEGORIES:
        warnings.append("few_categories")
    design = result["design"]
    if design["parts"] * design["operators"] < 16 or design["parts"] < 5:
        warnings.append("small_study")
    if design["operators"] == 1:
        warnings.append("one_operator")
    elif design["operators"] == 2:
        warnings.append("two_operators")
    if tolerance is not None and by_share(of_study or 0.0) != verdict:
        warnings.append("study_differs")
    interaction = result["anova"]["interaction"]
    if interaction and interaction["p"] is not None and interaction["p"] < SURE:
        warnings.append("interaction")
    if result["ranges"] and result["ranges"]["ranges_beyond"]:
        warnings.append("odd_ranges")
    return verdict, warnings


def by_share(share: float) -> str:
    """Return the verdict that a share of the variation or the tolerance deserves."""
    if share < ACCEPTABLE:
        return "acceptable"
    return "conditional" if share <= CONDITIONAL else "unacceptable"


def type1(result: dict[str, Any], tolerance: float | None) -> tuple[str, list[str]]:
    """Return the verdict and warnings of a Type 1 study; without a tolerance there is none."""
    warnings = []
    if result["rows"] < FEW:
        warnings.append("few_repeats")
    if result["p"] is not None and result["p"] < SURE:
        warnings.append("bias")
    if tolerance is None:
        return "unknown", [*warnings, "no_tolerance"]
    if result["sigma"] == 0:
        return "unknown", [*warnings, "no_variation"]
    if result["resolution_share"] is not None and result["resolution_share"] > RESOLUTION:
        warnings.append("resolution")
    if result["cgk_ci95"][0] < WANTED <= result["cgk_ci95"][1]:
        warnings.append("verdict_unsure")
    good = result["cg"] >= WANTED and result["cgk"] >= WANTED
    return ("acceptable" if good else "unacceptable"), warnings


def linearity(result: dict[str, Any], tolerance: float | None) -> tuple[str, list[str]]:
    """Return the verdict and warnings of a linearity study.

    Acceptable where the line of no bias lies inside the band (AIAG). Where it does not but the
    tolerance says that the largest bias is below a twentieth of it, conditional.
    """
    warnings = []
    if result["curved_p"] is not None and result["curved_p"] < SURE:
        warnings.append("curved")
    if any(p["rows"] < 10 for p in result["parts"]):
        warnings.append("few_repeats")
    if len(result["parts"]) < 5:
        warnings.append("few_references")
    if result["slope"]["p"] is not None and result["slope"]["p"] < SURE:
        warnings.append("not_linear")
    if result["average_bias"]["p"] is not None and result["average_bias"]["p"] < SURE:
        warnings.append("bias")
    if result["zero_inside"]:
        return "acceptable", warnings
    largest = max(abs(p["bias"]["value"]) for p in result["parts"])
    small = tolerance is not None and largest < 0.05 * tolerance
    return ("conditional" if small else "unacceptable"), warnings


def attribute(result: dict[str, Any], known: bool) -> tuple[str, list[str]]:
    """Return the verdict and warnings of an attribute study: that of the worst appraiser.

    Without reference only kappa between and within appraisers can judge.
    """
    warnings = [] if known else ["no_reference"]
    if result["parts"] < 30:
        warnings.append("small_study")
    if known and not result["bad"]:
        warnings.append("bad_unknown")
    if known:
        worst = max(_WORST.index(a["standard"]["verdict"]) for a in result["appraisers"])
        return _WORST[worst], warnings
    kappas = [a["within"]["fleiss"]["kappa"] for a in result["appraisers"] if a["within"]]
    if result["between"]:
        kappas.append(result["between"]["fleiss"]["kappa"])
    found = [k for k in kappas if k is not None]
    if not found:
        return "unknown", warnings
    least = min(found)
    if least >= KAPPA:
        return "acceptable", warnings
    return ("conditional" if least >= POOR_KAPPA else "unacceptable"), warnings
