"""Tables whose truth is known part by part, and the window that `causes` states for them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deungdae.analysis import causes
from deungdae.analysis.causes.frame import Floats

ROWS, COLUMNS = 2500, 9
CAUSE = "setting"
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Shape:
    """How the result depends on the cause, a standard normal number; `drifts` if it wanders."""

    kind: str  #: "pass_fail" or "number"
    low: float  #: rate, or mean, where the cause is harmless
    high: float  #: the same where it is not
    slope: bool = False
    drifts: bool = False


SHAPES = {
    "step, strong": Shape("pass_fail", 0.02, 0.20),
    "step, weak": Shape("pass_fail", 0.02, 0.08),
    "slope": Shape("pass_fail", 0.01, 0.12, slope=True),
    "step, drifting column": Shape("pass_fail", 0.02, 0.15, drifts=True),
    "mean, step": Shape("number", 0.0, 0.6),
    "mean, weak step": Shape("number", 0.0, 0.25),
    "mean, drifting column": Shape("number", 0.0, 0.8, drifts=True),
}


@dataclass(frozen=True)
class Stated:
    """What was stated of a window and what is true of it."""

    reduction: float
    low: float
    high: float
    true: float
    recommended: bool


def simulate(name: str, seed: int) -> Stated | None:
    """Return what `causes` says of the window on the planted column; None if it names none."""
    shape = SHAPES[name]
    rng = np.random.default_rng([list(SHAPES).index(name), seed])
    table, truth = _table(shape, rng)
    told = {"kind": "number", "worse": "high"} if shape.kind == "number" else {"bad": ("NG",)}
    document = causes.find(table, causes.Options(target="result", seed=seed, **told)).document
    for cause in document["strata"][0]["causes"]:
        window = cause["window"]
        if window is not None and cause["columns"] == [CAUSE]:
            within = _holds(window["conditions"][0], table[CAUSE].astype(float))
            today, kept = float(truth.mean()), float(truth[within].mean())
            true = today - kept if shape.kind == "number" else 1 - kept / today
            low, high = window["ci95"]
            return Stated(window["reduction"], low, high, true, window["recommended"])
    return None


def _table(shape: Shape, rng: np.random.Generator) -> tuple[dict[str, NDArray[np.generic]], Floats]:
    """Return a table and the true rate or mean of each of its parts."""
    table: dict[str, NDArray[np.generic]] = {}
    for number in range(COLUMNS):
        table[f"other{number}"] = _series(rng, drifts=number % 3 == 0)
    table[CAUSE] = cause = _series(rng, drifts=shape.drifts)
    share = 1 / (1 + np.exp(-3 * (cause - 1))) if shape.slope else (cause > 1.0).astype(float)
    truth = shape.low + (shape.high - shape.low) * share
    if shape.kind == "number":
        table["result"] = truth + rng.normal(size=ROWS)
    else:
        table["result"] = np.where(rng.random(ROWS) < truth, "NG", "OK")
    return table, truth


def _series(rng: np.random.Generator, *, drifts: bool) -> Floats:
    noise = rng.normal(size=ROWS)
    if not drifts:
        return noise
    series = np.empty(ROWS)
    series[0] = noise[0]
    for i in range(1, ROWS):
        series[i] = 0.97 * series[i - 1] + np.sqrt(1 - 0.97**2) * noise[i]
    return series


def _holds(condition: dict[str, object], values: Floats) -> Bools:
    low, high = condition["min"], condition["max"]
    holds = np.ones(values.size, dtype=bool)
    if isinstance(low, float):
        holds &= values > low
    if isinstance(high, float):
        holds &= values <= high
    return ~holds if condition["outside"] else holds
