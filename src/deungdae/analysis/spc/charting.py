"""One control chart of one column, from its rows to its points, limits and marks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from deungdae.analysis.causes.frame import Frame, Ints, Numbers
from deungdae.analysis.spc import attributes, hotelling, panels, weighted
from deungdae.analysis.spc.choose import LARGEST_FOR_RANGE, Choice, choose, values_of
from deungdae.analysis.spc.options import OF_INSPECTED, Options
from deungdae.analysis.spc.panels import Floats, Known, Mask, Panel, Subgroups
from deungdae.analysis.spc.rules import marks
from deungdae.analysis.spc.samples import Division, Samples, divide, form
from deungdae.analysis.spc.signals import beyond_limits
from deungdae.records.errors import UnusableOption

#: Counts spread more than chance if σz, from medians, is above one by this many standard errors.
_SURE, _ERROR = 3.0, 1.27


@dataclass(frozen=True)
class Charted:
    """A control chart: `panels` over all points, `marked` by rule, `beyond` by panel.

    `plotted` is what the first panel is made of: values, means or counts, shape (points,).
    """

    columns: tuple[str, ...]
    choice: Choice
    samples: Samples
    division: Division
    panels: tuple[Panel, ...]
    marked: dict[str, Mask]
    beyond: tuple[Mask, ...]
    plotted: Floats
    values: Floats  #: as measured, in the order of the points; shape (rows,)
    dispersion: float | None  #: σz of counts
    parts: Floats | None = None  #: of T², shape (points, columns)


def chart(
    frame: Frame, rows: Ints, columns: Sequence[str], options: Options, time: str | None = None
) -> Charted:
    """Chart `columns` (several for T² only) over `rows`, which are in the order of `time`.

    Raises UnusableOption for what the column or the options cannot give.
    """
    if options.chart == "t2":
        return _multivariate(frame, rows, columns, options, time)
    (name,) = columns
    choice = choose(frame, name, options)
    found = values_of(frame.columns[name])
    assert found is not None
    values = found[0]
    needed = values
    if choice.inspected is not None:
        needed = values + _numbers(frame, choice.inspected)
    known = ~np.isnan(needed)
    rows = rows if known.all() else rows[known[rows]]
    if rows.size < 2:
        raise UnusableOption("--column: {column} has fewer than two values.", column=name)
    samples = form(frame, rows, options, choice.size)
    if samples.points == 0:
        raise UnusableOption("--size: {column} has fewer rows than one subgroup.", column=name)
    division = divide(frame, samples, options, time)
    taken = values[samples.rows]
    if choice.kind == "measured":
        groups = Subgroups(taken, samples.starts, samples.sizes)
        if not choice.told:
            choice = _for_subgroups(choice, samples)
        if choice.chart in ("xbar-r", "xbar-s") and not (samples.sizes > 1).any():
            raise UnusableOption(
                "--chart {chart} needs subgroups: say --subgroup COLUMN or --size N.",
                chart=choice.chart,
            )
        plotted = taken if samples.single else groups.mean
        made = _by_stage(division, lambda s, use: _measured(choice.chart, groups, s, use, options))
        made = tuple(_without_neighbours(panel, division.left_out) for panel in made)
        factor = None
    else:
        plotted = np.add.reduceat(taken, samples.starts)
        inspected = samples.sizes.astype(float)
        if choice.inspected is not None:
            each = _numbers(frame, choice.inspected)[samples.rows]
            inspected = np.add.reduceat(each, samples.starts)
        choice, factor = _for_spread(choice, plotted, inspected, division.use)
        if choice.chart in OF_INSPECTED - {"u", "laney-u"} and (plotted > inspected).any():
            raise UnusableOption(
                "--chart {chart}: {column} counts more than were inspected; take u or laney-u.",
                chart=choice.chart, column=name,
            )  # fmt: skip
        code = choice.chart
        made = _by_stage(
            division, lambda s, use: _counted(code, plotted[s], inspected[s], use, options)
        )
    marked, beyond = marked_of(made, division, options.rules)
    return Charted(
        (name,), choice, samples, division, made, marked, beyond, plotted, taken, factor
    )  # fmt: skip


def _without_neighbours(panel: Panel, left_out: Mask) -> Panel:
    """Take the moving ranges away that a point which was left out is part of."""
    if panel.name != "mr" or not left_out.any():
        return panel
    part = left_out | np.concatenate(([False], left_out[:-1]))
    return replace(panel, value=np.where(part, np.nan, panel.value))


def _numbers(frame: Frame, name: str) -> Floats:
    column = frame.columns[name]
    assert isinstance(column, Numbers)
    return column.values


def _for_subgroups(choice: Choice, samples: Samples) -> Choice:
    if samples.single:
        return replace(choice, reasons=[*choice.reasons, {"code": "single"}])
    low, high = int(samples.sizes.min()), int(samples.sizes.max())
    sizes = {"code": "subgroups", "low": low, "high": high}
    if high <= LARGEST_FOR_RANGE and low == high:
        reasons = [*choice.reasons, sizes, {"code": "small_subgroups"}]
        return replace(choice, chart="xbar-r", reasons=reasons)
    why = "large_subgroups" if high > LARGEST_FOR_RANGE else "unequal_subgroups"
    return replace(choice, chart="xbar-s", reasons=[*choice.reasons, sizes, {"code": why}])


def _for_spread(
    choice: Choice, counts: Floats, inspected: Floats, use: Mask
) -> tuple[Choice, float | None]:
    """Take Laney's chart where counts spread more from sample to sample than chance explains."""
    of_parts = choice.chart in ("p", "np", "laney-p")
    if choice.chart == "c":
        inspected = np.ones(counts.size)
    make = attributes.shares if of_parts else attributes.defect_rates
    plain = make(counts, inspected, use)
    factor = attributes.dispersion(plain, use)
    if choice.told or choice.chart not in ("p", "c", "u") or not np.isfinite(factor):
        return choice, factor
    typical = attributes.typical_dispersion(plain, use)
    if typical > 1 + _SURE * _ERROR / np.sqrt(use.sum()) and factor > 1.1:
        laney = "laney-p" if of_parts else "laney-u"
        spread = {"code": "overdispersed", "factor": factor}
        return replace(choice, chart=laney, reasons=[*choice.reasons, spread]), factor
    even = {"code": "evenly_spread", "factor": factor}
    return replace(choice, reasons=[*choice.reasons, even]), factor


