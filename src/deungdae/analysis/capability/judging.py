"""Verdict and warnings of one column and group."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from deungdae.analysis.capability.options import Spec
from deungdae.analysis.stats.centring import centred

Floats = NDArray[np.float64]

#: ISO 22514-2 asks for about a hundred parts; below fifty the interval is wider than the answer.
FEW: Final = 50
MODEST: Final = 100
#: With fewer the verdict is left open.
LEAST: Final = 20
#: A spread within subgroups that is so much better than the overall one speaks of several levels.
BETTER: Final = 1.25
#: By so little nobody moves a level.
SLIGHT: Final = 0.05
#: Steps of more than this many standard deviations blur the shape.
COARSE: Final = 0.5


def judged(
    body: dict[str, Any], spec: Spec, values: Floats, wanted: float
) -> tuple[str, list[str]]:
    """Return the verdict and the codes of warnings.

    Verdicts: "unstable" (nothing can be said of tomorrow), "not_enough_data" (fewer than 20 parts),
    "capable" and "not_capable" by Ppk against `wanted`.
    """
    ppk = body["indices"]["ppk"]
    warnings: list[str] = []
    rows = values.size
    if ppk["value"] is None:
        return "not_enough_data", ["constant" if body["sigma_overall"] == 0 else "coarse"]
    if rows < FEW:
        warnings.append("few_rows")
    elif rows < MODEST:
        warnings.append("modest_rows")
    if ppk["ci95"] is not None and ppk["ci95"][0] < wanted <= ppk["ci95"][1]:
        warnings.append("verdict_unsure")
    chosen = body["distribution"]
    if chosen["reason"] == "no_fit" or (
        chosen["told"] and chosen["p"] is not None and chosen["p"] < 0.005
    ):
        warnings.append("poor_fit")
    if chosen["name"] == "percentile" and ppk["ci95"] is None:
        warnings.append("percentile_rows")
    if _coarse(values, body["sigma_overall"]):
        warnings.append("coarse")
    pp = body["indices"]["pp"]["value"]
    if pp is not None and pp >= wanted > ppk["value"] and pp - ppk["value"] > SLIGHT:
        warnings.append("off_centre")
    cpk = body["indices"]["cpk"]["value"]
    if cpk is not None and cpk > 0 and ppk["value"] > 0 and cpk > BETTER * ppk["value"]:
        warnings.append("between")
    if spec.boundary is not None and values.min() < spec.boundary:
        warnings.append("boundary")
    if body["stability"]["stable"] is False:
        return "unstable", warnings
    if rows < LEAST:
        return "not_enough_data", warnings
    return ("capable" if ppk["value"] >= wanted else "not_capable"), warnings


def _coarse(values: Floats, sigma: float | None) -> bool:
    if sigma is None:
        return False
    _, distances = centred(values)
    steps = np.diff(np.unique(distances))
    return bool(steps.size and steps.min() > COARSE * sigma)
