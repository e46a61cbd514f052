"""How sure a cause is: interval, later periods, resampling, columns that say the same."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import special

from deungdae.analysis.causes.measured import pieces_inside
from deungdae.analysis.causes.problem import Floats, Ints, Mask, Problem, episodes
from deungdae.analysis.causes.region import Condition, region
from deungdae.analysis.causes.relearn import relearn
from deungdae.analysis.causes.search import Found
from deungdae.analysis.stats.binning import MISSING, Coded, code
from deungdae.analysis.stats.levels import best_of_levels
from deungdae.analysis.stats.ranks import ranks
from deungdae.analysis.stats.scan import OUTSIDE, all_regions, best_of_counts, bin_counts
from deungdae.analysis.stats.weights import best_of_level_sums, best_of_sums, sums_by_bin

#: Stretches of time that stay together when intervals and resamples are made.
BLOCKS = 50
#: Resamples for the stability of a cause.
RESAMPLES = 60
#: Columns whose ranks agree this closely say the same (absolute Spearman correlation).
SAME = 0.9
#: Share of the episodes that belong to the earlier part, from which later ones are predicted.
EARLIER = 0.6
#: Share of the units that make the last part, in which a cause must still be seen.
LAST = 0.3
#: Fewer later episodes than this prove nothing either way.
LATER_EPISODES = 3
#: Units with a measured result that the later part needs on both sides of a limit.
LATER_UNITS = 8
#: Shifts for the test on the later part.
LATER_SHIFTS = 199


@dataclass(frozen=True)
class Rates:
    """Rows and rates inside and outside a region, and the risk ratio with its 95 % interval.

    Rates are shares of rows, 0 to 1. `ratio` is None where no row outside is bad (it is infinite);
    the upper end of `interval` is None where it has no bound.
    """

    rows_inside: int
    rows_outside: int
    rate_inside: float
    rate_outside: float
    ratio: float | None
    interval: tuple[float, float | None]

    @property
    def worse(self) -> bool:
        """Whether the interval says that the rate is higher inside."""
        return self.interval[0] > 1


def rates(problem: Problem, conditions: tuple[Condition, ...]) -> Rates:
    """Return rates inside and outside, with an interval that respects time.

    The variance of the logarithm of the risk ratio is summed over blocks of consecutive units
    (cluster-robust, Liang and Zeger 1986) with a t quantile on as many degrees of freedom as there
    are episodes less one; it is never smaller than that of independent episodes (Katz 1978).
    """
    inside, known = region(problem, conditions)
    outside = known & ~inside
    rows, bad = problem.rows.astype(float), problem.bad_rows.astype(float)
    n_in, n_out = rows[inside].sum(), rows[outside].sum()
    bad_in, bad_out = bad[inside].sum(), bad[outside].sum()
    rate_in, rate_out = bad_in / max(n_in, 1), bad_out / max(n_out, 1)
    ratio = None if bad_out == 0 else float(rate_in / rate_out)
    return Rates(
        int(n_in), int(n_out), float(rate_in), float(rate_out), ratio,
        _interval(problem, inside, outside),
    )  # fmt: skip


def _interval(problem: Problem, inside: Mask, outside: Mask) -> tuple[float, float | None]:
    rows, bad = problem.rows.astype(float), problem.bad_rows.astype(float)
    n_in, n_out = rows[inside].sum(), rows[outside].sum()
    bad_in, bad_out = bad[inside].sum(), bad[outside].sum()
    if bad_in == 0 or n_out == 0:
        return 0.0, None
    open_ended = bad_out == 0
    # Half a defect on each side keeps the logarithm finite when no row outside is bad (Haldane).
    add = 0.5 if open_ended else 0.0
    p_in, p_out = (bad_in + add) / (n_in + 2 * add), (bad_out + add) / (n_out + 2 * add)
    score = np.where(inside, (bad - rows * p_in) / (n_in * p_in), 0.0)
    score -= np.where(outside, (bad - rows * p_out) / (n_out * p_out), 0.0)
    blocks = min(BLOCKS, problem.units)
    sums = np.bincount(np.arange(problem.units) * blocks // problem.units, weights=score)
    clustered = float(np.square(sums).sum()) * blocks / max(blocks - 1, 1)
    count_in, count_out = _episodes_in(problem, inside), _episodes_in(problem, outside)
    independent = 1 / max(count_in, 0.5) + 1 / max(count_out, 0.5)
    independent -= 1 / max(n_in, 1) + 1 / max(n_out, 1)
    deviation = float(np.sqrt(max(clustered, independent, 0.0)))
    # With one or two episodes a t quantile would say nothing at all; few_episodes says it instead.
    freedom = max(problem.episodes - 1, 2)
    width = float(special.stdtrit(freedom, 0.975)) * deviation
    centre = float(np.log(p_in / p_out))
    low = float(np.exp(max(centre - width, -700)))
    high = None if open_ended or centre + width > np.log(1e6) else float(np.exp(centre + width))
    return low, high


def _episodes_in(problem: Problem, mask: Mask) -> int:
    return int(np.unique(problem.episode_of_bad[mask[problem.bad]]).size)


def episodes_inside(problem: Problem, found: Found) -> int:
    """Return in how many episodes the bad units of a cause came, or pieces of evidence."""
    if problem.measure is not None or problem.runs is not None:
        return pieces_inside(problem, found.described.inside)
    return _episodes_in(problem, found.described.inside)


def holds_later(problem: Problem, found: Found, rng: np.random.Generator) -> bool | None:
    """Tell whether a cause, with limits learnt from an earlier part alone, holds in the later part.

    Two cuts are made: where `EARLIER` of the episodes have passed, and where the last `LAST` of the
    units begin, so that a cause of the past does not pass for one of today. At each cut, the column
    must already stand out against shifted labels in the earlier part (p <= 0.1), where its limits
    are set afresh; in the later part the bad units inside are compared with shifted labels.

    Returns True if it holds at both cuts, False if it fails at one, None where the later part
    cannot tell: too few episodes, or a region that is hardly visited.
    """
    among = np.nonzero(found.among)[0]
    if problem.measure is not None:
        return _measured_later(problem, found, among, rng)
    bad = np.nonzero(problem.bad_rows[among] > 0)[0]
    number = episodes(bad, among.size)
    early_count = int(np.ceil(EARLIER * (number[-1] + 1)))
    if number[-1] + 1 - early_count < LATER_EPISODES or early_count < LATER_EPISODES:
        return None
    # The first cut falls halfway between the last early episode and the first later one.
    first = int((bad[number < early_count][-1] + bad[number >= early_count][0] + 1) // 2)
    # The second one moves to the end of an episode that it would cut in two.
    last = int((1 - LAST) * among.size)
    before, after = bad[bad < last], bad[bad >= last]
    if before.size and after.size and number[before.size - 1] == number[before.size]:
        last = int(bad[number == number[before.size]][-1]) + 1
    answer = _holds_after(problem, found, among[:first], among[first:], 0.05, rng)
    if np.sum(bad >= last) < LATER_EPISODES:
        return answer  # The defects themselves went away: the last part speaks neither way.
    today = _holds_after(problem, found, among[:last], among[last:], 0.1, rng)
    if answer is False or today is False:
        return False
    return None if answer is None or today is None else True


def _measured_later(
    problem: Problem, found: Found, among: Ints, rng: np.random.Generator
) -> bool | None:
    """Cut a measured result where 60 and 70 % of the units, or of whole runs, have passed."""
    answers = []
    for share, level in ((EARLIER, 0.05), (1 - LAST, 0.1)):
        cut = int(share * among.size)
        if problem.runs is not None and cut:
            # A run that the cut would divide stays whole, before it.
            cut += int(np.sum(problem.runs[among[cut:]] == problem.runs[among[cut - 1]]))
        early, late = among[:cut], among[cut:]
        if min(early.size, late.size) < LATER_UNITS:
            return None
        answers.append(_holds_after(problem, found, early, late, level, rng))
    if False in answers:
        return False
    return None if None in answers else True


def _mean_holds(
    problem: Problem, inside: Mask, outside: Mask, late: Ints, level: float,
    rng: np.random.Generator,
) -> bool | None:  # fmt: skip
    if min(inside.sum(), outside.sum()) < LATER_UNITS:
        return None
    labels = problem.labels(late)
    rest = int(outside.sum())

    def difference(labellings: Floats) -> Floats:
        here = labels.inside(labellings, inside) / int(inside.sum())
        return here - labels.inside(labellings, outside) / rest

    seen = difference(labels.observed[None])[0]
    by_chance = difference(labels.shifted(LATER_SHIFTS, rng))
    p = (1 + np.sum(by_chance >= seen - 1e-9)) / (1 + by_chance.size)
    return bool(p <= level and seen > 0)


def _holds_after(
    problem: Problem, found: Found, early: Ints, late: Ints, level: float, rng: np.random.Generator
) -> bool | None:
    learnt = relearn(problem, found.described.conditions, early, rng)
    if learnt is None:
        return False
    everywhere, known = region(problem, learnt)
    inside, outside = everywhere[late], (known & ~everywhere)[late]
    if problem.measure is not None:
        return _mean_holds(problem, inside, outside, late, level, rng)
    is_bad = problem.bad_rows > 0
    late_bad = np.nonzero(is_bad[late])[0]
    in_early = everywhere[early]
    rate_early = float(is_bad[early][in_early].mean()) if in_early.any() else 0.0
    hits = int(inside[late_bad].sum())
    if late_bad.size < LATER_EPISODES or max(inside.sum() * rate_early, hits) < LATER_EPISODES:
        return None
    labels = problem.labels(late)
    by_chance = labels.inside(labels.shifted(LATER_SHIFTS, rng), inside)
    p = (1 + np.sum(by_chance >= hits)) / (1 + by_chance.size)
    rate_late = float(is_bad[late][inside].mean()) if inside.any() else 0.0
    rate_rest = float(is_bad[late][outside].mean()) if outside.any() else 0.0
    return bool(p <= level and rate_late > rate_rest)


def same_as(problem: Problem, coded: Coded, found: Found) -> list[int]:
    """Return the numeric columns that say the same as the cause, strongest first.

    A column says the same if its ranks agree with one of the cause's columns (Spearman, on at most
    5,000 units), or if its own best region is nearly the same units (Jaccard index above 0.7 and at
    least 70 % as much explained).
    """
    used = {c for condition in found.described.conditions for c in condition.feature.columns}
    numbers = [c for c in used if c < len(problem.numbers)]
    among = np.nonzero(found.among)[0]
    step = max(1, among.size // 5000)
    sample = among[::step]
    ranked = {c: ranks(problem.numbers[c][sample]) for c in numbers}
    part = coded.take(among)
    labels = problem.labels(among)
    value, where = labels.scanner(part).values(labels.observed[None])
    inside = found.described.inside[among]
    alike: list[tuple[float, int]] = []
    for column in range(len(problem.numbers)):
        if column in used:
            continue
        values = problem.numbers[column][sample]
        near = any(_agree(values, problem.numbers[c][sample], ranked[c]) for c in numbers)
        if not near and value[0, column] >= 0.7 * found.described.value:
            own = region_of(part, column, int(where[0, column]))
            near = bool(np.sum(own & inside) >= 0.7 * np.sum(own | inside))
        if near:
            alike.append((-float(value[0, column]), column))
    return [column for _, column in sorted(alike)]


def _agree(values: Floats, others: Floats, ranked: Floats) -> bool:
    both = ~np.isnan(values) & ~np.isnan(others)
    if both.sum() < 10:
        return False
    if both.all():
        first, second = ranks(values), ranked
    else:
        first, second = ranks(values[both]), ranks(others[both])
    if first.std() == 0 or second.std() == 0:
        return False
    return bool(abs(np.corrcoef(first, second)[0, 1]) >= SAME)


def region_of(coded: Coded, column: int, chosen: int) -> Mask:
    """Return which units lie in a region of the scan."""
    regions = all_regions()
    codes = coded.codes[:, column]
    inside = (codes >= regions.first[chosen]) & (codes < regions.last[chosen])
    if regions.shape[chosen] == OUTSIDE:
        inside = ~inside
    return np.asarray(inside & (codes != MISSING))


def stability(
    problem: Problem,
    coded: Coded,
    found: Found,
    alike: list[int],
    rank: int,
    rng: np.random.Generator,
) -> float:
    """Return the share of resamples in which the cause is found again, 0 to 1.

    Blocks of consecutive units are drawn with replacement; a cause is found again if one of its
    columns, or one that says the same, is among the `rank` + 1 columns that explain most.
    """
    among = np.nonzero(found.among)[0]
    conditions = found.described.conditions
    derived = [c.feature for c in conditions if len(c.feature.columns) > 1]
    part = coded.take(among)
    if derived:
        # A difference may be found again where neither of its columns shows anything.
        own = code([f.values(problem)[among] for f in derived], among.size)
        part = Coded(
            np.concatenate((part.codes, own.codes), axis=1),
            np.concatenate((part.edges, own.edges)),
        )
    mine = {*alike, *(c for condition in conditions for c in condition.feature.columns)}
    plain = np.array([c in mine for c in range(coded.columns + len(problem.categories))])
    names = np.insert(plain, coded.columns, [True] * len(derived))
    blocks = min(BLOCKS, among.size)
    ends = np.arange(1, blocks) * among.size // blocks
    if problem.measure is not None or problem.runs is not None:
        best = _resampled_sums(problem, part, among, ends, rng)
    else:
        best = _resampled_counts(problem, part, among, ends, rng)
    again = 0
    for values in best:
        # Columns that say the same as one another must not push the cause out of the first places.
        rivals = np.sort(values[~names])[::-1]
        bar = rivals[rank] if rivals.size > rank else -np.inf
        again += bool(values[names].max() > bar)
    return again / RESAMPLES


def _resampled_counts(
    problem: Problem, part: Coded, among: Ints, ends: Ints, rng: np.random.Generator
) -> Iterator[Floats]:
    """Yield the best value of each column and category in each resample of blocks."""
    blocks = ends.size + 1
    bad = np.nonzero(problem.bad_rows[among] > 0)[0]
    of_bad = np.split(bad, np.searchsorted(bad, ends))
    all_counts = np.stack(
        [bin_counts(Coded(codes, part.edges)) for codes in np.split(part.codes, ends)]
    )
    bad_counts = np.stack([bin_counts(part.take(rows)) for rows in of_bad])
    levels = [_level_counts(c.codes[among], bad, ends) for c in problem.categories]
    for weight in rng.multinomial(blocks, np.full(blocks, 1 / blocks), size=RESAMPLES):
        numbers = best_of_counts(
            np.tensordot(weight, all_counts, axes=1), np.tensordot(weight, bad_counts, axes=1)
        )
        others = [best_of_levels(weight @ rows, weight @ hits) for rows, hits in levels]
        yield np.concatenate((numbers, others))


def _resampled_sums(
    problem: Problem, part: Coded, among: Ints, ends: Ints, rng: np.random.Generator
) -> Iterator[Floats]:
    """Do the same for weights; where there are whole runs, a block is one run."""
    labels = problem.labels(among)
    weights, worth = labels.weights, labels.worth
    if problem.runs is not None:
        ends = np.nonzero(np.diff(problem.runs[among]))[0] + 1
    blocks = ends.size + 1
    pieces = [
        (Coded(codes, part.edges), own)
        for codes, own in zip(np.split(part.codes, ends), np.split(weights, ends), strict=True)
    ]
    counts = np.stack([bin_counts(coded) for coded, _ in pieces])
    sums = np.stack([sums_by_bin(coded, own) for coded, own in pieces])
    squares = np.stack([sums_by_bin(coded, own**2) for coded, own in pieces])
    levels = [_level_sums(c.codes[among], weights, ends) for c in problem.categories]
    for weight in rng.multinomial(blocks, np.full(blocks, 1 / blocks), size=RESAMPLES):
        numbers = best_of_sums(
            np.tensordot(weight, counts, axes=1),
            np.tensordot(weight, sums, axes=1),
            np.tensordot(weight, squares, axes=1),
            worth,
        )
        others = [
            best_of_level_sums(weight @ n, weight @ own, weight @ powers, worth)
            for n, own, powers in levels
        ]
        yield np.concatenate((numbers, others))


def _level_sums(codes: Ints, weights: Floats, ends: Ints) -> tuple[Ints, Floats, Floats]:
    """Return units, sum and sum of squares of each level in each block, (blocks, levels)."""
    size = int(codes.max(initial=0)) + 1
    counts, sums, squares = [], [], []
    for part, own in zip(np.split(codes, ends), np.split(weights, ends), strict=True):
        known = part >= 0
        counts.append(np.bincount(part[known], minlength=size))
        sums.append(np.bincount(part[known], own[known], minlength=size))
        squares.append(np.bincount(part[known], own[known] ** 2, minlength=size))
    return np.stack(counts), np.stack(sums), np.stack(squares)


def _level_counts(codes: Ints, bad: Ints, ends: Ints) -> tuple[Ints, Ints]:
    """Return rows and bad rows of each level in each block, shape (blocks, levels)."""
    size = int(codes.max(initial=0)) + 1

    def count(part: Ints) -> Ints:
        return np.bincount(part[part >= 0], minlength=size)

    rows = np.stack([count(part) for part in np.split(codes, ends)])
    of_bad = np.split(codes[bad], np.searchsorted(bad, ends))
    return rows, np.stack([count(part) for part in of_bad])
