"""A measured result over the values of a column, and from period to period."""

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from itertools import pairwise
from typing import Any

import altair as alt

from deungdae.reports.charts.frame import ALARM, INK, NEUTRAL, drawn, values
from deungdae.reports.charts.picture import Picture
from deungdae.reports.charts.risk import bin_axis, bin_name
from deungdae.reports.charts.timeline import period_names
from deungdae.reports.words import Words

_HEIGHT, _TIME_HEIGHT = 190, 150
_ROOM = 0.12  #: of the values' span, above and below them

Bin = Mapping[str, Any]


def mean_by_bin(
    words: Words,
    bins: Sequence[Bin],
    *,
    quantity: str,
    unit: str,
    subject: str,
    worse: str,
    prefix: str,
) -> Picture | None:
    """Draw the mean of a measured result in each bin with its 95 % interval.

    `bins` carry lo, hi (in `unit`) or level, n, mean, median, ci95 (in the result's unit; None
    where it is not known) and inside. `subject` names what is averaged; `worse` is "low" or
    "high", the side on which the worst bin is looked for. None if no bin holds a part.
    """
    known = [b for b in bins if b["mean"] is not None]
    if not known:
        return None
    names = [bin_name(words, b) for b in bins]
    worst = (min if worse == "low" else max)(known, key=lambda b: float(b["mean"]))
    summary = words.say(
        "{subject} over {quantity}: worst on average, {mean}, at {where} ({n} parts).",
        subject=subject,
        quantity=quantity,
        mean=words.number(worst["mean"], digits=3),
        where=bin_name(words, worst),
        n=worst["n"],
    )
    layers = _points(words, bins, subject, bin_axis(words, bins, quantity, unit))
    return Picture(
        svg=drawn(layers, height=_HEIGHT, lang=words.lang, summary=summary, prefix=prefix),
        caption=words.say("Mean of {subject} by {quantity}", subject=subject, quantity=quantity),
        summary=summary,
        header=(
            f"{quantity} ({unit})" if unit else quantity,
            words.say("Parts"),
            words.say("Mean"),
            words.say("Median"),
            words.say("95% interval"),
        ),
        rows=[
            (
                f"{name} ●" if b["inside"] else name,
                words.number(b["n"]),
                _shown(words, b["mean"]),
                _shown(words, b["median"]),
                f"{_shown(words, b['ci95'][0])} – {_shown(words, b['ci95'][1])}",
            )
            for name, b in zip(names, bins, strict=True)
        ],
    )


