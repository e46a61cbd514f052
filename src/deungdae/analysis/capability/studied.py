"""One column of one group: shape, spreads, indices, parts outside, stability."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deungdae.analysis.capability import figures, indices
from deungdae.analysis.capability.choosing import LEAST, Choice, choose
from deungdae.analysis.capability.options import Options, Spec
from deungdae.analysis.capability.stability import stability
from deungdae.analysis.stats.families import BOUNDED, Name, Shape
from deungdae.analysis.stats.within import How, Spread, moving_range, within
from deungdae.records.errors import UnusableOption

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

_NAMES = {"spread": "p", "lower": "pl", "upper": "pu", "nearer": "pk"}


@dataclass(frozen=True)
class Part:
    """Values in the order of making, and the subgroups they belong to (None: single values)."""

    values: Floats
    groups: Ints | None
    spec: Spec
    together: Mapping[Name, float] | None = None  #: see `choosing.choose`


def studied(part: Part, options: Options) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what the document says of one column and group, and its pictures.

    Raises UnusableOption when the told distribution cannot hold the values.
    """
    values, limits, n = part.values, part.spec.limits(), part.values.size
    choice = _choice(part, options)
    believed = None if choice.shape is None else indices.beliefs(choice.candidates, n, options.seed)
    spread = _within(part, options, values)
    overall = float(values.std(ddof=1))
    found = {f"p{_NAMES[k]}": i for k, i in _overall(part, choice, believed, options).items()}
    inner = _inner(part, choice, believed, options)
    found |= {f"c{_NAMES[k]}": i for k, i in inner.items()}
    found["cpm"] = (
        indices.NONE
        if part.spec.target is None
        else indices.target_index(values, limits, part.spec.target)
    )
    scores = None if choice.shape is None else choice.shape.scores(values)
    mean = float(values.mean())
    as_normal = indices.normal_indices(mean, overall, n, n - 1, limits)["nearer"]
    document = {
        "mean": mean,
        "median": float(np.median(values)),
        "min": float(values.min()),
        "max": float(values.max()),
        "sigma_overall": overall,
        "sigma_within": None
        if spread is None
        else {"value": spread.sigma, "how": spread.how, "freedom": spread.freedom},
        "subgroups": None if part.groups is None else int(part.groups.max()) + 1,
        "distribution": _distribution(choice),
        "quantiles": _quantiles(choice.shape, values),
        "indices": {name: index.document() for name, index in found.items()},
        "as_if_normal": {"ppk": as_normal.document()},
        "ppm": indices.parts_per_million(choice.shape, believed, values, limits),
        "stability": stability(values, part.groups, scores),
    }
    return document, figures.pictures(values, choice.shape, part.spec)


def unusable(values: Floats, spec: Spec) -> dict[str, Any]:
    """Return the document of values that are too few or do not differ."""
    none = {name: indices.NONE.document() for name in
            ("cp", "cpl", "cpu", "cpk", "pp", "ppl", "ppu", "ppk", "cpm")}  # fmt: skip
    one = float(values[0]) if values.size else None
    return {
        "mean": one, "median": one, "min": one, "max": one,
        "sigma_overall": 0.0 if values.size > 1 else None, "sigma_within": None, "subgroups": None,
        "distribution": None, "quantiles": None, "indices": none,
        "as_if_normal": {"ppk": indices.NONE.document()},
        "ppm": indices.parts_per_million(None, None, values, spec.limits())
        if values.size else None,
        "stability": stability(values, None, None),
        "verdict": "not_enough_data", "warnings": ["constant" if values.size > 1 else "few_rows"],
    }  # fmt: skip


def _choice(part: Part, options: Options) -> Choice:
    boundary = part.spec.boundary
    try:
        return choose(part.values, boundary, options.distribution, options.seed, part.together)
    except ValueError as error:
        raise UnusableOption(
            "--distribution: {distribution} needs values above {boundary}, and the smallest one is "
            "{smallest}.",
            distribution=options.distribution,
            boundary=boundary or 0.0,
            smallest=float(part.values.min()),
        ) from error


def _certain(choice: Choice) -> bool:
    """Tell whether nothing but the normal is believed, so that exact intervals hold."""
    return choice.name == "normal" and sum(c.belief for c in choice.candidates[1:]) < LEAST


def _overall(
    part: Part, choice: Choice, believed: indices.Beliefs | None, options: Options
) -> dict[str, indices.Index]:
    values, limits, n = part.values, part.spec.limits(), part.values.size
    if choice.shape is None or believed is None:
        return indices.percentile_indices(values, limits)
    if _certain(choice):
        mean, sigma = float(values.mean()), float(values.std(ddof=1))
        return indices.normal_indices(mean, sigma, n, n - 1, limits)
    return indices.shaped_indices(choice.shape, believed, limits, 1.0, 0.0, options.seed)


def _inner(
    part: Part, choice: Choice, believed: indices.Beliefs | None, options: Options
) -> dict[str, indices.Index]:
    """Return the indices of the spread within subgroups.

    For a shape that is not normal the spread within is measured on normal scores, where it is one
    if the process is stable, and the quantiles move in or out by it. If the process is stable the
    ratio of the two spreads does not depend on the overall estimate (Basu 1955): its own noise is
    the difference of the two variances.
    """
    values, limits, n = part.values, part.spec.limits(), part.values.size
    nothing = dict.fromkeys(_NAMES, indices.NONE)
    if choice.shape is None or believed is None:
        return nothing
    if _certain(choice):
        spread = _within(part, options, values)
        if spread is None or spread.sigma <= 0:
            return nothing
        return indices.normal_indices(float(values.mean()), spread.sigma, n, spread.freedom, limits)
    scores = choice.shape.scores(values)
    spread = _within(part, options, scores)
    if spread is None or not spread.sigma > 0 or not math.isfinite(spread.sigma):
        return nothing
    noise = math.sqrt(max(0.0, 1 / (2 * spread.freedom) - 1 / (2 * (n - 1))))
    ratio = spread.sigma / float(scores.std(ddof=1))
    return indices.shaped_indices(choice.shape, believed, limits, ratio, noise, options.seed)


def _within(part: Part, options: Options, values: Floats) -> Spread | None:
    if part.groups is None or options.within == "mr":
        return moving_range(values)
    how: How = "pooled"
    if options.within == "rbar":
        how = "rbar"
    elif options.within == "sbar":
        how = "sbar"
    order = np.argsort(part.groups, kind="stable")
    edges = np.cumsum(np.bincount(part.groups))[:-1]
    return within(np.split(values[order], edges), how) or moving_range(values)


def _distribution(choice: Choice) -> dict[str, Any]:
    fit = choice.fit
    return {
        "name": choice.name,
        "reason": choice.reason,
        "told": choice.told,
        "parameters": None if choice.shape is None else choice.shape.parameters(),
        "boundary": choice.shape.boundary
        if choice.shape is not None and choice.shape.family in BOUNDED
        else None,
        "belief": None if fit is None else fit.belief,
        "anderson_darling": None if fit is None else fit.squared,
        "p": None if fit is None else fit.p,
        "candidates": [c.document() for c in choice.candidates],
    }


def _quantiles(shape: Shape | None, values: Floats) -> dict[str, float]:
    """Return the quantiles between which three standard deviations of a normal would lie."""
    shares = [0.0013498980316300933, 0.5, 0.9986501019683699]
    found = (
        np.quantile(values, shares, method="median_unbiased")
        if shape is None
        else [shape.quantile(share) for share in shares]
    )
    return dict(zip(("low", "middle", "high"), map(float, found), strict=True))
