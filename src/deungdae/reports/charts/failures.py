"""Failures: lives on Weibull paper, and failures one after another."""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import altair as alt

from deungdae.reports.charts.frame import INK, NEUTRAL, Picture, drawn, values
from deungdae.reports.words import Words

_HEIGHT = 260
_SHARES: Final = (0.01, 0.05, 0.1, 0.3, 0.632, 0.9, 0.99)


def _placed(share: float) -> float:
    return math.log(-math.log(1 - share))


def probability(
    words: Words, plot: Mapping[str, Sequence[float]], weibull: Mapping[str, Any],
    *, unit: str, prefix: str,
) -> Picture:  # fmt: skip
    """Draw lives on paper on which a Weibull distribution is a straight line."""
    shape, scale = weibull["shape"]["value"], weibull["scale"]["value"]
    points = [
        {"x": life, "y": _placed(share)}
        for life, share in zip(plot["lives"], plot["failed"], strict=True)
        if 0 < share < 1
    ]
    ends = [min(p["x"] for p in points), max(p["x"] for p in points)]
    line = [{"x": x, "y": shape * math.log(x / scale)} for x in ends]
    marks = [_placed(share) for share in _SHARES]
    labels = json.dumps([words.percent(share) for share in _SHARES])
    found = f"{labels}[indexof([{','.join(f'{m:.6f}' for m in marks)}], datum.value)]"
    low = min(marks[1], *(p["y"] for p in points))
    high = max(marks[5], *(p["y"] for p in points))
    x = alt.X(
        "x:Q",
        scale=alt.Scale(type="log"),
        axis=alt.Axis(title=words.say("Running time ({unit})", unit=unit), tickCount=5),
    )
    y = alt.Y(
        "y:Q",
        scale=alt.Scale(domain=[low - 0.2, high + 0.2], nice=False),
        axis=alt.Axis(title=words.say("Failed"), values=[float(f"{m:.6f}") for m in marks],
                      labelExpr=found),
    )  # fmt: skip
    summary = words.say(
        "{n} failures on Weibull paper; the line has shape {shape}.",
        n=len(points),
        shape=words.number(shape, digits=3),
    )
    layers = [
        alt.Chart(values(line)).mark_line(color=INK, strokeWidth=1.25).encode(x=x, y=y),
        alt.Chart(values(points)).mark_point(size=26, color=NEUTRAL).encode(x=x, y=y),
    ]
    return Picture(
        svg=drawn(layers, height=_HEIGHT, lang=words.lang, summary=summary, prefix=prefix),
        caption=words.say("Weibull plot"),
        summary=summary,
        header=(words.say("Running time ({unit})", unit=unit), words.say("Failed")),
        rows=[
            (words.number(life), words.percent(share))
            for life, share in zip(plot["lives"], plot["failed"], strict=True)
        ][:: max(1, len(points) // 40)],
    )


def failures(
    words: Words, machines: Sequence[Mapping[str, Any]], *, unit: str, prefix: str
) -> Picture:
    """Draw failures of all machines as they came: a straight line is a steady rate."""
    every = sorted(at for machine in machines for at in machine["at"])
    rows = [{"x": 0.0, "y": 0}] + [{"x": at, "y": i + 1} for i, at in enumerate(every)]
    end = max(machine["total"] for machine in machines)
    summary = words.say(
        "{n} failures of {machines} machines over {end} {unit}.",
        n=len(every), machines=len(machines), end=words.number(end), unit=unit,
    )  # fmt: skip
    x = alt.X(
        "x:Q",
        scale=alt.Scale(domain=[0, end], nice=False),
        axis=alt.Axis(title=words.say("Running time ({unit})", unit=unit), tickCount=6),
    )
    y = alt.Y("y:Q", axis=alt.Axis(title=words.say("Failures so far"), tickCount=5))
    steady = [{"x": 0.0, "y": 0}, {"x": end, "y": len(every)}]
    layers = [
        alt.Chart(values(steady)).mark_line(color=NEUTRAL, strokeDash=[4, 3]).encode(x=x, y=y),
        alt.Chart(values(rows)).mark_line(color=INK, interpolate="step-after").encode(x=x, y=y),
    ]  # fmt: skip
    return Picture(
        svg=drawn(layers, height=_HEIGHT, lang=words.lang, summary=summary, prefix=prefix),
        caption=words.say("Failures so far; dashed: a steady rate"),
        summary=summary,
        header=(words.say("Running time ({unit})", unit=unit), words.say("Failures so far")),
        rows=[
            (words.number(r["x"]), words.number(r["y"])) for r in rows[:: max(1, len(rows) // 40)]
        ],
    )