def _by_stage(
    division: Division, make: Callable[[slice, Mask], tuple[Panel, ...]]
) -> tuple[Panel, ...]:
    """Make the panels of each stage from its own points, and join them."""
    points = division.use.size
    if len(division.starts) == 1:
        return tuple(make(slice(0, points), division.use))
    made = []
    for a, b in zip(division.starts, (*division.starts[1:], points), strict=True):
        use = division.use[a:b]
        made.append(make(slice(a, b), use if use.any() else np.ones(b - a, dtype=bool)))
    return tuple(_joined(parts) for parts in zip(*made, strict=True))


def _joined(parts: Sequence[Panel]) -> Panel:
    return replace(
        parts[-1],
        value=np.concatenate([p.value for p in parts]),
        center=np.concatenate([p.center for p in parts]),
        lower=np.concatenate([p.lower for p in parts]),
        upper=np.concatenate([p.upper for p in parts]),
        spread=np.concatenate([p.spread for p in parts]),
    )


def _measured(
    code: str, groups: Subgroups, stage: slice, use: Mask, options: Options
) -> tuple[Panel, ...]:
    groups = _cut(groups, stage)
    known = Known(options.target, options.sigma)
    single = bool((groups.sizes == 1).all())
    if code == "xbar-r":
        return panels.means_and_ranges(groups, use, known)
    if code == "xbar-s":
        return panels.means_and_deviations(groups, use, known)
    means = groups.values if single else groups.mean
    if code == "imr":
        return panels.individuals(means, use, known)
    whole = (
        panels.individuals(means, use, known)
        if single
        else panels.means_and_deviations(groups, use, known)
    )
    center, sigma = float(whole[0].center[0]), whole[0].sigma
    if code == "ewma":
        return (
            weighted.ewma(means, groups.sizes, center, sigma, options.weight, options.width),
            whole[1],
        )
    spread = sigma / float(np.sqrt(np.median(groups.sizes)))
    return weighted.cusum(means, center, options.slack * spread, options.decision * spread, sigma)


