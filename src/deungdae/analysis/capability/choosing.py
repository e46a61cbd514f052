"""Which shape the values have, how well it fits, and how sure the choice is."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from deungdae.analysis.stats.anderson import normal_p, statistic
from deungdae.analysis.stats.families import BOUNDED, FAMILIES, Name, Shape, fit
from deungdae.analysis.stats.fiducial import anderson_under

Floats = NDArray[np.float64]

#: How often each shape is met before the values are seen. Measured sizes are mostly normal, sizes
#: with a boundary mostly lognormal; the extremes are rare and would fit much by accident.
PRIOR: Final[dict[Name, float]] = {
    "normal": 6.0, "lognormal": 3.0, "weibull": 1.0, "gamma": 1.0, "largest_extreme": 0.15,
    "smallest_extreme": 0.1,
}  # fmt: skip
#: A shape with a smaller share of the belief is left out of the intervals.
LEAST: Final = 1e-4
#: Below this p value a shape does not fit; the normal is kept up to the usual 0.05.
MISFIT, DOUBT = 0.005, 0.05
#: So many values are needed before their own 0.135 % quantiles mean anything.
PERCENTILE_ROWS: Final = 1000
#: So many standard deviations from its boundary a bounded shape is the normal by another name.
FAR: Final = 50.0
#: With fewer different values no shape can be told from another.
DISTINCT: Final = 5
#: A larger sample is thinned before the test: with many values any rounding is a misfit.
TESTED: Final = 5000


@dataclass(frozen=True)
class Candidate:
    """One fitted shape: its belief (they sum to 1), and its Anderson-Darling test."""

    shape: Shape
    belief: float
    log_likelihood: float
    squared: float
    p: float

    def document(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        return {
            "distribution": self.shape.family, "parameters": self.shape.parameters(),
            "boundary": self.shape.boundary if self.shape.family in BOUNDED else None,
            "belief": self.belief, "log_likelihood": self.log_likelihood,
            "anderson_darling": self.squared, "p": self.p,
        }  # fmt: skip


@dataclass(frozen=True)
class Choice:
    """The chosen way, with why: a code.

    `shape` is None for the percentile method. `candidates` are ordered by belief; only the chosen
    one where the person told it.
    """

    shape: Shape | None
    reason: str
    candidates: tuple[Candidate, ...]
    told: bool

    @property
    def name(self) -> str:
        """The distribution's name, or "percentile"."""
        return "percentile" if self.shape is None else self.shape.family

    @property
    def fit(self) -> Candidate | None:
        """The chosen candidate."""
        return next((c for c in self.candidates if c.shape is self.shape), None)


def likelihoods(values: Floats, boundary: float | None) -> dict[Name, float]:
    """Return the logarithm of the largest likelihood of each family that can hold the values."""
    start = _boundary(values, boundary)
    near = start is not None and values.mean() - start < FAR * values.std(ddof=1)
    names: list[Name] = [f for f in FAMILIES if f not in BOUNDED or near]
    if np.unique(values).size < DISTINCT:
        names = ["normal"]
    return {f: float(fit(f, values, start or 0.0).log_density(values).sum()) for f in names}


def choose(
    values: Floats, boundary: float | None, told: str, seed: int,
    together: Mapping[Name, float] | None = None,
) -> Choice:  # fmt: skip
    """Choose a shape for `values` (told is "auto", a family or "percentile").

    `together` holds the sums of `likelihoods` over all groups that are compared: their process is
    one, so its shape is judged by all of their values. None: these values alone.

    Reasons: "told"; "normal_fits" (nothing speaks against the normal: p >= 0.05 and no other shape
    is far more likely); "most_likely"; "no_fit" (the most likely shape fits badly, and there are
    too few values for their own quantiles); "percentile" (no shape fits, and there are enough).
    Raises ValueError where a told family cannot hold the values.
    """
    start = _boundary(values, boundary)
    if told == "percentile":
        return Choice(None, "told", (), told=True)
    if told != "auto":
        name: Name = next(f for f in FAMILIES if f == told)
        if name in BOUNDED and start is None:
            raise ValueError(f"{name} needs values above its boundary")
        only = candidate(fit(name, values, start or 0.0), values, seed)
        return Choice(only.shape, "told", (only,), told=True)
    given = together or likelihoods(values, boundary)
    sums = {f: s for f, s in given.items() if math.isfinite(s)} or {"normal": 0.0}
    sums.setdefault("normal", -math.inf)
    candidates = _believed(
        [candidate(fit(f, values, start or 0.0), values, seed) for f in sums], sums
    )
    best = candidates[0]
    normal = next(c for c in candidates if c.shape.family == "normal")
    if normal.p >= DOUBT and sums[best.shape.family] - sums["normal"] < 2.0:
        return Choice(normal.shape, "normal_fits", candidates, told=False)
    if best.p >= MISFIT:
        return Choice(best.shape, "most_likely", candidates, told=False)
    if values.size >= PERCENTILE_ROWS:
        return Choice(None, "percentile", candidates, told=False)
    return Choice(best.shape, "no_fit", candidates, told=False)


def candidate(shape: Shape, values: Floats, seed: int) -> Candidate:
    """Return the shape with its likelihood and its test, believed for certain."""
    few = values if values.size <= TESTED else values[:: -(-values.size // TESTED)]
    ordered = np.sort(few)
    squared = float(statistic(shape.below(ordered), shape.above(ordered)))
    under = anderson_under(shape, few.size, seed)
    p = (
        normal_p(squared, few.size)
        if under is None
        else float(((under >= squared).sum() + 1) / (under.size + 1))
    )
    return Candidate(shape, 1.0, float(shape.log_density(values).sum()), squared, p)


def _boundary(values: Floats, told: float | None) -> float | None:
    """Return where the bounded shapes begin: told, or 0 if all values are above it."""
    start = 0.0 if told is None else told
    return start if values.min() > start else None


def _believed(candidates: Sequence[Candidate], sums: Mapping[Name, float]) -> tuple[Candidate, ...]:
    """Share the belief out: prior times likelihood; all have two parameters."""
    most = max(sums.values())
    weights = [PRIOR[c.shape.family] * math.exp(sums[c.shape.family] - most) for c in candidates]
    total = sum(weights)
    shared = [
        Candidate(c.shape, w / total, c.log_likelihood, c.squared, c.p)
        for c, w in zip(candidates, weights, strict=True)
    ]
    return tuple(sorted(shared, key=lambda c: -c.belief))
