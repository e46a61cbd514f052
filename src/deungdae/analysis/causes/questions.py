"""The questions that a table raises: one for each stratum and each kind of badness in it."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from deungdae.analysis.causes.frame import NO_TIME, Frame, Ints, Times
from deungdae.analysis.causes.options import Options, Source
from deungdae.analysis.causes.problem import Category, Mask, Problem
from deungdae.analysis.causes.roles import Roles
from deungdae.analysis.causes.search import Outcome, search
from deungdae.analysis.causes.strata import Stratum
from deungdae.analysis.causes.target import BAD_ROW, Target
from deungdae.analysis.causes.units import DAY, Layout, Measured, build, lay_out, sorted_rows

#: Units, and bad units among them, that are searched at most in one stratum; more are sampled.
MOST_UNITS, MOST_BAD_UNITS = 200_000, 5_000
#: The same for units with a measured result, each of which takes part in every labelling.
MOST_MEASURED = 20_000

Progress = Callable[[str, float], None]


@dataclass
class Question:
    """One stratum and one kind of badness, on its way to a verdict."""

    stratum: Stratum
    reason: str | None
    problem: Problem
    layout: Layout
    unit: Ints
    marked: NDArray[np.bool_]
    searched: Problem
    outcome: Outcome
    days: float | None
    shuffled: bool


@dataclass(frozen=True)
class _Asked:
    """What is asked of a stratum: which rows are bad and which left out, or a measured result."""

    reason: str | None
    marked: Mask
    excluded: Mask
    measured: Measured | None = None


def ask(
    frame: Frame,
    roles: Roles,
    strata: list[Stratum],
    target: Target,
    options: Options,
    source: Source,
    tell: Progress,
) -> list[Question]:
    """Return the questions of all strata, searched and not yet judged."""
    results = frame.texts(target.column).codes
    ordering = [*roles.numbers, *([target.column] if target.values is not None else [])]
    questions: list[Question] = []
    for number, stratum in enumerate(strata):
        rows = stratum.rows
        shuffled = roles.time is None and sorted_rows(frame, rows, results, ordering)
        if shuffled:
            # No order is better than one that was made afterwards.
            rows = np.random.default_rng([options.seed, number, 2]).permutation(rows)
        layout = lay_out(frame, rows, roles.time, roles.numbers)
        for asked in _asked(roles, stratum, target):
            tell("searching", 0.1 + 0.75 * number / len(strata))
            problem, unit = build(
                frame, layout, asked.marked, asked.excluded, roles.numbers, roles.categories,
                roles.time, source.units, asked.measured,
            )  # fmt: skip
            seed = np.random.SeedSequence([options.seed, len(questions)])
            rng = np.random.default_rng(seed)
            searched = thin(problem, rng)
            questions.append(
                Question(
                    stratum,
                    asked.reason,
                    problem,
                    layout,
                    unit,
                    asked.marked,
                    searched,
                    search(searched, rng),
                    _days(frame, layout, roles.time),
                    shuffled,
                )
            )
    return questions


def _asked(roles: Roles, stratum: Stratum, target: Target) -> list[_Asked]:
    """Return what is asked of a stratum: each reason or class or side of the limits, then all."""
    bad = target.state == BAD_ROW
    nothing = np.zeros_like(bad)
    asked: list[_Asked] = []
    if target.levels is not None:
        # A class is held against all the others, good and not.
        asked = [_Asked(*one, nothing) for one in _reasons(target.parts, stratum, bad)]
    elif target.values is None or target.spec is not None:
        reasons = roles.reasons or target.parts
        asked = [_Asked(name, rows, bad & ~rows) for name, rows in _reasons(reasons, stratum, bad)]
    if target.values is not None and target.measure is not None:
        measured = Measured(target.values, target.measure)
        asked.append(_Asked(None, nothing, nothing, measured))
    return asked


def _reasons(
    reasons: dict[str, Mask], stratum: Stratum, bad: Mask
) -> list[tuple[str | None, Mask]]:
    """Return the reasons that occur in a stratum, most bad rows first, and all of them together."""
    inside = np.zeros(bad.size, dtype=bool)
    inside[stratum.rows] = True
    here = [(name, rows & inside) for name, rows in reasons.items()]
    named_ones = sorted(
        ((name, rows) for name, rows in here if rows.any()), key=lambda item: -int(item[1].sum())
    )
    every = bad & inside
    if len(named_ones) == 1 and np.array_equal(named_ones[0][1], every):
        return [(named_ones[0][0], every)]
    return [*named_ones, (None, every)]


def thin(problem: Problem, rng: np.random.Generator) -> Problem:
    """Return the problem with at most `MOST_UNITS` units, of them `MOST_BAD_UNITS` bad.

    Bad units are kept while they are few enough; otherwise bad and good are thinned alike. Of a
    measured result, `MOST_MEASURED` units are drawn.
    """
    if problem.measure is not None:
        if problem.units <= MOST_MEASURED:
            return problem
        return _only(problem, np.sort(rng.choice(problem.units, MOST_MEASURED, replace=False)))
    bad, good = problem.bad, np.nonzero(problem.bad_rows == 0)[0]
    if problem.units <= MOST_UNITS and bad.size <= MOST_BAD_UNITS:
        return problem
    wanted = good.size
    if bad.size > MOST_BAD_UNITS:
        wanted = max(1, round(good.size * MOST_BAD_UNITS / bad.size))
        bad = rng.choice(bad, MOST_BAD_UNITS, replace=False)
    wanted = min(wanted, MOST_UNITS - bad.size)
    return _only(problem, np.sort(np.concatenate((bad, rng.choice(good, wanted, replace=False)))))


def _only(problem: Problem, chosen: Ints) -> Problem:
    return replace(
        problem,
        numbers=tuple(values[chosen] for values in problem.numbers),
        categories=tuple(Category(c.name, c.levels, c.codes[chosen]) for c in problem.categories),
        rows=problem.rows[chosen],
        bad_rows=problem.bad_rows[chosen],
        contexts={name: ids[chosen] for name, ids in problem.contexts.items()},
        values=None if problem.values is None else problem.values[chosen],
        runs=None if problem.runs is None else problem.runs[chosen],
    )


def _days(frame: Frame, layout: Layout, time: str | None) -> float | None:
    if time is None:
        return None
    column = frame.columns[time]
    assert isinstance(column, Times)
    local = column.local[layout.rows]
    known = local[local != NO_TIME]
    return float(np.unique(known // DAY).size) if known.size else None
