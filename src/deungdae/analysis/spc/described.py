"""A chart as plain JSON: limits by stage, signals, checks, run length, what was chosen and why."""

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from deungdae.analysis.spc import chances, checks, panels, signals
from deungdae.analysis.spc.charting import Charted
from deungdae.analysis.spc.hotelling import ALARM
from deungdae.analysis.spc.linked import Beside
from deungdae.analysis.spc.options import Options
from deungdae.analysis.spc.panels import Floats, Mask, Panel, Subgroups
from deungdae.analysis.spc.run_length import in_control, of_cusum, of_ewma
from deungdae.analysis.spc.signals import Episode

#: Signals that are told one by one; more are counted.
MOST_SIGNALS: Final = 40
#: Fewer points than this give limits that will still move.
FEW_POINTS: Final = 20
_COUNTS: Final = frozenset({"p", "np", "c", "u", "laney-p", "laney-u"})


def described(
    charted: Charted, options: Options, when: Callable[[int], str | None]
) -> dict[str, Any]:
    """Return the chart's part of the document; `judge` completes it when all charts are known.

    `when` tells the time of a point, by its number from 0.
    """
    run_length = run_length_of(charted, options)
    found = found_episodes(charted)
    marked = charted.marked if charted.panels[0].ruled else {"limits": charted.beyond[0]}
    if charted.choice.chart in ("ewma", "cusum"):
        # Sums with a memory stay beyond for a while: that is one alarm.
        leading = [out for n, out in enumerate(charted.beyond) if _leads(charted, n)]
        count = sum(signals.excursions(out) for out in leading)
    else:
        count = signals.alarms(marked)
    judged = ~charted.division.left_out
    warnings, checked = _checked(charted)
    use = charted.division.use
    if charted.choice.chart in ("ewma", "cusum"):
        # Whether a sum went so far is asked of its peak, not of how often it came and went.
        beside = signals.surprise(charted.panels, charted.beyond, judged, 0, None)
        p_value = min(1.0, 2 * min(beside, chances.of_peak(charted, options)))
    else:
        p_value = signals.surprise(charted.panels, charted.beyond, judged, count, run_length)
    straight = None
    if "not_normal" in warnings:
        straight = chances.made_normal(charted, options, run_length)
    if straight is not None:
        p_value = straight.p_value
    robust = _robust(charted) if charted.beyond[0][use].any() else None
    if robust is not None:
        warnings.append("baseline_out")
    return {
        "columns": list(charted.columns),
        "chart": charted.choice.chart,
        "choice": {
            "told": charted.choice.told,
            "kind": charted.choice.kind,
            "inspected": charted.choice.inspected,
            "reasons": charted.choice.reasons,
        },
        "points": charted.samples.points,
        "rows": int(charted.samples.sizes.sum()),
        "subgroups": {
            "by": charted.samples.by,
            "low": int(charted.samples.sizes.min()),
            "high": int(charted.samples.sizes.max()),
        },
        "baseline": {
            "told": options.baseline,
            "points": int(use.sum()),
            "left_out": [
                {"point": n, "label": charted.samples.label(n - 1), "reason": reason}
                for n, reason in sorted(options.leave_out.items())
            ],
            "robust": robust,
        },
        "rules": list(options.rules) if charted.panels[0].ruled else ["limits"],
        "stages": _stages(charted),
        "verdict": _without_limits(charted),
        "p_value": p_value,
        "q_value": None,
        "out": int(np.logical_or.reduce([*charted.marked.values(), *charted.beyond]).sum()),
        "alarms": count,
        "alarms_made_normal": None if straight is None else straight.alarms,
        "by_rule": {rule: int(mask.sum()) for rule, mask in charted.marked.items()},
        "signals": [
            _signal(charted, number, e, when)
            for number, (episodes, _) in enumerate(found)
            for e in episodes
        ],
        "signals_total": sum(total for _, total in found),
        "run_length": _chances(charted, run_length),
        "linked": [],
        "linked_columns": 0,
        "mixed": None,
        "checks": checked,
        "warnings": warnings,
    }


