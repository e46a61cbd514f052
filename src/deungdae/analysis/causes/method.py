"""The method `causes`, version 1: from a table to the causes of its defects."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from deungdae.analysis.causes import figures
from deungdae.analysis.causes.cavities import CavityFinding, compare
from deungdae.analysis.causes.classes import kind_document, with_classes
from deungdae.analysis.causes.cleaning import DROPOUT, dropouts, repeated, without_sentinels
from deungdae.analysis.causes.document import cause_document, input_document
from deungdae.analysis.causes.evidence import Rates, rates
from deungdae.analysis.causes.frame import Frame, Ints, Numbers, Texts, Times, to_frame
from deungdae.analysis.causes.judge import SUSPECTED_Q, Cause, Judged, judge, q_values, verdict
from deungdae.analysis.causes.kinds import find_result
from deungdae.analysis.causes.options import Options, Source
from deungdae.analysis.causes.problem import Category, Mask, Problem
from deungdae.analysis.causes.questions import Progress, Question, ask
from deungdae.analysis.causes.region import Condition, Feature
from deungdae.analysis.causes.roles import Roles, assign
from deungdae.analysis.causes.strata import MOST_STRATA, divide
from deungdae.analysis.causes.target import (
    BAD_ROW,
    MISSING_ROW,
    UNKNOWN_ROW,
    Target,
    named,
)
from deungdae.analysis.causes.units import cavity_columns
from deungdae.analysis.causes.window import recommend
from deungdae.records.shoptable import SetAside

METHOD, VERSION = "causes", 1
#: What a warning says was guessed of the results.
GUESSES = ("bad", "kind", "worse", "nominal", "good")


@dataclass(frozen=True)
class Findings:
    """The result: `document` is the promised JSON, `figures` the numbers behind its pictures."""

    document: dict[str, Any]
    figures: dict[str, Any]


def find(
    table: Any,
    options: Options | None = None,
    source: Source | None = None,
    progress: Progress | None = None,
) -> Findings:
    """Find the causes of the defects in a table with one row per part.

    `table` is an Arrow table, anything with the Arrow stream protocol (pandas, Polars, DuckDB), or
    a mapping from column names to sequences. `progress` is called with a step's code and the share
    done, 0 to 1. The same table, options and seed give the same findings.

    Raises UnusableOption for options that do not fit the table, UnusableFile for an empty table.
    """
    options = options or Options()
    source = source or Source()
    tell = progress or (lambda _step, _share: None)
    tell("understanding", 0.0)
    frame = to_frame(table, options.time_zone)
    target = find_result(frame, options)
    roles_all = assign(frame, target, target.state == BAD_ROW, options)
    used, set_aside, copies = _used_rows(frame, target, roles_all)
    frame, dropped_out = _cleaned(frame, roles_all)
    by = None
    if options.by is not None:
        by = tuple(named(frame, name, "--by") for name in options.by)
    divided = divide(frame, roles_all, used, by)
    if divided.too_small:
        set_aside.append(SetAside("stratum_too_small", divided.too_small))
    bad = target.state == BAD_ROW
    strata = sorted(divided.strata, key=lambda s: (-int(bad[s.rows].sum()), -s.rows.size))
    questions = ask(frame, roles_all, strata[:MOST_STRATA], target, options, source, tell)
    tell("judging", 0.85)
    entries, pictures = _judged(frame, roles_all, target, questions, options)
    used_rows = sum(s.rows.size for s in divided.strata)
    warnings = _warnings(frame, target, roles_all, used, bad, questions, copies, dropped_out)
    guessed = {**source.guessed, **target.guessed, **roles_all.guessed}
    if options.by is None:
        guessed["by"] = list(divided.columns)
    document = {
        "method": METHOD,
        "version": VERSION,
        "seed": options.seed,
        "input": input_document(
            source, frame.rows, used_rows, set_aside, roles_all.set_aside, guessed,
            target.column, divided.columns,
        ),
        "target": target.document(),
        "strata": entries,
        "warnings": warnings,
    }  # fmt: skip
    tell("done", 1.0)
    return Findings(document, {"strata": pictures})


def understand(table: Any, options: Options | None = None) -> dict[str, Any]:
    """Say what `find` would take each column of a table for, without searching for causes.

    Returns plain JSON data: target {"column", "bad", "kind", …}, time, by, reason, guessed (the
    names of those four and "bad" that nobody told), rows_used, set_aside [{"reason", "rows"}] and
    columns_set_aside [{"column", "reason"}].

    Raises what `find` raises before it searches.
    """
    options = options or Options()
    frame = to_frame(table, options.time_zone)
    target = find_result(frame, options)
    roles = assign(frame, target, target.state == BAD_ROW, options)
    used, set_aside, _ = _used_rows(frame, target, roles)
    cleaned, _ = _cleaned(frame, roles)
    by = None
    if options.by is not None:
        by = tuple(named(frame, name, "--by") for name in options.by)
    divided = divide(cleaned, roles, used, by)
    if divided.too_small:
        set_aside.append(SetAside("stratum_too_small", divided.too_small))
    guessed = {*target.guessed, *roles.guessed, *(["by"] if by is None else [])}
    return {
        "target": target.document(),
        "time": roles.time,
        "by": list(divided.columns),
        "reason": list(roles.reason_columns),
        "guessed": sorted(guessed),
        "rows_used": sum(s.rows.size for s in divided.strata),
        "set_aside": [{"reason": s.reason, "rows": s.rows} for s in set_aside],
        "columns_set_aside": [
            {"column": c.column, "reason": c.reason}
            for c in roles.set_aside
            if c.column not in (target.column, *divided.columns)
        ],
    }


def levels(table: Any, most: int, time_zone: str) -> dict[str, list[dict[str, Any]]]:
    """Return the values of each column that has at most `most` different ones, and how often.

    Values are told as `Options.bad` names them: {column: [{"value", "rows"}]}, commonest first.
    """
    frame = to_frame(table, time_zone)
    found: dict[str, list[dict[str, Any]]] = {}
    for name, column in frame.columns.items():
        if isinstance(column, Times):
            continue
        # A column of measured values shows at its beginning that it has many.
        if isinstance(column, Numbers) and np.unique(column.values[:10_000]).size > most + 1:
            continue
        texts = frame.texts(name)
        if len(texts.levels) <= most:
            rows = np.bincount(texts.codes[texts.codes >= 0], minlength=len(texts.levels))
            told = [{"value": v, "rows": int(n)} for v, n in zip(texts.levels, rows, strict=True)]
            found[name] = sorted(told, key=lambda t: -t["rows"])
    return found


def _used_rows(frame: Frame, target: Target, roles: Roles) -> tuple[Ints, list[SetAside], int]:
    copies = repeated(frame, roles.time)
    missing = (target.state == MISSING_ROW) & ~copies
    unknown = (target.state == UNKNOWN_ROW) & ~copies
    set_aside = [
        SetAside(reason, int(rows.sum()))
        for reason, rows in (
            ("duplicate", copies), ("target_missing", missing), ("target_unknown", unknown),
        )
        if rows.any()
    ]  # fmt: skip
    return np.nonzero(~(copies | missing | unknown))[0], set_aside, int(copies.sum())


def _cleaned(frame: Frame, roles: Roles) -> tuple[Frame, dict[str, list[float]]]:
    """Make codes levels and sentinels missing; keep "was a sentinel" as levels of its own."""
    columns = dict(frame.columns)
    dropped: dict[str, list[float]] = {}
    for name in roles.categories:
        columns[name] = frame.texts(name)
    for name in roles.numbers:
        column = columns[name]
        assert isinstance(column, Numbers)
        clean, found = without_sentinels(column)
        if found:
            columns[name] = clean
            dropped[name] = found
            marks = dropouts(column, found)
            if marks is not None:
                columns[name + DROPOUT] = marks
                roles.categories.append(name + DROPOUT)
    return Frame(frame.rows, columns), dropped


def _judged(
    frame: Frame, roles: Roles, target: Target, questions: list[Question], options: Options
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    entries, pictures = [], []
    all_q = q_values([q.outcome for q in questions])
    for number, (question, q) in enumerate(zip(questions, all_q, strict=True)):
        rng = np.random.default_rng(np.random.SeedSequence([options.seed, number, 1]))
        judged = judge(
            question.searched, question.problem, question.outcome, q, question.days, rng,
            ordered=not question.shuffled,
        )  # fmt: skip
        problem = question.problem
        if problem.measure is None:
            judged = _with_cavities(frame, roles, question, judged, len(questions), rng)
        judged = _with_windows(question, with_classes(question, target, judged), options, number)
        entries.append(
            {
                "where": question.stratum.where,
                "reason": question.reason,
                **kind_document(target, problem),
                "rows": int(problem.rows.sum()),
                "bad": int(problem.bad_rows.sum()) if problem.measure is None else None,
                "episodes": problem.episodes,
                "verdict": judged.verdict,
                "needed": judged.needed,
                "causes": [cause_document(i + 1, c) for i, c in enumerate(judged.causes)],
                "warnings": list(judged.warnings),
            }
        )
        pictures.append(
            {
                "timeline": figures.timeline(problem),
                "causes": [
                    figures.of_cause(problem, c.shapes)
                    if c.shapes
                    else figures.of_levels(c.columns[0], c.conditions[0]["levels"], c.level_counts)
                    for c in judged.causes
                ],
                "leads": [
                    {"column": question.searched.name_of(lead.column), "by_chance": lead.by_chance}
                    for lead in question.outcome.leads
                ],
            }
        )
    return entries, pictures


def _with_windows(question: Question, judged: Judged, options: Options, number: int) -> Judged:
    """Add the operating window that each cause recommends."""
    rng = np.random.default_rng(np.random.SeedSequence([options.seed, number, 3]))
    whole = question.searched is question.problem
    causes = tuple(
        replace(
            cause,
            window=recommend(
                question.problem, cause.shapes, cause.warnings, cause.among if whole else None, rng
            )
            if cause.shapes
            else None,
        )
        for cause in judged.causes
    )
    return replace(judged, causes=causes)


def _with_cavities(
    frame: Frame,
    roles: Roles,
    question: Question,
    judged: Judged,
    questions: int,
    rng: np.random.Generator,
) -> Judged:
    """Add what a comparison within the shots says of the cavities."""
    layout = question.layout
    bad = question.marked[layout.rows]
    causes = []
    for texts in cavity_columns(frame, layout, roles.categories):
        finding = compare(texts, layout.rows, question.unit, bad, rng)
        if finding is None or min(1.0, finding.p_value * questions) > SUSPECTED_Q:
            continue
        causes.append(_cavity_cause(finding, question, texts, bad, questions))
    if not causes:
        return judged
    columns = len(question.searched.numbers) + len(question.searched.categories)
    together = verdict(question.problem, (*judged.causes, *causes), columns, question.days)
    return replace(together, warnings=(*together.warnings, "cavity"))


def _cavity_cause(
    finding: CavityFinding, question: Question, texts: Texts, bad: Mask, questions: int
) -> Cause:
    rows = question.layout.rows[finding.known]
    used, codes = np.unique(texts.codes[rows], return_inverse=True)
    names = tuple(texts.levels[u] for u in used)
    by_row = Problem(
        (), (), (Category(texts.name, names, codes.astype(np.intp)),),
        np.ones(rows.size, dtype=np.intp), bad[finding.known].astype(np.intp),
    )  # fmt: skip
    chosen = frozenset(i for i, name in enumerate(names) if name in finding.levels)
    condition = Condition(Feature((0,)), levels=chosen)
    measured: Rates = replace(rates(by_row, (condition,)), interval=finding.interval)
    counts = tuple(
        (name, int((codes == i).sum()), int(bad[finding.known][codes == i].sum()))
        for i, name in enumerate(names)
    )
    return Cause(
        (condition.document(by_row),), (texts.name,), measured,
        min(1.0, finding.p_value * questions), None, finding.stability, (), ("cavity",),
        level_counts=counts,
    )  # fmt: skip


def _warnings(
    frame: Frame, target: Target, roles: Roles, used: Ints, bad: Mask, questions: list[Question],
    copies: int, dropped_out: dict[str, list[float]],
) -> list[str]:  # fmt: skip
    warnings = []
    fails = target.measure is None or target.spec is not None
    if fails and not bad[used].any():
        warnings.append("no_bad_rows")
    elif fails and bad[used].all():
        warnings.append("all_bad")
    if "target" in target.guessed:
        warnings.append("target_guessed")
    warnings += [f"{what}_guessed" for what in GUESSES if what in target.guessed]
    if roles.time is None:
        warnings.append("no_time")
    if copies:
        warnings.append("duplicates")
    if dropped_out:
        warnings.append("sentinel")
    if any(q.layout.units < 0.95 * q.layout.rows.size for q in questions):
        warnings.append("shots")
    if any(q.searched is not q.problem for q in questions):
        warnings.append("sampled")
    return warnings
