"""Risk by bin: the defect rate over the values of a column, the bad region marked."""

import json
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import altair as alt

from deungdae.reports.charts.frame import ALARM, INK, MUTED, NEUTRAL, Picture, drawn, values
from deungdae.reports.terminal import columns
from deungdae.reports.words import Words, apart

_HEIGHT = 190
_GAP = 0.1  #: of a bin's width, on each side of its bar
_PLOT, _LETTER, _SPACE = 370.0, 7.6, 6.0  #: width of the bars, of a digit, between labels (px)
_COUNTS_FIT = 7  #: more bins than this, and counts above the bars would touch

Bin = Mapping[str, Any]


def risk_by_bin(
    words: Words, bins: Sequence[Bin], *, quantity: str, unit: str, prefix: str
) -> Picture:
    """Draw the defect rate of each bin with its 95 % interval.

    `bins` carry lo, hi (in `unit`) or level, n, bad, rate and ci95 (shares), inside. Bars inside
    of the region are coloured, and a bracket over them says so in words.
    """
    names = [bin_name(words, b) for b in bins]
    worst = max(bins, key=lambda b: b["rate"])
    summary = words.say(
        "The defect rate over {quantity}: highest, {rate}, at {where} ({bad} of {n} parts).",
        quantity=quantity,
        rate=words.percent(worst["rate"]),
        where=bin_name(words, worst),
        bad=worst["bad"],
        n=worst["n"],
    )
    top = _top(bins)
    layers = [
        *_bars(words, bins, top, bin_axis(words, bins, quantity, unit)),
        *_bracket(words, bins, top),
    ]
    return Picture(
        svg=drawn(layers, height=_HEIGHT, lang=words.lang, summary=summary, prefix=prefix),
        caption=words.say("Defect rate by {quantity}", quantity=quantity),
        summary=summary,
        header=(
            f"{quantity} ({unit})" if unit else quantity,
            words.say("Parts"),
            words.say("Bad"),
            words.say("Defect rate"),
            words.say("95% interval"),
        ),
        rows=[
            (
                f"{name} ●" if b["inside"] else name,
                words.number(b["n"]),
                words.number(b["bad"]),
                words.percent(b["rate"]),
                f"{words.percent(b['ci95'][0])} – {words.percent(b['ci95'][1])}",
            )
            for name, b in zip(names, bins, strict=True)
        ],
    )


def bin_name(words: Words, b: Bin) -> str:
    """Return the values of a bin: 47–53, ≤ 47, > 53, or the name of a level."""
    if b.get("level") is not None:
        return str(b["level"])
    lo, hi = b.get("lo"), b.get("hi")
    low, high = _apart(words, [x for x in (lo, hi) if x is not None], (lo, hi))
    if lo is None and hi is None:
        return "–"
    if lo is None:
        return f"≤ {high}"
    if hi is None:
        return f"> {low}"
    return low if lo == hi else f"{low} – {high}"


def _apart(words: Words, numbers: Sequence[float], wanted: Sequence[float | None]) -> list[str]:
    """Write numbers with as many digits as it takes to tell neighbours apart."""
    digits = 4
    while digits < 10:
        shown = [words.number(x, digits=digits) for x in numbers]
        if all(a != b or x == y for (a, b), (x, y) in zip(pairwise(shown), pairwise(numbers))):  # noqa: B905
            break
        digits += 1
    return ["" if x is None else words.number(x, digits=digits) for x in wanted]


def _top(bins: Sequence[Bin]) -> float:
    """Return the upper end of the rate axis: wide intervals of tiny bins must not flatten all."""
    rate = max(b["rate"] for b in bins)
    widest = max(b["ci95"][1] for b in bins)
    return float(min(1.0, max(rate * 1.15, min(widest, rate * 2.2), 0.001)))


def bin_axis(words: Words, bins: Sequence[Bin], quantity: str, unit: str) -> Any:
    """Return the axis under bins of one unit of width each, labelled with their limits."""
    numeric = all(b.get("level") is None for b in bins)
    joined = numeric and all(a["hi"] is not None and a["hi"] == b["lo"] for a, b in pairwise(bins))
    if joined:
        ends = [bins[0]["lo"], *(b["hi"] for b in bins)]
        texts = _apart(words, [e for e in ends if e is not None], ends)
        limits = [i + 1 for i, (a, b) in enumerate(pairwise(bins)) if a["inside"] != b["inside"]]
        shown = _room_for(texts, limits, len(bins))
        places = [float(i) for i in shown]
    else:
        names = [bin_name(words, b) for b in bins]
        wide = any(columns(name) * _LETTER > _PLOT / len(bins) for name in names)
        texts = apart(names)[1] if wide else names
        limits, shown = [], list(range(len(bins)))
        places = [i + 0.5 for i in shown]
    labels = json.dumps([texts[i] for i in shown])
    at_limit = f"indexof({json.dumps(limits)}, datum.value) >= 0"
    return alt.X(
        "from:Q",
        scale=alt.Scale(domain=[0, len(bins)], nice=False),
        axis=alt.Axis(
            values=places,
            labelExpr=f"{labels}[indexof({json.dumps(places)}, datum.value)]",
            labelAngle=0 if joined or len(bins) <= 5 else -30,
            labelLimit=90 if joined else max(70, _PLOT / len(bins) - _SPACE),
            labelOverlap=False,
            labelColor=alt.ExprRef(f"{at_limit} ? '{ALARM}' : '{MUTED}'"),
            labelFontWeight=alt.ExprRef(f"{at_limit} ? 'bold' : 'normal'"),
            grid=False,
            ticks=joined,
            title=f"{quantity} ({unit})" if unit else quantity,
        ),
    )