def judge(charts: list[dict[str, Any]]) -> None:
    """Give each chart its q-value and verdict, in place.

    in_control: no signal; as_chance: signals, but neither more nor stronger than processes in
    control give; out_of_control; mixed: neither, but kinds of parts that lie apart widen the
    limits; no_limits and no_variation where there is nothing to judge.
    """
    for entry, q in zip(charts, signals.together([c["p_value"] for c in charts]), strict=True):
        entry["q_value"] = q
        if entry["verdict"] is None:
            if not entry["signals_total"]:
                entry["verdict"] = "in_control"
            else:
                out = q < signals.ALPHA
                entry["verdict"] = "out_of_control" if out else "as_chance"
        if entry["verdict"] != "out_of_control":
            if entry["mixed"] is not None and entry["verdict"] in ("in_control", "as_chance"):
                entry["verdict"] = "mixed"
            # One point in hundreds lies beyond by chance, which is no reason to draw new limits.
            entry["warnings"] = [w for w in entry["warnings"] if w != "baseline_out"]


def link(entry: dict[str, Any], charted: Charted, beside: Beside) -> None:
    """Add to a chart's entry what else was different at its signals, in place.

    Names that changed just where a signal begins are told for every signal; columns are compared
    only where the signals are more than chance.
    """
    main = [
        e for n, (es, _) in enumerate(found_episodes(charted)) for e in es if _leads(charted, n)
    ]
    for signal in entry["signals"]:
        signal["changed"] = beside.changed_at(signal["begins"] - 1)
    entry["linked_columns"] = len(beside.columns)
    if main and entry["verdict"] == "out_of_control":
        entry["linked"] = beside.compare(_covered(charted, main))


def _without_limits(charted: Charted) -> str | None:
    if not any(np.isfinite(panel.upper).any() for panel in charted.panels):
        return "no_limits"
    return None if (charted.panels[0].spread > 0).any() else "no_variation"


def _covered(charted: Charted, listed: list[Episode]) -> Mask:
    """Mark the points of all signals, those listed from where their pattern begins."""
    leading = [out for n, out in enumerate(charted.beyond) if _leads(charted, n)]
    mask = np.logical_or.reduce([*charted.marked.values(), *leading])
    for e in listed:
        mask[e.begins : e.last + 1] = True
    return np.asarray(mask)


def run_length_of(charted: Charted, options: Options) -> float | None:
    """Return the mean run length in control of the chart's first panel, in points."""
    match charted.choice.chart:
        case "ewma":
            return of_ewma(options.weight, options.width)
        case "cusum":
            return of_cusum(options.slack, options.decision)
        case "t2":
            return 1 / ALARM
    return chances.of_counts(charted, options) or in_control(options.rules)


def _leads(charted: Charted, number: int) -> bool:
    return number == 0 or charted.choice.chart == "cusum"


def found_episodes(charted: Charted) -> list[tuple[list[Episode], int]]:
    """Return the first episodes of each panel in time order, and how many there are."""
    found = []
    starts = charted.division.starts
    for number, (panel, out) in enumerate(zip(charted.panels, charted.beyond, strict=True)):
        with np.errstate(divide="ignore", invalid="ignore"):
            z = np.nan_to_num((panel.value - panel.center) / panel.spread)
        marked = charted.marked if number == 0 and panel.ruled else {"limits": out}
        episodes, total = signals.episodes(marked, z, starts, MOST_SIGNALS)
        if charted.choice.chart == "cusum":
            # The sum was zero just before the shift began.
            episodes = [_since_zero(e, panel.value) for e in episodes]
        found.append((episodes, total))
    return found


def _since_zero(e: Episode, sums: Floats) -> Episode:
    begins = e.first
    while begins > 0 and sums[begins - 1] > 0:
        begins -= 1
    return Episode(begins, e.first, e.last, e.marked, e.rules, e.side, e.peak)


def _signal(
    charted: Charted,
    number: int,
    e: Episode,
    when: Callable[[int], str | None],
) -> dict[str, Any]:
    panel, label = charted.panels[number], charted.samples.label
    side = {"upper": "high", "lower": "low"}.get(panel.name, e.side)
    signal = {
        "panel": panel.name,
        "begins": e.begins + 1,
        "first": e.first + 1,
        "last": e.last + 1,
        "label_begins": label(e.begins),
        "label_first": label(e.first),
        "label_last": label(e.last),
        "when": when(e.first),
        "rules": list(e.rules),
        "side": side,
        "peak": {
            "point": e.peak + 1,
            "label": label(e.peak),
            "value": float(panel.value[e.peak]),
            "lower": _number(panel.lower[e.peak]),
            "upper": _number(panel.upper[e.peak]),
        },
        "changed": [],
    }
    if charted.parts is not None:
        parts = charted.parts[e.peak]
        order = np.argsort(-parts)[:3]
        signal["parts"] = [
            {"column": charted.columns[i], "part": float(parts[i])} for i in order.tolist()
        ]
    return signal


