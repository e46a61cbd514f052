"""Remaining lives: foretold against true, and one signal on its way to its limit."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from deungdae.reports.charts.frame import (
    ALARM,
    INK,
    MUTED,
    NEUTRAL,
    REGION,
    WIDE,
    Picture,
    drawn,
    values,
)  # fmt: skip
from deungdae.reports.words import Words

_HEIGHT = 260
_SHOWN = 400


def foretold(words: Words, points: Mapping[str, Sequence[float]], *, prefix: str) -> Picture:
    """Draw true remaining lives over foretold ones of units that were left out of the learning."""
    every = list(zip(points["predicted"], points["true"], points["low"], points["high"],
                     strict=True))  # fmt: skip
    shown = sorted(every[:: -(-len(every) // _SHOWN)])
    rows = [{"x": p, "y": t} for p, t, _, _ in shown]
    band = [{"x": p, "low": low, "high": high} for p, _, low, high in shown]
    inside = sum(low <= t <= high for _, t, low, high in every) / len(every)
    top = max(p for p, *_ in every)
    summary = words.say(
        "True against foretold remaining life, asked {n} times; {share} of the true ones lie in "
        "the interval that was told.",
        n=len(every),
        share=words.percent(inside),
    )
    x = alt.X("x:Q", axis=alt.Axis(title=words.say("Foretold"), tickCount=6))
    y = alt.Y("y:Q", axis=alt.Axis(title=words.say("True"), tickCount=6))
    diagonal = [{"x": 0.0, "y": 0.0}, {"x": top, "y": top}]
    layers = [
        alt.Chart(values(band)).mark_area(color=REGION, opacity=0.6).encode(
            x=x, y=alt.Y("low:Q"), y2=alt.Y2("high:Q")
        ),
        alt.Chart(values(rows)).mark_point(size=14, color=NEUTRAL, strokeWidth=1).encode(x=x, y=y),
        alt.Chart(values(diagonal)).mark_line(color=INK, strokeWidth=1).encode(x=x, y=y),
    ]  # fmt: skip
    return Picture(
        svg=drawn(layers, height=_HEIGHT, lang=words.lang, summary=summary, prefix=prefix),
        caption=words.say("Units that were left out: true against foretold, with the interval"),
        summary=summary,
        header=(words.say("Foretold"), words.say("True"), words.say("From"), words.say("To")),
        rows=[
            tuple(words.number(cell) for cell in row) for row in shown[:: max(1, len(shown) // 40)]
        ],
    )


def towards(
    words: Words,
    document: Mapping[str, Any],
    figures: Mapping[str, Sequence[float]],
    *,
    prefix: str,
) -> Picture:
    """Draw one signal, its limit, and the interval in which it is reached."""
    found, limit = document["signal"], float(document["limit"])
    name = str(document["columns"]["signal"])
    rows = [{"x": x, "y": y} for x, y in zip(figures["age"], figures["values"], strict=True)]
    x = alt.X(
        "x:Q", scale=alt.Scale(zero=False, nice=False), axis=alt.Axis(title=None, tickCount=8)
    )
    y = alt.Y("y:Q", scale=alt.Scale(zero=False), axis=alt.Axis(title=name, tickCount=5))
    layers: list[Any] = []
    summary = words.say("{signal} and its limit {limit}.", signal=name, limit=words.number(limit))
    if found["left"] is not None and document["verdict"] == "trend":
        now = float(found["now"])
        end = found["high"] if found["high"] is not None else 2 * found["left"]
        crossing = [{"x": now + found["low"], "x2": now + end, "y": limit}]
        path = [{"x": now, "y": found["level"]}, {"x": now + found["left"], "y": limit}]
        summary = words.say(
            "{signal} reaches {limit} at {middle}, with 90% confidence between {low} and {high}.",
            signal=name,
            limit=words.number(limit),
            middle=words.number(now + found["left"]),
            low=words.number(now + found["low"]),
            high="∞" if found["high"] is None else words.number(now + found["high"]),
        )
        layers += [
            alt.Chart(values(path)).mark_line(color=MUTED, strokeDash=[4, 3]).encode(x=x, y=y),
            alt.Chart(values(crossing)).mark_rule(color=INK, strokeWidth=5).encode(
                x=x, x2=alt.X2("x2"), y=y
            ),
        ]  # fmt: skip
    layers += [
        alt.Chart(values([{"y": limit}])).mark_rule(color=ALARM, strokeDash=[4, 3]).encode(y=y),
        alt.Chart(values(rows)).mark_line(color=NEUTRAL, strokeWidth=1.25).encode(x=x, y=y),
    ]
    return Picture(
        svg=drawn(
            layers, height=_HEIGHT, lang=words.lang, summary=summary, prefix=prefix, width=WIDE
        ),
        caption=words.say("The signal on its way to the limit"),
        summary=summary,
        header=(words.say("Age"), name),
        rows=[
            (words.number(r["x"]), words.number(r["y"])) for r in rows[:: max(1, len(rows) // 40)]
        ],
    )