def _room_for(texts: Sequence[str], first: Sequence[int], bins: int) -> list[int]:
    """Return which edges can be labelled without touching; those of the region come `first`."""
    chosen: list[int] = []
    for i in [*first, *range(len(texts))]:
        room = all(
            abs(i - j) * _PLOT / bins >= (len(texts[i]) + len(texts[j])) / 2 * _LETTER + _SPACE
            for j in chosen
        )
        if texts[i] and i not in chosen and (room or i in first):
            chosen.append(i)
    return sorted(chosen)


def _bars(words: Words, bins: Sequence[Bin], top: float, x: Any) -> list[Any]:
    fits = len(bins) <= _COUNTS_FIT
    rows = [
        {
            "from": i + _GAP,
            "to": i + 1 - _GAP,
            "middle": i + 0.5,
            "rate": b["rate"],
            "low": b["ci95"][0],
            "high": min(top, b["ci95"][1]),
            "colour": ALARM if b["inside"] else NEUTRAL,
            "count": words.say("{bad}/{n}", bad=b["bad"], n=b["n"])
            if fits
            else words.number(b["bad"]),
        }
        for i, b in enumerate(bins)
        if b["n"]
    ]
    y_axis = alt.Axis(
        format=".1%" if top < 0.05 else ".0%", tickCount=4, title=None, domain=False, ticks=False
    )
    y = alt.Y("rate:Q", scale=alt.Scale(domain=[0, top * 1.34], nice=False), axis=y_axis)
    base = alt.Chart(values(rows))
    interval = base.encode(x=alt.X("middle:Q"), y=alt.Y("low:Q"), y2=alt.Y2("high:Q"))
    return [
        base.mark_rect().encode(
            x=x, x2=alt.X2("to:Q"), y=y, y2=alt.Y2Datum(0), color=alt.Color("colour:N", scale=None)
        ),
        interval.mark_rule(color=INK, strokeWidth=1.25),
        base.mark_tick(orient="horizontal", color=INK, size=8, thickness=1.25).encode(
            x=alt.X("middle:Q"), y=alt.Y("high:Q")
        ),
        base.mark_text(color=MUTED, dy=-8, fontSize=12).encode(
            x=alt.X("middle:Q"), y=alt.Y("high:Q"), text=alt.Text("count:N")
        ),
    ]


def _bracket(words: Words, bins: Sequence[Bin], top: float) -> list[Any]:
    """A bracket over each run of bins inside of the region, with a word: colour is not enough."""
    runs: list[list[int]] = []
    for i, b in enumerate(bins):
        if not b["inside"]:
            continue
        if runs and runs[-1][1] == i:
            runs[-1][1] = i + 1
        else:
            runs.append([i, i + 1])
    y, tip = top * 1.27, top * 1.23
    layers: list[Any] = []
    for start, end in runs:
        at_left, at_right = start == 0, end == len(bins)
        align = (
            "left"
            if at_left and not at_right
            else "right"
            if at_right and not at_left
            else "center"
        )
        place = {"left": start + _GAP, "right": end - _GAP, "center": (start + end) / 2}[align]
        ends = [
            {"x": start + _GAP, "x2": end - _GAP, "y": y, "y2": y},
            {"x": start + _GAP, "x2": start + _GAP, "y": y, "y2": tip},
            {"x": end - _GAP, "x2": end - _GAP, "y": y, "y2": tip},
        ]
        label = [{"x": place, "y": y, "text": words.say("more defects here")}]
        layers += [
            alt.Chart(values(ends))
            .mark_rule(color=ALARM, strokeWidth=1.5)
            .encode(x=alt.X("x:Q"), x2=alt.X2("x2:Q"), y=alt.Y("y:Q"), y2=alt.Y2("y2:Q")),
            alt.Chart(values(label))
            .mark_text(color=ALARM, dy=-4, align=align, baseline="bottom", fontWeight="bold")
            .encode(x=alt.X("x:Q"), y=alt.Y("y:Q"), text=alt.Text("text:N")),
        ]
    return layers
