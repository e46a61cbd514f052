"""Shapes of measured values: normal, lognormal, Weibull, gamma and the two extreme-value ones.

Each has two parameters. All but the gamma become a location and a scale after the logarithm, or at
once: x or ln(x - boundary) is location + scale · u, where u follows the normal, the smallest
extreme value, or the largest extreme value distribution. Fits are by maximum likelihood.

Source: Lawless, "Statistical Models and Methods for Lifetime Data", 2nd ed., chapters 1 and 5;
NIST/SEMATECH e-Handbook of Statistical Methods, section 8.1.6.
"""

import math
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float64]
Name = Literal["normal", "lognormal", "weibull", "gamma", "largest_extreme", "smallest_extreme"]

FAMILIES: Final[tuple[Name, ...]] = (
    "normal", "lognormal", "weibull", "gamma", "largest_extreme", "smallest_extreme",
)  # fmt: skip
#: These have a lower boundary, below which there is nothing.
BOUNDED: Final = frozenset({"lognormal", "weibull", "gamma"})

_STEPS, _CLOSE = 60, 1e-11


@dataclass(frozen=True)
class Shape:
    """A family with its parameters; arrays of parameters stand for many shapes at once.

    `first`, `second` are location and scale of x or ln(x - boundary); for the gamma its shape and
    its scale (the unit of x).
    """

    family: Name
    first: Any
    second: Any
    boundary: float = 0.0

    def quantile(self, share: Any) -> Any:
        """Return the values below which the shares (0 to 1) lie, in the unit of x."""
        if self.family == "gamma":
            return self.boundary + special.gammaincinv(self.first, share) * self.second
        u = _standard(self.family, share)
        line = self.first + self.second * u
        return self.boundary + np.exp(line) if self.family in BOUNDED else line

    def below(self, x: Any) -> Any:
        """Return the share below `x`."""
        return self._tails(x)[0]

    def above(self, x: Any) -> Any:
        """Return the share above `x`, exact also where it is tiny."""
        return self._tails(x)[1]

    def log_density(self, x: Floats) -> Floats:
        """Return the logarithm of the density at each of `x`, -inf outside of the support."""
        with np.errstate(divide="ignore", invalid="ignore"):
            y = x - self.boundary if self.family in BOUNDED else x
            if self.family == "gamma":
                found = special.xlogy(self.first - 1, y) - y / self.second
                found = found - special.gammaln(self.first) - self.first * np.log(self.second)
            else:
                log = np.log(y) if self.family in BOUNDED else 0.0
                u = ((log if self.family in BOUNDED else y) - self.first) / self.second
                if self.family in ("normal", "lognormal"):
                    found = -0.5 * u * u - 0.5 * math.log(2 * math.pi)
                elif self.family == "largest_extreme":
                    found = -u - np.exp(-u)
                else:
                    found = u - np.exp(u)
                found = found - np.log(self.second) - log
            if self.family in BOUNDED:
                found = np.where(y > 0, found, -np.inf)
        return np.asarray(found, dtype=np.float64)

    def scores(self, x: Floats) -> Floats:
        """Return what each value would be on the scale of a standard normal."""
        low, high = self._tails(x)
        # From the nearer tail, so that neither end loses its digits.
        found = np.where(low < 0.5, special.ndtri(low), -special.ndtri(high))
        return np.asarray(found, dtype=np.float64)

    def parameters(self) -> dict[str, float]:
        """Return the parameters under the names that textbooks use."""
        first, second = float(self.first), float(self.second)
        if self.family == "weibull":
            return {"shape": 1 / second, "scale": math.exp(first)}
        if self.family == "gamma":
            return {"shape": first, "scale": second}
        return {"location": first, "scale": second}

    def _tails(self, x: Any) -> tuple[Any, Any]:
        if self.family not in BOUNDED:
            return _shares(self.family, (x - self.first) / self.second)
        y = np.maximum(np.asarray(x, dtype=np.float64) - self.boundary, 0.0)
        if self.family == "gamma":
            at = y / self.second
            return special.gammainc(self.first, at), special.gammaincc(self.first, at)
        with np.errstate(divide="ignore"):
            return _shares(self.family, (np.log(y) - self.first) / self.second)


def fit(family: Name, values: Floats, boundary: float = 0.0) -> Shape:
    """Return the shape of largest likelihood; `values` (…, n) may hold many samples at once.

    The scale of the normal and the lognormal is the one with n - 1. Families with a boundary need
    all values above it. Raises ValueError where that is not so or the values do not differ.
    """
    if family in BOUNDED:
        values = values - boundary
        if not (values > 0).all():
            raise ValueError(f"{family} needs values above {boundary}")
    if not (np.ptp(values, axis=-1) > 0).all():
        raise ValueError("values that do not differ have no shape")
    if family == "gamma":
        return Shape(family, *_fit_gamma(values), boundary)
    line = np.log(values) if family in BOUNDED else values
    if family in ("normal", "lognormal"):
        return Shape(family, line.mean(axis=-1), line.std(axis=-1, ddof=1), boundary)
    if family == "largest_extreme":
        location, scale = _fit_smallest(-line)
        return Shape(family, -location, scale, boundary)
    return Shape(family, *_fit_smallest(line), boundary)


def _standard(family: Name, share: Any) -> Any:
    if family in ("normal", "lognormal"):
        return special.ndtri(share)
    if family == "largest_extreme":
        return -np.log(-np.log(share))
    return np.log(-np.log1p(-np.asarray(share)))


def _shares(family: Name, u: Any) -> tuple[Any, Any]:
    if family in ("normal", "lognormal"):
        return special.ndtr(u), special.ndtr(-u)
    with np.errstate(over="ignore"):
        if family == "largest_extreme":
            return np.exp(-np.exp(-u)), -np.expm1(-np.exp(-u))
        return -np.expm1(-np.exp(u)), np.exp(-np.exp(u))


def _fit_smallest(values: Floats) -> tuple[Floats, Floats]:
    """Return location and scale of the smallest extreme value distribution (Lawless, 5.2)."""
    mean = values.mean(axis=-1, keepdims=True)
    top = values.max(axis=-1, keepdims=True)
    scale = values.std(axis=-1, keepdims=True) * math.sqrt(6) / math.pi
    distance = values - top
    for _ in range(_STEPS):
        weight = np.exp(distance / scale)
        total = weight.sum(axis=-1, keepdims=True)
        first = (distance * weight).sum(axis=-1, keepdims=True) / total
        second = (distance * distance * weight).sum(axis=-1, keepdims=True) / total
        slope = -(second - first * first) / scale**2 - 1
        step = (first - scale - (mean - top)) / slope
        scale = np.where(scale - step > 0, scale - step, scale / 2)
        if (np.abs(step) < _CLOSE * scale).all():
            break
    location = top + scale * np.log(np.exp(distance / scale).mean(axis=-1, keepdims=True))
    return location[..., 0], scale[..., 0]


def _fit_gamma(values: Floats) -> tuple[Floats, Floats]:
    """Return shape and scale (Minka, "Estimating a gamma distribution", 2002, for the start)."""
    mean = values.mean(axis=-1)
    gap = np.log(mean) - np.log(values).mean(axis=-1)
    shape = (3 - gap + np.sqrt((gap - 3) ** 2 + 24 * gap)) / (12 * gap)
    for _ in range(_STEPS):
        slope = 1 / shape - special.polygamma(1, shape)
        step = (np.log(shape) - special.digamma(shape) - gap) / slope
        shape = np.where(shape - step > 0, shape - step, shape / 2)
        if (np.abs(step) < 1e-10 * shape).all():
            break
    return shape, mean / shape
