"""The method `capability`: do the parts keep within their limits, and how surely."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from deungdae.analysis.capability.choosing import likelihoods
from deungdae.analysis.capability.comparing import compared
from deungdae.analysis.capability.judging import judged
from deungdae.analysis.capability.options import Options, Spec, check
from deungdae.analysis.capability.studied import Part, studied, unusable
from deungdae.analysis.causes.document import input_document
from deungdae.analysis.causes.frame import NO_TIME, Frame, Numbers, Times, to_frame
from deungdae.analysis.causes.options import Source
from deungdae.analysis.causes.target import joined, named
from deungdae.analysis.spc.mixed import mixed
from deungdae.analysis.stats.families import Name
from deungdae.records.errors import UnusableFile, UnusableOption
from deungdae.records.shoptable import SetAside

METHOD, VERSION = "capability", 1
#: Fewer values than this have no shape that could be told.
FEWEST: Final = 10
#: More groups than this nobody compares.
MOST_GROUPS: Final = 200

Ints = NDArray[np.intp]
Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Findings:
    """The result: `document` is plain JSON, `figures` the numbers behind its pictures."""

    document: dict[str, Any]
    figures: dict[str, Any]


def study(
    table: Any,
    options: Options,
    source: Source | None = None,
    progress: Progress | None = None,
) -> Findings:
    """Study the capability of the columns that have limits, whole or for each group of `by`.

    `table` is an Arrow table, anything with the Arrow stream protocol, or a mapping of columns.
    `document["results"]` has one entry per column and group, `figures["results"]` its pictures in
    the same order; `document["comparisons"]` says whether the groups of a column differ.

    Raises UnusableOption for options that do not fit the table, UnusableFile for an empty table.
    """
    check(options)
    source = source or Source()
    tell = progress or (lambda _step, _share: None)
    tell("understanding", 0.0)
    frame = to_frame(table, options.time_zone)
    options = _resolved(frame, options)
    _check_columns(frame, options)
    guessed: dict[str, Any] = {}
    order = _order(frame, options, guessed)
    groups = _groups(frame, options)
    known = np.zeros(frame.rows, dtype=bool)
    for column in options.specs:
        known |= ~np.isnan(_numbers(frame, column).values)
    grouped = np.zeros(frame.rows, dtype=bool)
    for _, member in groups:
        grouped |= member
    aside = [
        SetAside("value_missing", int((~known).sum())),
        SetAside("group_missing", int((known & ~grouped).sum())),
    ]
    results, pictures = [], []
    jobs = [(column, spec, where, member) for column, spec in options.specs.items()
            for where, member in groups]  # fmt: skip
    together = {
        column: _together(_numbers(frame, column).values, spec, groups)
        for column, spec in options.specs.items()
        if options.distribution == "auto" and len(groups) > 1
    }
    for i, (column, spec, where, member) in enumerate(jobs):
        tell("judging", i / len(jobs))
        result, picture = _result(
            frame, options, source, column, spec, where, order[member[order]], together.get(column)
        )
        results.append(result)
        pictures.append(picture)
    document = {
        "method": METHOD,
        "version": VERSION,
        "seed": options.seed,
        "input": input_document(
            source, frame.rows, int((known & grouped).sum()), [a for a in aside if a.rows], [],
            {**source.guessed, **guessed}, "", (),
        ),
        "columns": {
            "value": list(options.specs), "by": list(options.by), "subgroup": options.subgroup,
            "time": options.time or guessed.get("time"),
        },
        "size": options.size,
        "wanted": options.wanted,
        "results": results,
        "comparisons": _comparisons(frame, options, groups) if options.by else [],
        "warnings": [] if order_known(frame, options, guessed) else ["no_time"],
    }  # fmt: skip
    tell("done", 1.0)
    return Findings(document, {"results": pictures})


def order_known(frame: Frame, options: Options, guessed: Mapping[str, Any]) -> bool:
    """Tell whether something says in which order the parts were made."""
    return bool(options.time or options.subgroup or guessed.get("time"))


def _resolved(frame: Frame, options: Options) -> Options:
    """Return the options with the names of columns as the table writes them."""

    def there(name: str) -> str:
        try:
            return named(frame, name, "--spec")
        except UnusableOption:
            return name  # refused below, with the option it was told by

    return replace(
        options,
        specs={there(name): spec for name, spec in options.specs.items()},
        by=tuple(there(name) for name in joined(frame, options.by)),
        subgroup=None if options.subgroup is None else there(options.subgroup),
        time=None if options.time is None else there(options.time),
    )


def _check_columns(frame: Frame, options: Options) -> None:
    wanted = [("spec", name) for name in options.specs]
    wanted += [("by", name) for name in options.by]
    wanted += [(o, n) for o in ("subgroup", "time") if (n := getattr(options, o)) is not None]
    for option, name in wanted:
        if name not in frame.columns:
            raise UnusableOption(
                "--{option}: there is no column {column}; there are {known}.",
                option=option,
                column=name,
                known=", ".join(frame.columns),
            )
    for name in options.specs:
        if not isinstance(frame.columns[name], Numbers):
            raise UnusableFile(
                "Column {column} holds no numbers, so it has no capability.", column=name
            )


def _numbers(frame: Frame, name: str) -> Numbers:
    column = frame.columns[name]
    assert isinstance(column, Numbers)
    return column


def _order(frame: Frame, options: Options, guessed: dict[str, Any]) -> Ints:
    """Return the rows in the order of making: by time where there is one, else as they stand."""
    name = options.time
    if name is None:
        name = next((n for n, c in frame.columns.items() if isinstance(c, Times)), None)
        if name is None:
            return np.arange(frame.rows)
        guessed["time"] = name
    column = frame.columns[name]
    if isinstance(column, Times):
        # Rows without a time stay where they stand, behind the others.
        last = np.iinfo(np.int64).max
        return np.argsort(np.where(column.local == NO_TIME, last, column.local), kind="stable")
    if isinstance(column, Numbers):
        return np.argsort(column.values, kind="stable")
    raise UnusableOption("--time: column {column} holds neither times nor numbers.", column=name)


def _groups(frame: Frame, options: Options) -> list[tuple[dict[str, str], NDArray[np.bool_]]]:
    """Return the groups of `by` with their rows, or the whole table."""
    if not options.by:
        return [({}, np.ones(frame.rows, dtype=bool))]
    columns = [frame.texts(name) for name in options.by]
    codes = np.stack([c.codes for c in columns])
    kinds = np.unique(codes[:, (codes >= 0).all(axis=0)], axis=1).T
    if len(kinds) > MOST_GROUPS:
        raise UnusableOption(
            "--by makes {count} groups; at most {most} can be compared.",
            count=len(kinds),
            most=MOST_GROUPS,
        )
    if not len(kinds):
        raise UnusableOption("--by: no row has a value in all of these columns.")
    return [
        (
            {c.name: c.levels[code] for c, code in zip(columns, kind, strict=True)},
            (codes == kind[:, None]).all(axis=0),
        )
        for kind in kinds
    ]


def _result(
    frame: Frame, options: Options, source: Source, column: str, spec: Spec,
    where: Mapping[str, str], rows: Ints, together: Mapping[Name, float] | None,
) -> tuple[dict[str, Any], dict[str, Any] | None]:  # fmt: skip
    """Return one column of one group: its document, and its pictures."""
    values = _numbers(frame, column).values[rows]
    known = ~np.isnan(values)
    numbered = None
    if options.subgroup is not None:
        codes = frame.texts(options.subgroup).codes[rows]
        known &= codes >= 0
        numbered = codes[known]
    values = values[known]
    if options.size is not None and options.size > 1:
        # The last, incomplete subgroup is one all the same.
        numbered = np.arange(values.size) // options.size
    head = {
        "column": column,
        "unit": source.units.get(column),
        "where": dict(where),
        "rows": int(values.size),
        "spec": {
            "lower": spec.lower, "upper": spec.upper, "target": spec.target,
            "boundary": spec.boundary,
        },
    }  # fmt: skip
    if values.size < FEWEST or np.ptp(values) == 0:
        return {**head, **unusable(values, spec), "mixed": None}, None
    if numbered is not None:
        numbered = _in_order(numbered)
    # Values as wild as 1e200 overflow on the way; what cannot be computed is then unknown.
    with np.errstate(all="ignore"):
        body, picture = studied(Part(values, numbered, spec, together), options)
        body, picture = finite(body), finite(picture)
        verdict, warnings = judged(body, spec, values, options.wanted)
        without = {column, *options.by, *({options.subgroup} - {None})}
        apart = mixed(frame, rows[known], values, {name for name in without if name})
    if apart is not None:
        warnings.append("mixed")
    return {**head, **body, "mixed": apart, "verdict": verdict, "warnings": warnings}, picture


def finite(found: Any) -> Any:
    """Return plain JSON with None for every number that is not finite, whole intervals included."""
    if isinstance(found, dict):
        cleaned = {key: finite(value) for key, value in found.items()}
        if isinstance(cleaned.get("ci95"), list) and None in cleaned["ci95"]:
            cleaned["ci95"] = None
        return cleaned
    if isinstance(found, list):
        return [finite(value) for value in found]
    return None if isinstance(found, float) and not math.isfinite(found) else found


def _together(
    values: NDArray[np.float64], spec: Spec,
    groups: list[tuple[dict[str, str], NDArray[np.bool_]]],
) -> dict[Name, float] | None:  # fmt: skip
    """Return the likelihoods of the shapes over all groups, None if no group has a spread."""
    samples = [values[member & ~np.isnan(values)] for _, member in groups]
    with np.errstate(all="ignore"):
        each = [
            likelihoods(s, spec.boundary) for s in samples if s.size >= FEWEST and np.ptp(s) > 0
        ]
    if not each:
        return None
    able = [name for name in each[0] if all(name in found for found in each)]
    return {name: sum(found[name] for found in each) for name in able}


def _in_order(codes: Ints) -> Ints:
    """Number subgroups from 0 in the order in which they come."""
    _, first, number = np.unique(codes, return_index=True, return_inverse=True)
    rank = np.empty(first.size, dtype=np.intp)
    rank[np.argsort(first)] = np.arange(first.size)
    return rank[number]


def _comparisons(
    frame: Frame, options: Options, groups: list[tuple[dict[str, str], NDArray[np.bool_]]]
) -> list[dict[str, Any]]:
    found = []
    for column in options.specs:
        values = _numbers(frame, column).values
        samples = [values[member & ~np.isnan(values)] for _, member in groups]
        samples = [s for s in samples if s.size > 1 and math.isfinite(float(np.ptp(s)))]
        found.append({"column": column, **compared(samples)})
    return found
