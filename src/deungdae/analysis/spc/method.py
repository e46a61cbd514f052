"""The method `spc`, version 1: from a table to its control charts."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

import numpy as np

from deungdae.analysis.causes.document import input_document
from deungdae.analysis.causes.frame import NO_TIME, Frame, Ints, Numbers, Times, to_frame
from deungdae.analysis.causes.options import Source
from deungdae.analysis.causes.target import joined, named
from deungdae.analysis.spc.charting import Charted, chart
from deungdae.analysis.spc.choose import proposed, values_of
from deungdae.analysis.spc.described import described, judge, link
from deungdae.analysis.spc.figures import figure
from deungdae.analysis.spc.linked import Beside
from deungdae.analysis.spc.mixed import mixed
from deungdae.analysis.spc.options import Options, check
from deungdae.analysis.spc.samples import Samples, ordered, time_column
from deungdae.records.errors import UnusableFile, UnusableOption
from deungdae.records.shoptable import SetAside

METHOD, VERSION = "spc", 1
#: Columns charted at most when nobody names them.
MOST_COLUMNS: Final = 300
#: More charts than this are drawn small; in full, and compared with other columns, are then only
#: the first ones out of control.
FEW_CHARTS: Final = 4
MOST_FULL: Final = 6
_ORDER: Final = {
    "out_of_control": 0, "mixed": 1, "as_chance": 2, "in_control": 3, "no_limits": 4,
    "no_variation": 5,
}  # fmt: skip

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Findings:
    """The result: `document` is plain JSON without rounding, `figures` is behind its pictures."""

    document: dict[str, Any]
    figures: dict[str, Any]


def draw(
    table: Any,
    options: Options | None = None,
    source: Source | None = None,
    progress: Progress | None = None,
) -> Findings:
    """Draw the control charts of a table with one row per part, sample or moment.

    `table` is an Arrow table, anything with the Arrow stream protocol, or a mapping from column
    names to sequences. Without `options.columns` the measured columns are charted. Charts stand in
    the document in the order of their columns, and `order` ranks them: out of control first.

    Raises UnusableOption for options that do not fit the table, UnusableFile for an empty table or
    one in which no column can be charted.
    """
    options = options or Options()
    source = source or Source()
    tell = progress or (lambda _step, _share: None)
    tell("understanding", 0.0)
    check(options)
    frame = to_frame(table, options.time_zone)
    options = replace(
        options, columns=joined(frame, options.columns), ignore=joined(frame, options.ignore)
    )
    time = time_column(frame, options.time)
    rows = ordered(frame, time)
    groups, guessed = _columns(frame, options)
    if time is not None and options.time is None:
        guessed["time"] = time
    charts, pictures, kept = _charts(frame, rows, time, groups, options, tell)
    judge(charts)
    order = sorted(
        range(len(charts)),
        key=lambda i: (_ORDER[charts[i]["verdict"]], charts[i]["p_value"], i),
    )
    closely = order
    if len(charts) > FEW_CHARTS:
        closely = [i for i in order if charts[i]["verdict"] == "out_of_control"][:MOST_FULL]
    for done, i in enumerate(closely):
        tell("comparing", 0.7 + 0.3 * done / len(closely))
        charted = kept.get(i) or chart(frame, rows, groups[i], options, time)
        when = partial(_when, frame, time, charted.samples)
        pictures[i] = figure(charted, when)
        if charts[i]["signals"] and len(frame.columns) > 1:
            link(charts[i], charted, _beside(frame, charted, options, time))
    used = max(c["rows"] for c in charts)
    aside = [SetAside("value_missing", frame.rows - used)] if used < frame.rows else []
    document = {
        "method": METHOD,
        "version": VERSION,
        "seed": options.seed,
        "input": input_document(source, frame.rows, used, aside, [], guessed, "", ()),
        "time": time,
        "charts": charts,
        "order": order,
        "warnings": ([] if time is not None else ["no_time"])
        + (["many_columns"] if "more" in guessed else []),
    }
    tell("done", 1.0)
    return Findings(document, {"charts": pictures})


def _columns(frame: Frame, options: Options) -> tuple[list[tuple[str, ...]], dict[str, Any]]:
    """Return which columns make which chart, and what of that nobody told."""
    if options.columns:
        told = tuple(dict.fromkeys(named(frame, c, "--column") for c in options.columns))
        return ([told] if options.chart == "t2" else [(c,) for c in told]), {}
    found = proposed(frame, options)
    if not found:
        raise UnusableFile(
            "There is no column of measured values to chart: name one with --column."
        )
    guessed: dict[str, Any] = {"columns": found[:MOST_COLUMNS]}
    if len(found) > MOST_COLUMNS:
        guessed["more"] = len(found) - MOST_COLUMNS
    shown = found[:MOST_COLUMNS]
    return ([tuple(shown)] if options.chart == "t2" else [(c,) for c in shown]), guessed


def _charts(
    frame: Frame,
    rows: Ints,
    time: str | None,
    groups: list[tuple[str, ...]],
    options: Options,
    tell: Progress,
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], dict[int, Charted]]:
    """Return what is told of each chart, its small figure if there are many, and them if few.

    Of many columns with many rows the charts would fill the memory: they are made again where they
    are needed.
    """
    charts, pictures = [], []
    kept = {}
    for number, columns in enumerate(groups):
        tell("charting", 0.05 + 0.65 * number / len(groups))
        charted = chart(frame, rows, columns, options, time)
        when = partial(_when, frame, time, charted.samples)
        entry = described(charted, options, when)
        entry["spec"] = _spec(frame, columns, options)
        if charted.choice.kind == "measured" and charted.choice.chart != "t2":
            without = {*columns, *_shaping(frame, options), *_twins(frame, columns)}
            entry["mixed"] = mixed(frame, charted.samples.rows, charted.values, without)
            if entry["mixed"] is not None:
                entry["warnings"].append("mixed")
        charts.append(entry)
        if len(groups) > FEW_CHARTS:
            pictures.append(figure(charted, when, small=True))
        else:
            kept[number] = charted
            pictures.append({})
    return charts, pictures, kept


def _beside(frame: Frame, charted: Charted, options: Options, time: str | None) -> Beside:
    """Return the other columns by the points of this chart, without those that shaped it."""
    without = {*charted.columns, *(named(frame, c, "--ignore") for c in options.ignore)}
    without |= _shaping(frame, options)
    without |= {told for told in (charted.choice.inspected, time) if told is not None}
    # The same values under another name would be found different whenever these are.
    without |= _twins(frame, charted.columns)
    return Beside(frame, charted.samples, sorted(without))


def _shaping(frame: Frame, options: Options) -> set[str]:
    baseline = (options.baseline or "").partition("=")
    shaping = (options.subgroup, options.stage, baseline[0].strip() if baseline[1] else None)
    return {named(frame, told, "--subgroup") for told in shaping if told is not None}


def _twins(frame: Frame, columns: tuple[str, ...]) -> set[str]:
    twins = set()
    for name in columns:
        own = frame.columns[name]
        if not isinstance(own, Numbers):
            continue
        for other, column in frame.columns.items():
            if other == name or not isinstance(column, Numbers):
                continue
            known = ~(np.isnan(own.values) | np.isnan(column.values))
            a, b = own.values[known][:5000], column.values[known][:5000]
            if a.size > 2 and np.ptp(a) > 0 and np.ptp(b) > 0:
                apart = abs(float(np.corrcoef(a, b)[0, 1]))
                if apart > 0.9999:
                    twins.add(other)
    return twins


def _when(frame: Frame, time: str | None, samples: Samples, point: int) -> str | None:
    if time is None:
        return None
    column = frame.columns[time]
    assert isinstance(column, Times)
    local = int(column.local[samples.rows[samples.starts[point]]])
    return None if local == NO_TIME else str(np.datetime64(local, "us").astype("datetime64[s]"))


def _spec(frame: Frame, columns: tuple[str, ...], options: Options) -> dict[str, Any] | None:
    """Return the specification limits of a column, and how many of its values lie outside."""
    limits = {named(frame, name, "--spec"): told for name, told in options.spec.items()}
    told = limits.get(columns[0]) if len(columns) == 1 else None
    if told is None:
        return None
    found = values_of(frame.columns[columns[0]])
    if found is None or found[1]:
        raise UnusableOption("--spec: {column} holds no measured values.", column=columns[0])
    values = found[0][~np.isnan(found[0])]
    low, high = told
    outside = (values < (-np.inf if low is None else low)) | (
        values > (np.inf if high is None else high)
    )
    return {"lower": low, "upper": high, "outside": int(outside.sum()), "values": int(values.size)}
