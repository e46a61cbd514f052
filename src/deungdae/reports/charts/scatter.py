"""Two columns against each other, with the region in which parts go bad."""

from collections.abc import Callable, Mapping, Sequence
from math import nan
from typing import Any

import altair as alt

from deungdae.reports.charts.frame import ALARM, NEUTRAL, REGION, Picture, drawn, values
from deungdae.reports.words import Words

_HEIGHT = 260
_ACROSS, _UP = 90, 240  #: fineness of the grid on which the region is looked for
_MARGIN = 0.04

Condition = Mapping[str, Any]
Span = tuple[float, float]


def scatter(
    words: Words,
    figure: Mapping[str, Any],
    conditions: Sequence[Condition],
    *,
    units: Mapping[str, str],
    prefix: str,
    measured: bool = False,
) -> Picture | None:
    """Draw a sample of parts, bad ones as filled triangles, good ones as rings.

    Of a `measured` result the worst quarter stands for the bad parts.

    `figure` carries x, y (numbers in `units` of x_column, y_column) and bad. The region that the
    conditions describe is shaded if they are about these two columns alone.
    """
    x_name, y_name = str(figure["x_column"]), str(figure["y_column"])
    parts = [
        {"x": x, "y": y, "bad": bool(b)}
        for x, y, b in zip(figure["x"], figure["y"], figure["bad"], strict=True)
        if x is not None and y is not None
    ]
    if len(parts) < 2:
        return None
    bad = sum(p["bad"] for p in parts)
    summary = words.say(
        "{x} against {y} for a sample of {n} parts, {bad} of them of the worst quarter; "
        "the shaded area is where the result is worse."
        if measured
        else "{x} against {y} for a sample of {n} parts, {bad} of them bad; "
        "the shaded area is where more defects come from.",
        x=x_name,
        y=y_name,
        n=len(parts),
        bad=bad,
    )
    across, up = _span(parts, "x"), _span(parts, "y")
    layers = _region(conditions, (x_name, y_name), across, up)
    layers += _points(
        words, parts, _axis(x_name, units, across, "x"), _axis(y_name, units, up, "y")
    )
    return Picture(
        svg=drawn(layers, height=_HEIGHT, lang=words.lang, summary=summary, prefix=prefix),
        caption=words.say(
            "{x} against {y} (▲ worst quarter, ○ others)"
            if measured
            else "{x} against {y} (▲ bad, ○ good)",
            x=x_name,
            y=y_name,
        ),
        summary=summary,
        header=(x_name, y_name, words.say("Result")),
        rows=[
            (
                words.number(p["x"]),
                words.number(p["y"]),
                _said(words, p["bad"], measured=measured),
            )
            for p in sorted(parts, key=lambda p: not p["bad"])
        ],
    )


def _said(words: Words, bad: bool, *, measured: bool) -> str:
    if measured:
        return words.say("worst quarter") if bad else words.say("others")
    return words.say("bad") if bad else words.say("good")


def _span(parts: Sequence[Mapping[str, Any]], axis: str) -> Span:
    low, high = min(p[axis] for p in parts), max(p[axis] for p in parts)
    margin = (high - low) * _MARGIN or 1.0
    return low - margin, high + margin


def _axis(name: str, units: Mapping[str, str], span: Span, channel: str) -> Any:
    unit = units.get(name)
    make = alt.X if channel == "x" else alt.Y
    return make(
        f"{channel}:Q",
        scale=alt.Scale(domain=list(span), nice=False, zero=False),
        axis=alt.Axis(title=f"{name} ({unit})" if unit else name, tickCount=5),
    )


def _points(words: Words, parts: Sequence[dict[str, Any]], x: Any, y: Any) -> list[Any]:
    good = alt.Chart(values([p for p in parts if not p["bad"]]))
    bad = alt.Chart(values([p for p in parts if p["bad"]]))
    return [
        good.mark_point(shape="circle", size=22, color=NEUTRAL, strokeWidth=1, clip=True).encode(
            x=x, y=y
        ),
        bad.mark_point(
            shape="triangle-up", size=60, filled=True, color=ALARM, opacity=1, clip=True
        ).encode(x=x, y=y),
    ]


def _region(
    conditions: Sequence[Condition], names: tuple[str, str], across: Span, up: Span
) -> list[Any]:
    """Shade where all conditions hold. They are asked on a grid, so any form of them will do."""
    if not all({str(c) for c in condition["columns"]} <= set(names) for condition in conditions):
        return []
    holds = [_asked(condition, names) for condition in conditions]
    if any(h is None for h in holds):
        return []
    xs, ys = _grid(across, _ACROSS), _grid(up, _UP)
    strips: dict[str, list[dict[str, Any]]] = {}
    for x in xs:
        for low, high in _runs([all(h(x, y) for h in holds if h) for y in ys]):
            # a strip is drawn as one shape as long as it keeps to the same side of the picture
            side = "low" if low == 0 else "high" if high == len(ys) - 1 else "middle"
            strips.setdefault(side, []).append({"x": x, "y": ys[low], "y2": ys[high]})
    return [
        alt.Chart(values(_with_gaps(strip, xs)))
        .mark_area(
            color=REGION,
            opacity=1,
            clip=True,
            line={"color": ALARM, "strokeDash": [4, 3], "strokeWidth": 1},
        )
        .encode(x=alt.X("x:Q"), y=alt.Y("y:Q"), y2=alt.Y2("y2:Q"))
        for strip in strips.values()
    ]


def _asked(condition: Condition, names: tuple[str, str]) -> Callable[[float, float], bool] | None:
    if condition.get("levels"):
        return None
    columns = [str(c) for c in condition["columns"]]
    low, high, outside = condition.get("min"), condition.get("max"), condition.get("outside")
    op = condition.get("op", "value")

    def asked(x: float, y: float) -> bool:
        of = dict(zip(names, (x, y), strict=True))
        first, second = of[columns[0]], of[columns[-1]]
        value = _combined(op, first, second)
        within = (low is None or value > low) and (high is None or value <= high)
        return within != bool(outside)

    return asked


def _combined(op: str, first: float, second: float) -> float:
    if op == "difference":
        return first - second
    if op == "product":
        return first * second
    if op == "ratio":
        return first / second if second else nan
    return first


def _grid(span: Span, n: int) -> list[float]:
    return [span[0] + (span[1] - span[0]) * i / (n - 1) for i in range(n)]


def _runs(holds: Sequence[bool]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for i, held in enumerate(holds):
        if not held:
            continue
        if runs and runs[-1][1] == i - 1:
            runs[-1] = (runs[-1][0], i)
        else:
            runs.append((i, i))
    return runs


def _with_gaps(strip: Sequence[dict[str, Any]], xs: Sequence[float]) -> list[dict[str, Any]]:
    """Put empty places where the strip is interrupted, lest it be drawn across them."""
    by_x = {row["x"]: row for row in strip}
    first, last = strip[0]["x"], strip[-1]["x"]
    return [by_x.get(x, {"x": x, "y": None, "y2": None}) for x in xs if first <= x <= last]
