"""Which chart fits a column, and why: measured or counted, single or in subgroups, how spread."""

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from deungdae.analysis.causes import vocabulary as say
from deungdae.analysis.causes.frame import Column, Floats, Frame, Numbers, Texts
from deungdae.analysis.causes.target import named
from deungdae.analysis.spc.options import MEASURED, OF_INSPECTED, Options
from deungdae.records.errors import UnusableOption
from deungdae.records.verdicts import FAIL_WORDS, PASS_WORDS, verdict_word

#: Ranges lose against standard deviations beyond this subgroup size.
LARGEST_FOR_RANGE: Final = 8
#: Bad parts that a sample of pass and fail should hold on average.
WANTED_BAD: Final = 5

COUNTED: Final = [
    "불량수", "불량수량", "불량개수", "불량건수", "부적합수", "부적합품수", "결점수", "결함수",
    "건수", "기포수",
    "defects", "defectives", "defect count", "nonconforming", "nonconformities", "rejects", "count",
]  # fmt: skip
BAD_PARTS: Final = [
    "불량수", "불량수량", "불량개수", "부적합품수", "defectives", "nonconforming", "rejects",
]  # fmt: skip
INSPECTED: Final = [
    "검사수", "검사수량", "검사개수", "시료수", "표본수", "시료크기", "샘플수", "점검수",
    "inspected", "sample size", "samplesize", "lot size", "size", "units", "area",
]  # fmt: skip


@dataclass
class Choice:
    """The chart of a column, who chose it, and why: codes with their values, for sentences."""

    chart: str
    told: bool
    kind: str  #: measured, counted or pass_fail
    inspected: str | None = None
    size: int | None = None  #: rows per sample where the method had to form samples itself
    reasons: list[dict[str, Any]] = field(default_factory=list)


def values_of(column: Column) -> tuple[Floats, bool] | None:
    """Return a column as numbers and whether it is pass (0) and fail (1), or None if it is neither.

    Of texts, only words for pass and fail are numbers; other words are missing.
    """
    if isinstance(column, Numbers):
        present = column.values[~np.isnan(column.values)]
        first = present[:1000]
        binary = bool(np.isin(first, (0.0, 1.0)).all() and np.isin(present, (0.0, 1.0)).all())
        return column.values, binary and present.size > 0
    if isinstance(column, Texts):
        words = [verdict_word(level) for level in column.levels]
        spoken = [w in PASS_WORDS or w in FAIL_WORDS for w in words]
        if not words or not any(spoken) or sum(spoken) < len(words) / 2:
            return None
        code = [1.0 if w in FAIL_WORDS else 0.0 if w in PASS_WORDS else np.nan for w in words]
        return np.array([*code, np.nan])[column.codes], True
    return None


def choose(frame: Frame, name: str, options: Options) -> Choice:
    """Return the chart for one column. Subgroup sizes and overdispersion are looked at later.

    Raises UnusableOption if the chart told cannot be drawn of such a column.
    """
    found = values_of(frame.columns[name])
    if found is None:
        raise UnusableOption(
            "--column: {column} holds neither numbers nor words for pass and fail.", column=name
        )
    values, pass_fail = found
    present = values[~np.isnan(values)]
    reasons: list[dict[str, Any]]
    whole = bool((present >= 0).all() and (present == np.round(present)).all())
    inspected = _inspected(frame, name, options, present, whole)
    told = options.chart != "auto"
    if told:
        return _as_told(name, options, pass_fail, whole, inspected)
    if pass_fail and _grouped(options):
        reasons = [{"code": "pass_fail"}]
        return Choice("p", False, "pass_fail", reasons=reasons)
    if pass_fail:
        size = _sample_size(float(present.mean()), present.size)
        reasons = [{"code": "pass_fail"}, {"code": "samples_formed", "size": size}]
        return Choice("p", False, "pass_fail", size=size, reasons=reasons)
    if whole and (inspected is not None or say.names(name, COUNTED)):
        return _of_counts(frame, name, values, inspected)
    reasons = [{"code": "measured"}]
    return Choice("imr", False, "measured", reasons=reasons)


def _grouped(options: Options) -> bool:
    return options.subgroup is not None or options.size is not None


