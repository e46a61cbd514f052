"""What the record of failures says, as plain JSON."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from scipy import special

from deungdae.analysis.reliability.growth import Growth, Watched, growth
from deungdae.analysis.reliability.records import Record, from_spans
from deungdae.analysis.reliability.weibull import Weibull, fitted

#: Fewer failures than this say nothing of a shape; fewer than `FEW` say little.
LEAST, FEW = 5, 15
#: The chance of a false word on shape or trend.
CHANCE: Final = 0.05
#: So unlikely a silence of a machine is none that failures at random leave.
SILENT: Final = 1e-6


def judged(record: Record) -> dict[str, Any]:
    """Return rates, Weibull fit, trend and verdict.

    "verdict" is "early", "random", "wear_out" (the shape, where it differs from 1 beyond chance, or
    not), "changing" (failures come more or less often as time goes on, so that one distribution of
    lives describes nothing), or "not_enough_data". Hours of running throughout. Of several machines
    "each" has the rates, and "p_same_rate" says whether they are those of one rate.
    """
    n, hours = record.failures, record.hours
    lives, failed = np.array(record.lives), np.array(record.failed, dtype=bool)
    each, differ = _each(record), _differ(record)
    weibull = _fit(lives, failed)
    trend = growth(record.machines) if n >= LEAST else None
    verdict = _verdict(weibull, trend)
    warnings = []
    if weibull is not None and n < FEW:
        warnings.append("few_failures")
    if trend is not None and trend.p < CHANCE:
        warnings.append("more_often" if trend.beta.value > 1 else "less_often")
    if differ is not None and differ < CHANCE:
        warnings.append("machines_differ")
    if any(_silent(machine) for machine in record.machines):
        warnings.append("silent")
    return {
        "hours": hours,
        "failures": n,
        "censored": int((~failed).sum()),
        "machines": len(record.machines),
        "each": each,
        "p_same_rate": differ,
        "mtbf": None if hours <= 0 else _rate(hours, n),
        "repair": None
        if not record.repairs
        else {"mean": float(np.mean(record.repairs)), "median": float(np.median(record.repairs))},
        "weibull": None
        if weibull is None
        else {
            "shape": weibull.shape.document(), "scale": weibull.scale.document(),
            "b10": weibull.b10.document(), "mean": weibull.mean.document(),
            "p_exponential": weibull.p_exponential,
        },
        "trend": None
        if trend is None
        else {"beta": trend.beta.document(), "p": trend.p, "now": trend.now},
        "needed": {"failures": LEAST - int(failed.sum())}
        if verdict == "not_enough_data"
        else None,
        "verdict": verdict,
        "warnings": warnings,
    }  # fmt: skip


def of_spans(spans: Sequence[tuple[float, float, str, str]]) -> dict[str, Any]:
    """Return what one machine's spans (start_us, end_us, state, reason) say, as `judged` does."""
    return judged(from_spans(spans))


def _fit(lives: Any, failed: Any) -> Weibull | None:
    if int(failed.sum()) < LEAST:
        return None
    ended = lives[failed]
    return None if ended.min() == ended.max() else fitted(lives, failed)


def _verdict(weibull: Weibull | None, trend: Growth | None) -> str:
    if weibull is None:
        return "not_enough_data"
    if trend is not None and trend.p < CHANCE:
        return "changing"
    if weibull.p_exponential >= CHANCE:
        return "random"
    return "wear_out" if weibull.shape.value > 1 else "early"


def _each(record: Record) -> list[dict[str, Any]]:
    """Return failures, hours and mean time between failures of each of several machines."""
    if len(record.machines) < 2:
        return []
    return [
        {
            "machine": name, "failures": int(one.failures.size), "hours": one.total,
            "mtbf": _rate(one.total, int(one.failures.size)), "since_last": _since_last(one),
        }
        for name, one in zip(record.names, record.machines, strict=True)
    ]  # fmt: skip


def _since_last(machine: Watched) -> float:
    return float(machine.total - (machine.failures[-1] if machine.failures.size else 0.0))


def _silent(machine: Watched) -> bool:
    """Say whether a machine ran on for longer without a failure than chance would let it.

    After n failures at random in t hours, none comes for s more with chance (t / (t + s))^n: the
    pace is known from n failures alone, which a chance of exp(-n·s/t) would leave out.
    """
    n, since = machine.failures.size, _since_last(machine)
    if n < LEAST or machine.failures[-1] <= 0:
        return False
    until = machine.failures[-1]
    return bool((until / (until + since)) ** n < SILENT)


def _differ(record: Record) -> float | None:
    """Return the p-value of one rate of failures for all machines; None where too few were seen.

    Given their sum, failures at random fall on machines by their hours: the likelihood ratio
    against that, by χ² (Cox and Lewis, The Statistical Analysis of Series of Events, 1966).
    The approximation needs five failures expected of each machine (Cochran 1954).
    """
    if len(record.machines) < 2:
        return None
    seen = np.array([one.failures.size for one in record.machines], dtype=float)
    expected = seen.sum() * np.array([one.total for one in record.machines]) / record.hours
    if expected.min() < LEAST:
        return None
    ratio = 2 * float(special.xlogy(seen, seen / expected).sum())
    return float(special.chdtrc(seen.size - 1, max(0.0, ratio)))


def _rate(hours: float, failures: int) -> dict[str, Any]:
    """Return the mean time between failures with its interval for failures at random.

    A watch that ends at a given time: 2·hours / χ² with 2n + 2 and 2n degrees of freedom
    (MIL-HDBK-781). Without a failure only the lower end is known, at 95 % on one side.
    """
    if failures == 0:
        low = 2 * hours / float(special.chdtri(2, 0.05))
        return {"value": None, "ci95": [low, None]}
    low = 2 * hours / float(special.chdtri(2 * failures + 2, 0.025))
    high = 2 * hours / float(special.chdtri(2 * failures, 0.975))
    return {"value": hours / failures, "ci95": [low, high]}
