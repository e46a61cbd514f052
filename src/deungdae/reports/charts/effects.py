"""Effects of factors: the response at each level, and how two factors work together."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import altair as alt

from deungdae.reports.charts.frame import ALARM, INK, MUTED, NEUTRAL, Picture, drawn, values
from deungdae.reports.words import Words

_HEIGHT = 200
_GAP = 3.0  #: places from one factor to the next; its levels stand one apart
_SIDES = {"bad": ALARM, "good": INK, "centre": NEUTRAL}

Group = Mapping[str, Any]
#: writes the name of a level, such as "45 mm/s"
Level = Callable[[str, str], str]


def response_of(group: Group) -> float | None:
    """Return the defect rate of a group of runs, or the mean of what was measured."""
    found: float | None = group["rate"] if "rate" in group else group["mean"]
    return found


def main_effects(
    words: Words, factors: Sequence[Mapping[str, Any]], level: Level, response: str, *, prefix: str
) -> Picture | None:
    """Draw the response at the levels of each factor, with 95 % intervals.

    `factors` carry factor and levels [{level, rate or mean, ci95, …}]; `level` writes a level of a
    factor. Returns None where no factor has two levels with results.
    """
    shown = [f for f in factors if sum(response_of(g) is not None for g in f["levels"]) > 1]
    if not shown:
        return None
    rate = "rate" in shown[0]["levels"][0]
    points, labels = [], {}
    for n, factor in enumerate(shown):
        for at, group in enumerate(factor["levels"]):
            if (y := response_of(group)) is None:
                continue
            low, high = group["ci95"] or (y, y)
            x = n * _GAP + at * (_GAP - 1.4) / max(len(factor["levels"]) - 1, 1)
            name = level(factor["factor"], group["level"])
            labels[x] = name if len(shown) == 1 else f"{_short(factor['factor'])}: {name}"
            points.append(
                {"x": x, "y": y, "low": low, "high": high, "factor": factor["factor"],
                 "colour": _SIDES[group["level"]]}
            )  # fmt: skip
    first = shown[0]
    summary = words.say(
        "{response} by level: for {factor}, {bad} at {bad_level} and {good} at {good_level}.",
        response=response,
        factor=first["factor"],
        bad=_at(words, first, "bad", rate),
        bad_level=level(first["factor"], "bad"),
        good=_at(words, first, "good", rate),
        good_level=level(first["factor"], "good"),
    )
    end = (len(shown) - 1) * _GAP + 1.6
    base = alt.Chart(values(points))
    y = _y(response, points, rate)
    layers = [
        base.mark_line(color=NEUTRAL, strokeWidth=1.5).encode(
            x=_x(labels, (-0.7, end + 0.7), len(labels)), y=y, detail="factor:N"
        ),
        base.mark_rule(color=MUTED, strokeWidth=1.25).encode(x="x:Q", y="low:Q", y2="high:Q"),
        base.mark_point(filled=True, size=70, opacity=1).encode(
            x="x:Q", y=y, color=alt.Color("colour:N", scale=None)
        ),
    ]
    return Picture(
        svg=drawn(layers, height=_HEIGHT, lang=words.lang, summary=summary, prefix=prefix),
        caption=words.say("{response} at each level, with 95% intervals", response=response),
        summary=summary,
        header=(words.say("Factor"), words.say("Level"), response, words.say("95% interval")),
        rows=[
            (
                factor["factor"],
                level(factor["factor"], group["level"]),
                _number(words, response_of(group), rate),
                _interval(words, group["ci95"], rate),
            )
            for factor in shown
            for group in factor["levels"]
        ],
    )


def interaction(
    words: Words, pair: Mapping[str, Any], level: Level, response: str, *, prefix: str
) -> Picture | None:
    """Draw the response over the levels of one factor, a line for each level of the other.

    `pair` carries factors [a, b] and cells [{a, b, rate or mean, …}]. Lines that are not parallel
    say that the two factors work together. Returns None unless all four cells have results.
    """
    a, b = pair["factors"]
    cells = [c for c in pair["cells"] if response_of(c) is not None]
    if len(cells) < 4:
        return None
    rate = "rate" in cells[0]
    places = {"good": 0.0, "bad": 1.0}
    points = [
        {"x": places[c["a"]], "y": response_of(c), "line": f"{_short(b)}: {level(b, c['b'])}",
         "colour": _SIDES[c["b"]], "dash": c["b"]}
        for c in cells
    ]  # fmt: skip
    at = {(c["a"], c["b"]): response_of(c) or 0.0 for c in cells}
    change = {
        side: _number(words, at["bad", side] - at["good", side], rate) for side in ("bad", "good")
    }
    summary = words.say(
        "From {good_level} to {bad_level} of {a}, {response} changes by {with_bad} where {b} is "
        "{b_bad}, and by {with_good} where it is {b_good}.",
        a=a,
        b=b,
        response=response,
        good_level=level(a, "good"),
        bad_level=level(a, "bad"),
        b_bad=level(b, "bad"),
        b_good=level(b, "good"),
        with_bad=change["bad"],
        with_good=change["good"],
    )
    labels = {x: f"{_short(a)}: {level(a, side)}" for side, x in places.items()}
    base = alt.Chart(values(points))
    dashes = alt.Scale(domain=["bad", "good"], range=[[1, 0], [5, 3]])
    colour = alt.Color("colour:N", scale=None)
    y = _y(response, points, rate)
    layers = [
        base.mark_line(strokeWidth=1.75).encode(
            x=_x(labels, (-0.3, 1.9), 3), y=y, color=colour, detail="line:N",
            strokeDash=alt.StrokeDash("dash:N", legend=None, scale=dashes),
        ),
        base.mark_point(filled=True, size=60, opacity=1).encode(x="x:Q", y=y, color=colour),
        alt.Chart(values([p for p in points if p["x"] == 1.0]))
        .mark_text(align="left", dx=8, limit=120)
        .encode(x="x:Q", y=y, text="line:N", color=colour),
    ]  # fmt: skip
    return Picture(
        svg=drawn(layers, height=_HEIGHT, lang=words.lang, summary=summary, prefix=prefix),
        caption=words.say("{a} and {b} together", a=a, b=b),
        summary=summary,
        header=(a, b, response),
        rows=[
            (level(a, c["a"]), level(b, c["b"]), _number(words, response_of(c), rate))
            for c in cells
        ],
    )


def power_curve(
    words: Words, points: Sequence[Mapping[str, float]], planned: float, wanted: float, *,
    prefix: str,
) -> Picture | None:  # fmt: skip
    """Draw the power over the parts in each run, the plan marked, the wanted power as a line."""
    if len(points) < 2:
        return None
    reached = next((p["power"] for p in points if p["parts"] == planned), wanted)
    summary = words.say(
        "The chance to see the promised effect grows with the parts in each run: {power} at the "
        "{parts} parts of the plan.",
        power=words.percent(reached),
        parts=planned,
    )
    x = alt.X(
        "parts:Q",
        scale=alt.Scale(zero=True, nice=True),
        axis=alt.Axis(title=words.say("Parts in each run"), tickCount=5, grid=False),
    )
    y = alt.Y(
        "power:Q",
        scale=alt.Scale(domain=[0, 1]),
        axis=alt.Axis(format=".0%", title=words.say("Power"), tickCount=5, domain=False),
    )
    base = alt.Chart(values([dict(p) for p in points]))
    here = alt.Chart(values([{"parts": planned, "power": reached}]))
    layers = [
        alt.Chart(values([{"power": wanted}]))
        .mark_rule(color=MUTED, strokeDash=[4, 3])
        .encode(y="power:Q"),
        base.mark_line(color=INK, strokeWidth=1.75).encode(x=x, y=y),
        here.mark_point(filled=True, size=90, color=ALARM, opacity=1).encode(
            x="parts:Q", y="power:Q"
        ),
    ]
    return Picture(
        svg=drawn(layers, height=_HEIGHT, lang=words.lang, summary=summary, prefix=prefix),
        caption=words.say("Power by parts in each run"),
        summary=summary,
        header=(words.say("Parts in each run"), words.say("Power")),
        rows=[(words.number(p["parts"]), words.percent(p["power"])) for p in points],
    )


def _x(labels: Mapping[float, str], domain: tuple[float, float], many: int) -> Any:
    places = list(labels)
    names = json.dumps([labels[x] for x in places], ensure_ascii=False)
    return alt.X(
        "x:Q",
        scale=alt.Scale(domain=list(domain), nice=False),
        axis=alt.Axis(
            values=places,
            labelExpr=f"{names}[indexof({json.dumps(places)}, datum.value)]",
            labelAngle=0 if many <= 3 else -30,
            labelLimit=120,
            labelOverlap=False,
            grid=False,
            ticks=False,
            title=None,
        ),
    )


def _y(response: str, points: Sequence[Mapping[str, Any]], rate: bool) -> Any:
    highest = max(max(p.get("high", p["y"]), p["y"]) for p in points)
    return alt.Y(
        "y:Q",
        # A rate is read from zero; a measured value is not.
        scale=alt.Scale(domain=[0, min(1.0, highest * 1.08 or 0.01)])
        if rate
        else alt.Scale(zero=False, nice=True),
        axis=alt.Axis(
            title=response,
            tickCount=4,
            domain=False,
            ticks=False,
            format=(".1%" if highest < 0.05 else ".0%") if rate else "~g",
        ),
    )


def _at(words: Words, factor: Mapping[str, Any], side: str, rate: bool) -> str:
    found = next((response_of(g) for g in factor["levels"] if g["level"] == side), None)
    return _number(words, found, rate)


def _number(words: Words, number: float | None, rate: bool) -> str:
    if number is None:
        return "–"
    if rate:
        return words.percent(number) if number >= 0 else f"−{words.percent(-number)}"
    return words.number(number)


def _interval(words: Words, ends: Sequence[float] | None, rate: bool) -> str:
    if ends is None:
        return "–"
    return f"{_number(words, ends[0], rate)} – {_number(words, ends[1], rate)}"


def _short(name: str) -> str:
    return name if len(name) <= 14 else name[:13] + "…"