def _cut(groups: Subgroups, stage: slice) -> Subgroups:
    if stage.start == 0 and stage.stop == groups.starts.size:
        return groups
    starts, sizes = groups.starts[stage], groups.sizes[stage]
    first = int(starts[0])
    return Subgroups(groups.values[first : starts[-1] + sizes[-1]], starts - first, sizes)


def _counted(
    code: str, counts: Floats, inspected: Floats, use: Mask, options: Options
) -> tuple[Panel, ...]:
    known = Known(options.target)
    match code:
        case "p":
            return (attributes.shares(counts, inspected, use, known),)
        case "np":
            return (attributes.numbers_bad(counts, inspected, use, known),)
        case "c":
            return (attributes.defects(counts, use, known),)
        case "u":
            return (attributes.defect_rates(counts, inspected, use, known),)
        case "laney-p":
            plain = attributes.shares(counts, inspected, use, known)
        case _:
            plain = attributes.defect_rates(counts, inspected, use, known)
    return (attributes.overdispersed(plain, use),)


def marked_of(
    made: tuple[Panel, ...], division: Division, rules: Sequence[str]
) -> tuple[dict[str, Mask], tuple[Mask, ...]]:
    """Return the marks by rule, and by panel what lies beyond its limits.

    Mark what breaks a rule: points that were left out are neither judged nor in the way.
    """
    judged = ~division.left_out
    beyond = tuple(beyond_limits(panel) & judged for panel in made)
    first = made[0]
    if not first.ruled:
        return {}, beyond
    with np.errstate(divide="ignore", invalid="ignore"):
        z = (first.value - first.center) / first.spread
    kept = judged & np.isfinite(z)
    if kept.all():
        return marks(z, rules, division.starts), beyond
    before = np.concatenate(([0], np.cumsum(kept)))
    starts = sorted({int(before[s]) for s in division.starts} - {int(kept.sum())} | {0})
    found = {}
    for rule, mask in marks(z[kept], rules, starts).items():
        found[rule] = np.zeros(kept.size, dtype=bool)
        found[rule][kept] = mask
    return found, beyond


def _multivariate(
    frame: Frame, rows: Ints, columns: Sequence[str], options: Options, time: str | None
) -> Charted:
    if len(columns) < 2:
        raise UnusableOption("--chart t2 needs two columns or more: name them with --column.")
    found = []
    for name in columns:
        column = frame.columns[name]
        if not isinstance(column, Numbers):
            raise UnusableOption("--chart t2: column {column} holds no numbers.", column=name)
        found.append(column.values)
    table = np.stack(found, axis=1)
    rows = rows[~np.isnan(table[rows]).any(axis=1)]
    if rows.size < 2:
        raise UnusableOption("--column: {column} has fewer than two values.", column=columns[0])
    samples = form(frame, rows, options)
    division = divide(frame, samples, options, time)
    if len(division.starts) > 1:
        raise UnusableOption("--chart t2 cannot be cut into stages; say --baseline instead.")
    taken = table[samples.rows]
    try:
        if samples.single:
            made = hotelling.of_rows(taken, division.use)
        else:
            made = hotelling.of_subgroups(taken, samples.starts, samples.sizes, division.use)
    except ValueError as error:
        raise UnusableOption(
            "--chart t2: there are too few rows for so many columns, or one of them follows from "
            "the others."
        ) from error
    single = "single" if samples.single else "subgroups"
    told = Choice("t2", True, "measured", reasons=[{"code": "told"}, {"code": single}])
    if not samples.single:
        told.reasons[1] |= {"low": int(samples.sizes.min()), "high": int(samples.sizes.max())}
    return Charted(
        tuple(columns), told, samples, division, (made.panel,), {},
        (beyond_limits(made.panel) & ~division.left_out,), made.panel.value, taken[:, 0], None,
        made.parts,
    )  # fmt: skip