def _stages(charted: Charted) -> list[dict[str, Any]]:
    starts = charted.division.starts
    stages = []
    for name, a, b in zip(
        charted.division.names, starts, (*starts[1:], charted.samples.points), strict=True
    ):
        stages.append(
            {
                "name": name,
                "first": a + 1,
                "last": b,
                "used": int(charted.division.use[a:b].sum()),
                "panels": [_limits(panel, a, b) for panel in charted.panels],
            }
        )
    return stages


def _limits(panel: Panel, a: int, b: int) -> dict[str, Any]:
    """Return the limits of one stage; where they vary from point to point, those of its last."""
    last = b - 1
    upper = panel.upper[a:b][np.isfinite(panel.upper[a:b])]
    return {
        "name": panel.name,
        "center": _number(panel.center[last]),
        "lower": _number(panel.lower[last]),
        "upper": _number(panel.upper[last]),
        "sigma": _number(panel.sigma),
        "varying": bool(upper.size and np.ptp(upper) > 1e-9 * max(1e-300, np.abs(upper).max())),
    }


def _robust(charted: Charted) -> dict[str, Any] | None:
    """Return limits that the odd points of the baseline itself cannot move."""
    use = charted.division.use
    if charted.choice.kind != "measured" or len(charted.division.starts) > 1:
        return None
    sizes = charted.samples.sizes
    if charted.choice.chart == "imr":
        center, sigma = panels.robust_individuals(charted.plotted, use)
        sizes = np.ones(sizes.size, dtype=np.intp)
    elif charted.choice.chart in ("xbar-r", "xbar-s"):
        groups = Subgroups(charted.values, charted.samples.starts, sizes)
        center, sigma = panels.robust_means(groups, use)
    else:
        return None
    if not sigma > 0:
        return None
    wide = 3 * sigma / np.sqrt(sizes)
    out = (np.abs(charted.plotted - center) > wide) & ~charted.division.left_out
    middle = float(np.median(wide))
    return {
        "center": center,
        "sigma": sigma,
        "lower": center - middle,
        "upper": center + middle,
        "out": int(out.sum()),
    }


def _chances(charted: Charted, run_length: float | None) -> dict[str, Any]:
    beside = [p for n, p in enumerate(charted.panels) if not _leads(charted, n) and p.alarm > 0]
    return {
        "points": run_length,
        "per_thousand": None if run_length is None else 1000 / run_length,
        "beside_per_thousand": 1000 * sum(p.alarm for p in beside) if beside else None,
        "expected": None if run_length is None else charted.samples.points / run_length,
        "approximate": charted.choice.chart in _COUNTS,
    }


def _checked(charted: Charted) -> tuple[list[str], dict[str, Any]]:
    use = charted.division.use
    warnings = []
    if charted.samples.scattered:
        warnings.append("scattered")
    if use.sum() < FEW_POINTS:
        warnings.append("few_points")
    code = charted.choice.chart
    plotted = charted.plotted[use] if code != "t2" else charted.values
    along = checks.autocorrelation(plotted) if code != "t2" else None
    if along is not None and along.disturbs:
        warnings.append("autocorrelation")
    form = checks.shape(plotted) if code == "imr" else None
    if form is not None and form.disturbs:
        warnings.append("not_normal")
    wander = None
    if code in ("xbar-r", "xbar-s"):
        wander = checks.between(
            charted.plotted, charted.samples.sizes, charted.panels[0].sigma, use
        )
        if wander > 1.5:
            warnings.append("between")
    if charted.choice.kind == "measured" and checks.steps(charted.values) < 6:
        warnings.append("coarse")
    factor = charted.dispersion
    error = 0.91 / np.sqrt(use.sum())
    if factor is not None and code in ("p", "np", "c", "u") and factor > 1.2 + 3 * error:
        warnings.append("overdispersed")
    if factor is not None and factor < 1 - 3 * error:
        warnings.append("underdispersed")
    return warnings, {
        "autocorrelation": None
        if along is None
        else {"first": along.first, "p_value": along.p_value, "gone_after": along.gone_after},
        "normality": None
        if form is None
        else {"p_value": form.p_value, "skewness": form.skewness, "kurtosis": form.kurtosis},
        "between": _number(wander),
        "dispersion": _number(factor),
    }


def _number(value: float | None) -> float | None:
    return float(value) if value is not None and np.isfinite(value) else None