def mean_over_time(
    words: Words, figure: Mapping[str, Any], *, zone: tzinfo, subject: str, prefix: str
) -> Picture | None:
    """Draw the mean of a measured result in each period; one without parts stays a gap.

    `figure` carries periods (ISO date-times, or row numbers), rows and mean. None if no period of a
    known time has a part.
    """
    seen = [i for i, p in enumerate(figure["periods"]) if p != "" and figure["mean"][i] is not None]
    if not seen:
        return None
    names, dated = period_names(words, [figure["periods"][i] for i in seen], zone)
    means = [float(figure["mean"][i]) for i in seen]
    rows = [int(figure["rows"][i]) for i in seen]
    low, high = (
        min(range(len(means)), key=means.__getitem__),
        max(range(len(means)), key=means.__getitem__),
    )
    summary = words.say(
        "{subject} over {n} periods: lowest on average, {low}, at {when_low}; highest, {high}, at "
        "{when_high}.",
        subject=subject,
        n=len(seen),
        low=words.number(means[low], digits=3),
        when_low=names[low],
        high=words.number(means[high], digits=3),
        when_high=names[high],
    )
    points = [{"x": i, "mean": mean, "run": _run(seen, i)} for i, mean in enumerate(means)]
    base = alt.Chart(values(points))
    shown = list(range(0, len(names), max(1, -(-len(names) // 5))))
    x = alt.X(
        "x:Q",
        scale=alt.Scale(domain=[-0.5, len(names) - 0.5], nice=False),
        axis=alt.Axis(
            values=shown,
            labelExpr=f"{[names[i] for i in shown]}[indexof({shown}, datum.value)]",
            grid=False,
            title=None,
            labelOverlap=True,
        ),
    )
    y = _y("mean", means, subject)
    layers = [
        base.mark_line(color=NEUTRAL, strokeWidth=1.5).encode(x=x, y=y, detail="run:N"),
        base.mark_point(color=INK, filled=True, size=26, opacity=1).encode(x=x, y=y),
    ]
    return Picture(
        svg=drawn(layers, height=_TIME_HEIGHT, lang=words.lang, summary=summary, prefix=prefix),
        caption=words.say("Mean of {subject} over time", subject=subject)
        if dated
        else words.say("Mean of {subject} in the order of rows", subject=subject),
        summary=summary,
        header=(
            words.say("Period") if dated else words.say("From row"),
            words.say("Parts"),
            words.say("Mean"),
        ),
        rows=[
            (name, words.number(n), _shown(words, mean))
            for name, n, mean in zip(names, rows, means, strict=True)
        ],
    )


def _run(seen: Sequence[int], place: int) -> int:
    """Return the number of the unbroken stretch in which a period lies: a gap stays a gap."""
    return sum(b - a > 1 for a, b in pairwise(seen[: place + 1]))


def _points(words: Words, bins: Sequence[Bin], subject: str, x: Any) -> list[Any]:
    rows = []
    for i, b in enumerate(bins):
        if b["mean"] is None:
            continue
        low, high = (b["mean"] if end is None else end for end in b["ci95"])
        colour, shape = (ALARM, "triangle-up") if b["inside"] else (NEUTRAL, "circle")
        rows.append(
            {"from": i + 0.5, "mean": b["mean"], "low": low, "high": high,
             "colour": colour, "shape": shape}
        )  # fmt: skip
    spans = _bounds([r["mean"] for r in rows], [(r["low"], r["high"]) for r in rows])
    for row in rows:
        row["low"], row["high"] = max(row["low"], spans[0]), min(row["high"], spans[1])
    y = _y("mean", list(spans), subject)
    base = alt.Chart(values(rows))
    worse = [{"from": r["from"], "mean": spans[1]} for r in rows if r["colour"] == ALARM]
    middle = worse[len(worse) // 2 : len(worse) // 2 + 1]
    label = alt.Chart(values([{**m, "text": words.say("worse here")} for m in middle]))
    layers = [
        base.mark_rule(color=INK, strokeWidth=1.25).encode(x=x, y=alt.Y("low:Q"), y2="high:Q"),
        base.mark_point(filled=True, size=70, opacity=1).encode(
            x=x,
            y=y,
            color=alt.Color("colour:N", scale=None),
            shape=alt.Shape("shape:N", scale=None),
        ),
    ]
    if middle:
        layers.append(
            label.mark_text(color=ALARM, dy=-6, fontWeight="bold", baseline="bottom").encode(
                x="from:Q", y="mean:Q", text="text:N"
            )
        )
    return layers


def _bounds(
    means: Sequence[float], intervals: Sequence[tuple[float, float]]
) -> tuple[float, float]:
    """Return the span that is drawn: wide intervals of tiny bins must not flatten all."""
    span = max(means) - min(means) or abs(means[0]) or 1.0
    low, high = min(low for low, _ in intervals), max(high for _, high in intervals)
    return max(low, min(means) - span), min(high, max(means) + span)


def _y(field: str, shown: Sequence[float], title: str) -> Any:
    low, high = min(shown), max(shown)
    room = (high - low) * _ROOM or abs(high) * _ROOM or 1.0
    return alt.Y(
        f"{field}:Q",
        scale=alt.Scale(domain=[low - room, high + room * 1.6], nice=False, zero=False),
        axis=alt.Axis(title=title, tickCount=4, domain=False, ticks=False),
    )


def _shown(words: Words, x: float | None) -> str:
    return "–" if x is None else words.number(x, digits=4)
