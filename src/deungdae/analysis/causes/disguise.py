"""Is the cause only the day, the shift or the lot in disguise?

What differs between good days and bad days need not be what makes a day bad. A cause is therefore
looked at again within each day (shift, lot): if it no longer separates bad from good there, only
the period has been found.
"""

import numpy as np

from deungdae.analysis.causes.problem import Floats, Ints, Mask, Problem
from deungdae.analysis.causes.region import Condition, region
from deungdae.analysis.causes.relearn import relearn

#: A cause keeps its standing if within periods it has at least this share of its (log) effect ...
KEPT_SHARE = 0.4
#: ... and this much evidence (standard normal).
KEPT_EVIDENCE = 2.0


def disguises(problem: Problem, conditions: tuple[Condition, ...], among: Mask) -> list[str]:
    """Return the names of the contexts (period, shift, lot …) that explain the cause away.

    Limits chosen on the same units would look good within their days by choice alone. The contexts
    are therefore dealt into two hands; each hand is judged by the limits learnt on the other.
    """
    bad = problem.bad_rows > 0
    inside, known = region(problem, conditions)
    if problem.measure is not None:
        return [
            name
            for name, ids in problem.contexts.items()
            if not _mean_survives(problem, conditions, inside, known & among & (ids >= 0), ids)
        ]
    return [
        name
        for name, ids in problem.contexts.items()
        if not _survives(problem, conditions, inside, known & among & (ids >= 0), bad, ids)
    ]


def _survives(
    problem: Problem,
    conditions: tuple[Condition, ...],
    inside: Mask,
    known: Mask,
    bad: Mask,
    ids: Ints,
) -> bool:
    _, number = np.unique(ids[known], return_inverse=True)
    if number.size == 0 or number.max() < 1:
        return True
    crude = _log_ratio(
        (bad & inside & known).sum(), (inside & known).sum(),
        (bad & ~inside & known).sum(), (~inside & known).sum(),
    )  # fmt: skip
    judged = _judged_by_others(problem, conditions, known, number)
    within, evidence = within_contexts(judged[known], bad[known], ids[known])
    return bool(evidence >= KEPT_EVIDENCE and within >= KEPT_SHARE * crude)


def _judged_by_others(
    problem: Problem, conditions: tuple[Condition, ...], known: Mask, number: Ints
) -> Mask:
    """Return which units lie inside by limits that the other hand of contexts taught."""
    rows = np.nonzero(known)[0]
    judged = np.zeros(problem.units, dtype=bool)
    for hand in (0, 1):
        mine = rows[number % 2 == hand]
        learnt = relearn(problem, conditions, rows[number % 2 != hand])
        judged[mine] = region(problem, learnt or conditions)[0][mine]
    return judged


def _mean_survives(
    problem: Problem, conditions: tuple[Condition, ...], inside: Mask, known: Mask, ids: Ints
) -> bool:
    _, number = np.unique(ids[known], return_inverse=True)
    if number.size == 0 or number.max() < 1:
        return True
    scores = problem.scores[known]
    here = inside[known]
    if not here.any() or here.all():
        return True
    crude = float(scores[here].mean() - scores[~here].mean())
    judged = _judged_by_others(problem, conditions, known, number)
    within, evidence = means_within(judged[known], scores, ids[known])
    return bool(evidence >= KEPT_EVIDENCE and within >= KEPT_SHARE * crude)


def means_within(inside: Mask, values: Floats, ids: Ints) -> tuple[float, float]:
    """Return (difference of means, standard normal deviate) pooled over contexts.

    Differences are weighted by n_in * n_out / n, as in a regression with an effect for each
    context; the variance is summed over the contexts (cluster-robust). Shapes: (units,).
    """
    _, number = np.unique(ids, return_inverse=True)
    size = int(number.max()) + 1
    total = np.bincount(number, minlength=size).astype(float)
    n_in = np.bincount(number, weights=inside, minlength=size)
    share = (n_in / total)[number]
    centred = values - (np.bincount(number, weights=values, minlength=size) / total)[number]
    lever = inside - share
    power = float(lever @ lever)
    if power <= 1e-9:
        return 0.0, 0.0
    difference = float(lever @ centred) / power
    rest = centred - difference * lever
    by_context = np.bincount(number, weights=lever * rest, minlength=size)
    # Within few contexts a sum over them is no variance; each unit on its own is the least.
    variance = max(float(by_context @ by_context), float(np.square(lever * rest).sum()))
    return difference, difference * power / float(np.sqrt(max(variance, 1e-12)))


def within_contexts(inside: Mask, bad: Mask, ids: Ints) -> tuple[float, float]:
    """Return (log risk ratio, standard normal deviate) pooled over contexts.

    Mantel-Haenszel risk ratio for stratified data (Greenland and Robins 1985) and the
    Cochran-Mantel-Haenszel deviate without continuity correction. Shapes: (units,).
    """
    _, number = np.unique(ids, return_inverse=True)
    size = int(number.max()) + 1
    total = np.bincount(number, minlength=size).astype(float)
    n_in = np.bincount(number, weights=inside, minlength=size)
    b = np.bincount(number, weights=bad, minlength=size)
    a = np.bincount(number, weights=inside & bad, minlength=size)
    n_out, b_out = total - n_in, b - a
    excess = (a - b * n_in / total).sum()
    many = total > 1
    variance = (
        b[many] * (total - b)[many] * n_in[many] * n_out[many]
        / (total[many] ** 2 * (total[many] - 1))
    ).sum()  # fmt: skip
    if variance <= 0:
        return 0.0, 0.0
    above, below = (a * n_out / total).sum(), (b_out * n_in / total).sum()
    log_ratio = float(np.log((above + 0.1) / (below + 0.1)))
    return log_ratio, float(excess / np.sqrt(variance))


def _log_ratio(bad_in: float, n_in: float, bad_out: float, n_out: float) -> float:
    return float(np.log(((bad_in + 0.5) / (n_in + 1)) / ((bad_out + 0.5) / (n_out + 1))))
