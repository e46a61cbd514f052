"""The method `life`: how long machines still live, with an interval, or why nobody can tell."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from deungdae.analysis.causes.document import input_document
from deungdae.analysis.causes.frame import Frame, Numbers, Times, to_frame
from deungdae.analysis.causes.options import Source
from deungdae.analysis.life import testing
from deungdae.analysis.life.fleet import CONFIDENCE, FEW, LEAST, Fleet, Lives, learn
from deungdae.analysis.life.options import Options
from deungdae.analysis.life.passage import passage
from deungdae.analysis.life.roles import Roles, ages, assign, has_failed
from deungdae.records.errors import UnusableFile, UnusableOption
from deungdae.records.shoptable import ColumnSetAside, SetAside

METHOD, VERSION = "life", 1

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Progress = Callable[[str, float], None]

#: A trend is drawn so much longer than it was seen before it is called far.
FAR: Final = 1.0
#: Signals so much beyond the range that was learned from are named.
BEYOND: Final = 0.1
_SHOWN: Final = 400


@dataclass(frozen=True)
class Findings:
    """The result: `document` is plain JSON, `figures` the numbers behind its pictures."""

    document: dict[str, Any]
    figures: dict[str, Any]


def predict(
    table: Any,
    options: Options | None = None,
    source: Source | None = None,
    progress: Progress | None = None,
) -> Findings:
    """Tell how long machines still live.

    `table` is an Arrow table, anything with the Arrow stream protocol, or a mapping of columns.
    "kind" is "fleet" (lives of several units; "units" holds those that still run) or "signal"
    (one signal and its limit). Lives are in the unit of the ages; times count in hours.

    Raises UnusableOption for options that do not fit the table, UnusableFile for a table from
    which nothing can be learned.
    """
    options, source = options or Options(), source or Source()
    tell = progress or (lambda _step, _share: None)
    tell("understanding", 0.0)
    for option, value in (("cap", options.cap),):
        if value is not None and not (np.isfinite(value) and value > 0):
            raise UnusableOption("--{option} must be a number above 0.", option=option)
    if options.limit is None and options.signal is not None:
        raise UnusableOption("--signal needs --limit: the value at which it must be changed.")
    frame = to_frame(table, options.time_zone)
    roles = assign(frame, options)
    tell("learning", 0.1)
    if options.limit is not None:
        found, used, aside = _signal(frame, roles, options)
        columns: list[ColumnSetAside] = []
    else:
        found, used, aside, columns = _fleet(frame, roles, options)
    told = {"unit": roles.unit, "age": roles.age, "failed": roles.failed}
    if options.limit is not None:
        told["signal"] = roles.signals[0]
    document = {
        "method": METHOD,
        "version": VERSION,
        "seed": options.seed,
        "input": input_document(
            source, frame.rows, used, [a for a in aside if a.rows], columns,
            {**source.guessed, **roles.guessed}, roles.signals[0], (),
        ),
        "columns": told,
        "counted_in": _counted_in(frame, roles),
        **found.document,
    }  # fmt: skip
    tell("done", 1.0)
    return Findings(document, found.figures)


def _counted_in(frame: Frame, roles: Roles) -> str:
    if roles.age is None:
        return "rows"
    return "hours" if isinstance(frame.columns[roles.age], Times) else "column"


def _numbers(frame: Frame, name: str) -> Floats:
    column = frame.columns[name]
    assert isinstance(column, Numbers)
    return column.values


def _signal(frame: Frame, roles: Roles, options: Options) -> tuple[Findings, int, list[SetAside]]:
    assert options.limit is not None
    if not np.isfinite(options.limit):
        raise UnusableOption("--{option} must be a number.", option="limit")
    (name,) = roles.signals
    age, values = ages(frame, roles.age), _numbers(frame, name)
    known = np.nonzero(~np.isnan(age) & ~np.isnan(values))[0]
    order = known[np.argsort(age[known], kind="stable")]
    found = passage(age[order], values[order], options.limit, options.seed)
    warnings = []
    if roles.age is None:
        warnings.append("no_age")
    if found.verdict == "trend":
        assert found.seen is not None
        if found.left is None or found.left > FAR * found.seen:
            warnings.append("far")
        if found.high is None:
            warnings.append("open")
    document = {
        "kind": "signal",
        "limit": options.limit,
        "signal": {
            "level": found.level, "drift": found.drift,
            "drift_ci95": None
            if found.drift_low is None else [found.drift_low, found.drift_high],
            "shape": found.shape, "begun": found.begun, "seen": found.seen,
            "chance_none": found.chance_none, "left": found.left, "low": found.low,
            "high": found.high, "confidence": CONFIDENCE,
            "now": float(age[order[-1]]) if order.size else None,
        },
        "verdict": found.verdict,
        "warnings": warnings,
    }  # fmt: skip
    step = -(-order.size // _SHOWN) if order.size else 1
    figures = {"age": age[order][::step].tolist(), "values": values[order][::step].tolist()}
    aside = [SetAside("value_missing", frame.rows - int(order.size))]
    return Findings(document, figures), int(order.size), aside


def _fleet(
    frame: Frame, roles: Roles, options: Options
) -> tuple[Findings, int, list[SetAside], list[ColumnSetAside]]:
    assert roles.unit is not None
    unit, age = frame.texts(roles.unit), ages(frame, roles.age)
    names, columns = _moving(frame, roles)
    rows = np.nonzero((unit.codes >= 0) & ~np.isnan(age))[0]
    order = rows[np.lexsort((age[rows], unit.codes[rows]))]
    aside = [SetAside("unit_missing", frame.rows - int(order.size))]
    signals = np.column_stack([_numbers(frame, name) for name in names])
    ended = np.ones(len(unit.levels), bool)
    if roles.failed is not None:
        yes = np.bincount(unit.codes[order], has_failed(frame, roles.failed)[order])
        ended = np.zeros(len(unit.levels), bool)
        ended[: yes.size] = yes > 0
    parts = {int(code): order[unit.codes[order] == code] for code in np.unique(unit.codes[order])}
    failed = [c for c, r in parts.items() if ended[c] and r.size > 1]
    running = [c for c, r in parts.items() if not ended[c]]
    base = {"kind": "fleet", "failed_units": len(failed), "running_units": len(running)}
    if len(failed) < LEAST:
        document = {
            **base, "needed": {"units": LEAST - len(failed), "good": FEW - len(failed)},
            "lives": None, "signals": [], "test": None, "cap": None, "units": [],
            "verdict": "not_enough_data", "warnings": [],
        }  # fmt: skip
        return Findings(document, {}), int(order.size), aside, columns

    def lives(codes: list[int]) -> Lives:
        first = [age[parts[c]] for c in codes]
        start = 0.0 if _counted_in(frame, roles) == "column" else None
        return Lives(
            tuple(unit.levels[c] for c in codes),
            tuple(signals[parts[c]] for c in codes),
            tuple(a - (a[0] if start is None else start) for a in first),
        )

    learned = lives(failed)
    fleet = learn(learned, options.cap, options.seed)
    test, points = testing.tested(fleet, learned)
    ends = np.array([a[-1] for a in learned.age])
    told = [_told(fleet, learned, lives([c]), names, float(ends.max())) for c in running]
    told.sort(key=lambda one: (one["left"], one["unit"]))
    verdict = "useful" if test["rmse"] < 0.8 * test["naive_rmse"] else "no_better"
    warnings = []
    if len(failed) < FEW:
        warnings.append("few_units")
    if roles.failed is None:
        warnings.append("all_failed")
    if any(one["beyond"] for one in told):
        warnings.append("beyond")
    if any(one["older"] for one in told):
        warnings.append("older")
    document = {
        **base,
        "needed": None,
        "lives": {
            "shortest": float(ends.min()), "median": float(np.median(ends)),
            "longest": float(ends.max()),
        },
        "cap": fleet.cap,
        "signals": testing.trends(learned, names),
        "test": test,
        "units": told,
        "verdict": verdict,
        "warnings": warnings,
    }  # fmt: skip
    return Findings(document, {"test": points}), int(order.size), aside, columns


def _moving(frame: Frame, roles: Roles) -> tuple[list[str], list[ColumnSetAside]]:
    """Return the signals that change at all, and the others as set aside."""
    names, aside = [], []
    for name in roles.signals:
        values = _numbers(frame, name)
        known = values[~np.isnan(values)]
        if known.size == 0:
            aside.append(ColumnSetAside(name, "empty"))
        elif known.min() == known.max():
            aside.append(ColumnSetAside(name, "constant"))
        else:
            names.append(name)
    if not names:
        raise UnusableFile("No column of numbers is left that could show wear.")
    return names, aside


def _told(
    fleet: Fleet, learned: Lives, one: Lives, names: list[str], longest: float
) -> dict[str, Any]:
    """Return what is told of a unit that still runs."""
    (name,), (signals,), (age,) = one.names, one.signals, one.age
    left = float(fleet.left(signals, age)[-1])
    low, high, confidence = fleet.interval(left)
    recent = signals[-fleet.window :]
    beyond = []
    for k, column in enumerate(names):
        seen = np.concatenate([s[:, k] for s in learned.signals])
        now = recent[:, k][~np.isnan(recent[:, k])]
        if now.size == 0:
            continue
        least, most = float(np.nanmin(seen)), float(np.nanmax(seen))
        room = BEYOND * (most - least)
        if not least - room <= float(now.mean()) <= most + room:
            beyond.append(column)
    return {
        "unit": name,
        "age": float(age[-1]),
        "left": min(max(left, low), high),
        "low": low,
        "high": high,
        "confidence": confidence,
        "at_least": left >= 0.9 * fleet.cap,
        "beyond": beyond,
        "older": bool(age[-1] > longest),
    }
