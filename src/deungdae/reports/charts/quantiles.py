"""Probability plot: the ordered values against what the fitted shape would expect."""

from collections.abc import Mapping
from typing import Any

import altair as alt

from deungdae.reports.charts.frame import INK, NEUTRAL, Picture, drawn, values
from deungdae.reports.words import Words

_HEIGHT = 230


def probability(
    words: Words, figure: Mapping[str, Any], *, quantity: str, shape: str, prefix: str
) -> Picture | None:
    """Draw measured against expected values; on the line where the shape fits.

    `figure` carries values, scores (of a standard normal) and expected, in the unit of the values;
    None where no shape was fitted.
    """
    expected = figure["expected"]
    if expected is None:
        return None
    measured = figure["values"]
    rows = [{"x": x, "y": y} for x, y in zip(expected, measured, strict=True)]
    low, high = min(*expected, *measured), max(*expected, *measured)
    room = (high - low) * 0.04
    scale = alt.Scale(domain=[low - room, high + room], nice=False, zero=False)
    x = alt.X("x:Q", scale=scale, axis=alt.Axis(title=words.say("expected"), tickCount=5))
    y = alt.Y("y:Q", scale=scale, axis=alt.Axis(title=words.say("measured"), tickCount=5))
    line = [{"x": low - room, "y": low - room}, {"x": high + room, "y": high + room}]
    summary = words.say(
        "Measured values of {quantity} against those that the {shape} distribution expects: the "
        "closer to the line, the better it fits.",
        quantity=quantity,
        shape=shape,
    )
    layers = [
        alt.Chart(values(line)).mark_line(color=INK, strokeWidth=1.25).encode(x=x, y=y),
        alt.Chart(values(rows))
        .mark_point(shape="circle", size=18, color=NEUTRAL, strokeWidth=1, clip=True)
        .encode(x=x, y=y),
    ]
    return Picture(
        svg=drawn(layers, height=_HEIGHT, lang=words.lang, summary=summary, prefix=prefix),
        caption=words.say("Probability plot: {shape}", shape=shape),
        summary=summary,
        header=(words.say("expected"), words.say("measured")),
        rows=[(words.number(r["x"], digits=6), words.number(r["y"], digits=6)) for r in rows],
    )
