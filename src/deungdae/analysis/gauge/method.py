"""The method `gauge`: from a study sheet to a verdict on the measuring system."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deungdae.analysis.causes.document import input_document
from deungdae.analysis.causes.frame import Frame, Numbers, to_frame
from deungdae.analysis.causes.options import Source
from deungdae.analysis.gauge import judged
from deungdae.analysis.gauge.attribute import agreement
from deungdae.analysis.gauge.components import components, crossed_layout, nested_layout
from deungdae.analysis.gauge.cube import Cube, crossed_cube, nested_cube
from deungdae.analysis.gauge.linearity import linearity
from deungdae.analysis.gauge.options import Options
from deungdae.analysis.gauge.ranges import average_and_range
from deungdae.analysis.gauge.roles import Roles, assign
from deungdae.analysis.gauge.type1 import type1
from deungdae.analysis.stats.anova import crossed, nested, pooled
from deungdae.records.errors import UnusableFile, UnusableOption
from deungdae.records.shoptable import SetAside
from deungdae.records.verdicts import FAIL_WORDS, PASS_WORDS, verdict_word

METHOD, VERSION = "gauge", 1

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Findings:
    """The result: `document` is plain JSON, `figures` the numbers behind its pictures."""

    document: dict[str, Any]
    figures: dict[str, Any]


def study(
    table: Any,
    options: Options | None = None,
    source: Source | None = None,
    progress: Progress | None = None,
) -> Findings:
    """Analyse a study sheet with one row per measurement.

    `table` is an Arrow table, anything with the Arrow stream protocol, or a mapping of columns.
    Study and columns are guessed where `options` does not tell them. The document holds one of
    "crossed", "nested", "type1", "linearity" and "attribute" under its own name, the verdict
    ("acceptable", "conditional", "unacceptable", "unknown"), and codes of warnings.

    Raises UnusableOption for options that do not fit the table, UnusableFile for a sheet that holds
    no such study.
    """
    options, source = options or Options(), source or Source()
    tell = progress or (lambda _step, _share: None)
    tell("understanding", 0.0)
    _check(options)
    frame = to_frame(table, options.time_zone)
    roles = assign(frame, options)
    rows = _rows(frame, roles)
    aside = [SetAside("value_missing", frame.rows - rows.size)]
    if rows.size == 0:
        raise UnusableFile("No row of the sheet has a measured value yet.")
    tell("judging", 0.3)
    work = {
        "crossed": _crossed, "nested": _nested, "type1": _type1, "linearity": _linearity,
        "attribute": _attribute,
    }[roles.study]  # fmt: skip
    found = work(frame, roles, rows, options)
    aside += found.set_aside
    used = rows.size - sum(s.rows for s in found.set_aside)
    named = ("value", "part", "operator", "reference")
    document = {
        "method": METHOD,
        "version": VERSION,
        "seed": options.seed,
        "input": input_document(
            source, frame.rows, used, [a for a in aside if a.rows], [],
            {**source.guessed, **roles.guessed}, roles.value, (),
        ),
        "study": roles.study,
        "columns": {name: getattr(roles, name) for name in named},
        "unit": source.units.get(roles.value),
        "tolerance": options.tolerance,
        "process_sigma": options.process_sigma,
        roles.study: found.result,
        "verdict": found.verdict,
        "warnings": found.warnings,
    }  # fmt: skip
    tell("done", 1.0)
    return Findings(document, found.figures)


@dataclass(frozen=True)
class _Found:
    result: dict[str, Any]
    verdict: str
    warnings: list[str]
    figures: dict[str, Any]
    set_aside: tuple[SetAside, ...] = ()


def _check(options: Options) -> None:
    for option, value in (
        ("tolerance", options.tolerance),
        ("process-sigma", options.process_sigma),
    ):
        if value is not None and not (np.isfinite(value) and value > 0):
            raise UnusableOption("--{option} must be a number above 0.", option=option)


def _rows(frame: Frame, roles: Roles) -> Ints:
    """Return the rows that have a value, and a part, operator and reference where these matter."""
    value = frame.columns[roles.value]
    known = (
        ~np.isnan(value.values)
        if isinstance(value, Numbers) and roles.study != "attribute"
        else frame.texts(roles.value).codes >= 0
    )
    needed = {
        "crossed": (roles.part, roles.operator), "nested": (roles.part, roles.operator),
        "attribute": (roles.part, roles.operator), "linearity": (roles.reference,), "type1": (),
    }[roles.study]  # fmt: skip
    for name in needed:
        if name is not None:
            known &= frame.texts(name).codes >= 0
    return np.nonzero(known)[0]


def _numbers(frame: Frame, name: str, rows: Ints) -> Floats:
    column = frame.columns[name]
    assert isinstance(column, Numbers)
    return column.values[rows]


def _cube(frame: Frame, roles: Roles, rows: Ints) -> Cube:
    assert roles.part is not None
    part = frame.texts(roles.part)
    if roles.operator is None:
        return crossed_cube(part.codes[rows], np.zeros(rows.size, np.intp), part.levels, ("",))
    operator = frame.texts(roles.operator)
    if roles.study == "nested":
        return nested_cube(part.codes[rows], operator.codes[rows], operator.levels)
    return crossed_cube(part.codes[rows], operator.codes[rows], part.levels, operator.levels)


def _crossed(frame: Frame, roles: Roles, rows: Ints, options: Options) -> _Found:
    cube = _cube(frame, roles, rows)
    values = _numbers(frame, roles.value, rows)[cube.rows]
    parts, people, trials = values.shape
    if trials < 2:
        raise UnusableFile("Each part must be measured twice or more by each operator.")
    lines = crossed(values)
    interaction = lines["interaction"]
    merged = people == 1 or (interaction.p is not None and interaction.p > options.pool)
    if merged:
        lines = pooled(lines)
    layout = crossed_layout(parts, people, trials, pooled=merged)
    found = components(
        layout, lines, tolerance=options.tolerance, process_sigma=options.process_sigma,
        seed=options.seed,
    )  # fmt: skip
    ranges = average_and_range(values)
    result = {
        "design": {
            "parts": parts, "operators": people, "trials": trials,
            "part_names": list(cube.parts), "operator_names": list(cube.operators),
        },
        "anova": {
            "lines": [line.document() for line in lines.values()],
            "interaction": interaction.document(), "pooled": merged, "pool_above": options.pool,
        },
        **found,
        "ranges": ranges,
    }  # fmt: skip
    figures = {
        "parts": list(cube.parts), "operators": list(cube.operators), "values": values.tolist(),
    }  # fmt: skip
    verdict, warnings = judged.components(result, options.tolerance)
    return _Found(result, verdict, warnings, figures, cube.set_aside)


def _nested(frame: Frame, roles: Roles, rows: Ints, options: Options) -> _Found:
    cube = _cube(frame, roles, rows)
    values = _numbers(frame, roles.value, rows)[cube.rows]
    people, parts, trials = values.shape
    lines = nested(values)
    found = components(
        nested_layout(parts, trials), lines, tolerance=options.tolerance,
        process_sigma=options.process_sigma, seed=options.seed,
    )  # fmt: skip
    result = {
        "design": {
            "parts": parts, "operators": people, "trials": trials,
            "part_names": list(cube.parts), "operator_names": list(cube.operators),
        },
        "anova": {
            "lines": [line.document() for line in lines.values()],
            "interaction": None, "pooled": False, "pool_above": None,
        },
        **found,
        "ranges": None,
    }  # fmt: skip
    figures = {
        "parts": list(cube.parts), "operators": list(cube.operators),
        "values": values.transpose(1, 0, 2).tolist(),
    }  # fmt: skip
    verdict, warnings = judged.components(result, options.tolerance)
    return _Found(result, verdict, warnings, figures, cube.set_aside)


def _type1(frame: Frame, roles: Roles, rows: Ints, options: Options) -> _Found:
    reference = roles.reference_value
    if reference is None:
        assert roles.reference is not None
        given = _numbers(frame, roles.reference, np.arange(frame.rows))
        known = np.unique(given[~np.isnan(given)])
        if known.size != 1:
            raise UnusableOption(
                "A Type 1 study has one reference value; column {column} holds {count}.",
                column=roles.reference,
                count=int(known.size),
            )
        reference = float(known[0])
    values = _numbers(frame, roles.value, rows)
    if values.size < 2:
        raise UnusableFile("A Type 1 study needs the same part measured twice or more.")
    result = type1(values, reference, options.tolerance, options.share, options.spread)
    verdict, warnings = judged.type1(result, options.tolerance)
    return _Found(result, verdict, warnings, {"values": values.tolist(), "reference": reference})


def _linearity(frame: Frame, roles: Roles, rows: Ints, options: Options) -> _Found:
    assert roles.reference is not None
    values = _numbers(frame, roles.value, rows)
    references = _numbers(frame, roles.reference, rows)
    distinct = np.unique(references).size
    if distinct < 2 or values.size <= distinct:
        raise UnusableFile(
            "A linearity study needs two reference values or more, each measured repeatedly."
        )
    variation = None if options.process_sigma is None else 6 * options.process_sigma
    result = linearity(values, references, variation)
    verdict, warnings = judged.linearity(result, options.tolerance)
    figures = {
        "reference": references.tolist(),
        "bias": (values - references).tolist(),
        "band": result.pop("band"),
    }
    return _Found(result, verdict, warnings, figures)


def _attribute(frame: Frame, roles: Roles, rows: Ints, options: Options) -> _Found:
    cube = _cube(frame, roles, rows)
    ratings = frame.texts(roles.value)
    levels = list(ratings.levels)
    standard = None
    if roles.reference is not None:
        truth = frame.texts(roles.reference)
        levels += [level for level in truth.levels if level not in levels]
        place = np.array([levels.index(level) for level in truth.levels] + [-1], dtype=np.intp)
        own = place[truth.codes][rows][cube.rows]
        standard = own[:, 0, 0]
        if (own < 0).any() or (own != standard[:, None, None]).any():
            raise UnusableFile(
                "Column {column} must give one and the same reference for every row of a part.",
                column=roles.reference,
            )
    if options.bad is not None:
        unknown = [level for level in options.bad if level not in levels]
        if unknown:
            raise UnusableOption(
                "--bad: column {column} never says {level}; it says {known}.",
                column=roles.value,
                level=unknown[0],
                known=", ".join(levels),
            )
        bad = [levels.index(level) for level in options.bad]
    else:
        bad = _bad_levels(levels)
        if bad:
            roles.guessed["bad"] = [levels[i] for i in bad]
    result = agreement(ratings.codes[rows][cube.rows], standard, levels, cube.operators, bad)
    verdict, warnings = judged.attribute(result, standard is not None)
    return _Found(result, verdict, warnings, {}, cube.set_aside)


def _bad_levels(levels: list[str]) -> list[int]:
    """Return the levels whose words mean a defect, or all but those that mean a good part."""
    words = [verdict_word(level) for level in levels]
    bad = [i for i, word in enumerate(words) if word in FAIL_WORDS]
    good = [i for i, word in enumerate(words) if word in PASS_WORDS]
    return bad or ([i for i in range(len(levels)) if i not in good] if good else [])
