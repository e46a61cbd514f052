"""What chance gives where points are not normal: few counts, and skewed single values."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from deungdae.analysis.spc import checks, panels, signals
from deungdae.analysis.spc.charting import Charted, marked_of
from deungdae.analysis.spc.options import Options
from deungdae.analysis.spc.panels import Floats
from deungdae.analysis.spc.rules import marks
from deungdae.analysis.spc.run_length import of_cusum, of_ewma

#: Counts with a larger mean are near enough to normal.
_FEW: Final = 10.0
#: Points drawn to learn how often few counts set off the rules.
_DRAWN: Final = 20_000
#: Beyond these the run length is more than any table has points, and no longer computed well.
_FARTHEST_SUM: Final = 14.0
_FARTHEST_MEAN: Final = 5.5
#: Values that a power is fitted to.
_MOST: Final = 2_000


@dataclass(frozen=True)
class MadeNormal:
    """A chart judged on the normal scale: the alarms there, and how likely chance gives them."""

    alarms: int
    p_value: float


def of_counts(charted: Charted, options: Options) -> float | None:
    """Return the mean run length in control of few counts, simulated; None where normal is near.

    Counts are drawn with the centre line and the numbers inspected of this chart (binomial for p
    and np, Poisson for c and u) and held to its rules; one fixed stream of random numbers.
    """
    code, panel = charted.choice.chart, charted.panels[0]
    if code not in ("p", "np", "c", "u") or not options.rules or not (panel.spread > 0).all():
        return None
    rng = np.random.default_rng(0)
    at = rng.integers(0, panel.value.size, _DRAWN)
    center, spread = panel.center[at], panel.spread[at]
    if code == "p":
        inspected = center * (1 - center) / spread**2
        mean = center * inspected
    elif code == "np":
        share = np.clip(1 - spread**2 / center, 1e-12, 1.0)
        inspected, mean = center / share, center
    else:
        inspected = center / spread**2 if code == "u" else np.ones(_DRAWN)
        mean = center * inspected
    if float(np.median(mean)) >= _FEW:
        return None
    if code in ("p", "np"):
        n = np.maximum(1, np.rint(inspected)).astype(np.int64)
        drawn = rng.binomial(n, np.clip(mean / n, 0.0, 1.0)).astype(float)
        value = drawn / n if code == "p" else drawn
    else:
        value = rng.poisson(mean) / (inspected if code == "u" else 1.0)
    found = signals.alarms(marks((value - center) / spread, options.rules, [0]))
    return _DRAWN / max(1, found)


def of_peak(charted: Charted, options: Options) -> float:
    """Return how likely an EWMA or a CUSUM of a process in control goes as far as this one went.

    1 - exp(-points / L), where L is the mean run length with limits at the peak (the run length in
    control is nearly exponential).
    """
    judged = ~charted.division.left_out
    peak = 0.0
    cusum = charted.choice.chart == "cusum"
    for panel in charted.panels[: 2 if cusum else 1]:
        with np.errstate(divide="ignore", invalid="ignore"):
            away = np.abs(panel.value - panel.center)[judged] / (3 * panel.spread[judged])
        peak = max(peak, float(np.nanmax(np.append(away, 0.0))))
    if not peak > 0:
        return 1.0
    if cusum:
        run = of_cusum(options.slack, min(peak * options.decision, _FARTHEST_SUM))
    else:
        run = of_ewma(options.weight, min(peak * options.width, _FARTHEST_MEAN))
    return float(-np.expm1(-int(judged.sum()) / run)) if run > 0 else 1.0


def made_normal(charted: Charted, options: Options, run_length: float | None) -> MadeNormal | None:
    """Judge skewed single values after a power has made them normal; None where none does.

    A process whose values are always skewed sets off the rules without any change, but not on the
    scale on which it is normal; a change, or a value that fits no skewed shape, shows there, too.
    The power is Yeo and Johnson's (Biometrika 87, 2000), by maximum likelihood.
    """
    use = charted.division.use
    if charted.choice.chart != "imr" or len(charted.division.starts) > 1:
        return None
    if options.target is not None or options.sigma is not None:
        return None
    values = _powered(charted.plotted, charted.plotted[use])
    if values is None:
        return None
    form = checks.shape(values[use])
    if form is None or form.disturbs:
        return None
    made = panels.individuals(values, use)
    marked, beyond = marked_of(made, charted.division, options.rules)
    count = signals.alarms(marked)
    judged = ~charted.division.left_out
    return MadeNormal(count, signals.surprise(made, beyond, judged, count, run_length))


def _powered(values: Floats, base: Floats) -> Floats | None:
    some = base[:: -(-base.size // _MOST)]
    low, middle, high = np.quantile(some, (0.25, 0.5, 0.75))
    if not high > low:
        return None
    from scipy import stats  # takes longer than most charts, and few need it

    with np.errstate(all="ignore"):
        power = float(stats.yeojohnson_normmax((some - middle) / (high - low)))
        made = np.asarray(stats.yeojohnson((values - middle) / (high - low), lmbda=power))
    return made if np.isfinite(made).all() else None
