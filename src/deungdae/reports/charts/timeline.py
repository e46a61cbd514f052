"""The defect rate from period to period."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from itertools import pairwise
from math import ceil, exp, lgamma, log, log1p
from typing import Any

import altair as alt

from deungdae.reports.charts.frame import ALARM, INK, MUTED, NEUTRAL, Picture, drawn, values
from deungdae.reports.words import Words

_HEIGHT = 150
_DAY = 86_400.0
_ALARMING = 0.01  #: shared by all periods: the highest of many bars is always high
_FEWEST = 3  #: bad parts that a bar needs before it may call for attention


def timeline(
    words: Words, figure: Mapping[str, Any], *, zone: tzinfo, prefix: str
) -> Picture | None:
    """Draw the defect rate of each period; a period without parts stays a gap.

    `figure` carries periods (ISO date-times, or row numbers), rows and bad (counts). The highest
    bar is named; it is coloured if it lies above the average beyond chance.
    None if there is not one part.
    """
    # parts of an unknown time have no place in a picture of time
    known = [i for i, period in enumerate(figure["periods"]) if period != ""]
    periods, rows, bad = ([figure[key][i] for i in known] for key in ("periods", "rows", "bad"))
    seen = [i for i, n in enumerate(rows) if n]
    if not seen:
        return None
    places, dated = _places(periods, zone)
    step = _step(places)
    names = [_name(words, p, dated, zone, whole_days=step >= _DAY * 1000) for p in periods]
    rate = [b / n if n else 0.0 for b, n in zip(bad, rows, strict=True)]
    peak = max(seen, key=lambda i: rate[i])
    overall = sum(bad) / sum(rows)
    summary = words.say(
        "Defect rate over {n} periods, {overall} on the whole; highest, {rate}, at {when} "
        "({bad} of {rows} parts).",
        n=len(seen),
        overall=words.percent(overall),
        rate=words.percent(rate[peak]),
        when=names[peak],
        bad=bad[peak],
        rows=rows[peak],
    )
    by_chance = _at_least(bad[peak], rows[peak], overall)
    stands_out = bad[peak] >= _FEWEST and by_chance < _ALARMING / len(seen)
    bars = [
        {
            "from": places[i] + step * 0.08,
            "to": places[i] + step * 0.92,
            "rate": rate[i],
            "colour": ALARM if i == peak and stands_out else NEUTRAL,
        }
        for i in seen
    ]
    label = words.say("{when}: {bad} bad", when=names[peak], bad=bad[peak])
    layers = _layers(bars, places, step, dated, (places[peak] + step / 2, rate[peak], label))
    return Picture(
        svg=drawn(layers, height=_HEIGHT, lang=words.lang, summary=summary, prefix=prefix),
        caption=words.say("Defect rate over time")
        if dated
        else words.say("Defect rate in the order of rows"),
        summary=summary,
        header=(
            words.say("Period") if dated else words.say("From row"),
            words.say("Parts"),
            words.say("Bad"),
            words.say("Defect rate"),
        ),
        rows=[
            (names[i], words.number(rows[i]), words.number(bad[i]), words.percent(rate[i]))
            for i in seen
        ],
    )


def _layers(
    bars: Sequence[dict[str, Any]],
    places: Sequence[float],
    step: float,
    dated: bool,
    peak: tuple[float, float, str],
) -> list[Any]:
    first, last = places[0], places[-1] + step
    top = max(max(b["rate"] for b in bars), 0.001) * 1.22
    time = _time_axis(first, last, step) if dated else {"format": ",d", "tickCount": 6}
    scale = alt.Scale(domain=[first, last], nice=False, **({"type": "utc"} if dated else {}))
    axis = alt.Axis(grid=False, title=None, labelOverlap=True, **time)
    kind = "T" if dated else "Q"
    x = alt.X(f"from:{kind}", scale=scale, axis=axis)
    y_axis = alt.Axis(
        format=".1%" if top < 0.05 else ".0%", tickCount=3, title=None, domain=False, ticks=False
    )
    y = alt.Y("rate:Q", scale=alt.Scale(domain=[0, top], nice=False), axis=y_axis)
    base = alt.Chart(values(bars))
    place, height, text = peak
    share = (place - first) / (last - first)
    align = "left" if share < 0.25 else "right" if share > 0.75 else "center"
    label = alt.Chart(values([{"x": place, "y": height, "text": text}]))
    return [
        base.mark_rect().encode(
            x=x, x2=alt.X2("to"), y=y, y2=alt.Y2Datum(0), color=alt.Color("colour:N", scale=None)
        ),
        # production without a defect is not the same as no production
        base.mark_rule(color=MUTED, strokeWidth=1.5).encode(
            x=alt.X(f"from:{kind}"), x2=alt.X2("to"), y=alt.YDatum(0)
        ),
        label.mark_text(color=INK, dy=-8, align=align).encode(
            x=alt.X(f"x:{kind}"), y=alt.Y("y:Q"), text=alt.Text("text:N")
        ),
    ]


def _time_axis(first: float, last: float, step: float) -> dict[str, Any]:
    """Return what the marks of the time axis say: hours, days, or months."""
    days = (last - first) / (_DAY * 1000)
    if step < _DAY * 1000 and days <= 2:
        return {"format": "%H:%M", "tickCount": 6}
    if days > 400:
        return {"format": "%Y-%m", "tickCount": 5}
    every = max(1, ceil(days / 6))
    marks = [first + i * _DAY * 1000 for i in range(0, ceil(days) + 1, every)]
    return {"format": "%-m/%-d", "values": marks}


def period_names(words: Words, periods: Sequence[Any], zone: tzinfo) -> tuple[list[str], bool]:
    """Return what periods are called, and whether they are times rather than row numbers."""
    places, dated = _places(periods, zone)
    whole = _step(places) >= _DAY * 1000
    return [_name(words, p, dated, zone, whole_days=whole) for p in periods], dated


def _places(periods: Sequence[Any], zone: tzinfo) -> tuple[list[float], bool]:
    """Return where the periods stand: milliseconds on the zone's clocks, or row numbers."""
    if periods and not isinstance(periods[0], str):
        return [float(p) for p in periods], False
    return [_local(p, zone).replace(tzinfo=UTC).timestamp() * 1000 for p in periods], True


def _local(iso: str, zone: tzinfo) -> datetime:
    moment = datetime.fromisoformat(iso)
    return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment.astimezone(zone)


def _step(places: Sequence[float]) -> float:
    return min((b - a for a, b in pairwise(places) if b > a), default=_DAY * 1000)


def _name(words: Words, period: Any, dated: bool, zone: tzinfo, *, whole_days: bool) -> str:
    if not dated:
        return words.say("row {n}", n=period)
    moment = _local(period, zone)
    return words.day(moment, zone) if whole_days else words.day_and_time(moment, zone)


def _at_least(bad: int, n: int, rate: float) -> float:
    """Return the probability of `bad` or more among `n` parts of which `rate` go bad (binomial)."""
    if bad <= 0 or rate >= 1:
        return 1.0
    total = 0.0
    for k in range(bad, n + 1):
        ways = lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
        term = exp(ways + k * log(rate) + (n - k) * log1p(-rate))
        total += term
        if term < total * 1e-12:  # past the hump, what follows adds nothing
            break
    return min(1.0, total)