def _of_counts(frame: Frame, name: str, values: Floats, inspected: str | None) -> Choice:
    reasons: list[dict[str, Any]] = [{"code": "counted"}]
    if inspected is None:
        return Choice("c", False, "counted", reasons=[*reasons, {"code": "one_size"}])
    column = frame.columns[inspected]
    assert isinstance(column, Numbers)
    known = ~np.isnan(values) & ~np.isnan(column.values)
    reasons.append({"code": "inspected", "column": inspected})
    if say.names(name, BAD_PARTS) and (values[known] <= column.values[known]).all():
        return Choice("p", False, "counted", inspected, reasons=[*reasons, {"code": "bad_parts"}])
    return Choice("u", False, "counted", inspected, reasons=[*reasons, {"code": "defects"}])


def _as_told(
    name: str, options: Options, pass_fail: bool, whole: bool, inspected: str | None
) -> Choice:
    chart = options.chart
    kind = "measured" if chart in MEASURED else "pass_fail" if pass_fail else "counted"
    if chart in MEASURED:
        return Choice(chart, True, kind, reasons=[{"code": "told"}])
    if not whole:
        raise UnusableOption(
            "--chart {chart} needs counts: {column} holds other numbers.", chart=chart, column=name
        )
    if chart in OF_INSPECTED and not pass_fail and inspected is None:
        raise UnusableOption(
            "--chart {chart} needs the number inspected: name its column with --inspected.",
            chart=chart,
        )
    return Choice(chart, True, kind, inspected, reasons=[{"code": "told"}])


def _inspected(
    frame: Frame, name: str, options: Options, present: Floats, whole: bool
) -> str | None:
    if options.inspected is not None:
        told = named(frame, options.inspected, "--inspected")
        column = frame.columns[told]
        if not isinstance(column, Numbers) or not (np.nan_to_num(column.values, nan=1) > 0).all():
            raise UnusableOption(
                "--inspected: column {column} must hold numbers above zero.", column=told
            )
        return told
    needed = options.chart in OF_INSPECTED or say.names(name, COUNTED)
    if not whole or not needed:
        return None
    for other, column in frame.columns.items():
        if other == name or not isinstance(column, Numbers) or not say.names(other, INSPECTED):
            continue
        known = column.values[~np.isnan(column.values)]
        if known.size and (known > 0).all() and known.max() > 1:
            return other
    return None


def _sample_size(share: float, rows: int) -> int:
    """Return how many parts a sample of pass and fail should hold: some bad ones in each."""
    wanted = int(np.ceil(WANTED_BAD / max(share, 1e-9)))
    return int(np.clip(wanted, 10, max(10, rows // 20)))


def proposed(frame: Frame, options: Options) -> list[str]:
    """Return the measured columns of a table, in its order: what can be charted without asking.

    Numbers that vary, are no running number, code or identifier, and are known in most rows.
    """
    ignored = {named(frame, name, "--ignore") for name in options.ignore}
    ignored |= {
        named(frame, name, "--" + option)
        for option, name in (
            ("subgroup", options.subgroup), ("stage", options.stage),
            ("inspected", options.inspected),
        )
        if name is not None
    }  # fmt: skip
    if options.baseline is not None and "=" in options.baseline:
        ignored.add(named(frame, options.baseline.partition("=")[0].strip(), "--baseline"))
    found = [
        name
        for name, column in frame.columns.items()
        if name not in ignored and isinstance(column, Numbers) and _varies(name, column)
    ]
    if options.chart == "auto":
        # The number inspected shapes the chart of the counts beside it.
        counts = [choose(frame, name, options).inspected for name in found]
        found = [name for name in found if name not in counts]
    return found


def _varies(name: str, column: Numbers) -> bool:
    present = column.values[~np.isnan(column.values)]
    if present.size < max(8, 0.5 * column.values.size):
        return False
    some = present[:50_000]
    distinct = np.unique(some)
    if distinct.size < 5:
        return False
    whole = bool((distinct == np.round(distinct)).all())
    if not whole:
        return True
    step = np.diff(some)
    # A running number, of rows or of samples of several rows.
    moves = step[step != 0]
    if (moves > 0).mean() > 0.95 or (moves < 0).mean() > 0.95:
        return False
    return not (
        say.names(name, say.IDENTIFIER) or say.numbered(name) or say.coded(name)
        or say.names(name, say.LOT)
    )  # fmt: skip
