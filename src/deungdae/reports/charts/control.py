"""The control chart: points in order, centre line, limits, zones, stages, and what is marked."""

import json
from collections.abc import Mapping, Sequence
from math import ceil, log10
from typing import Any

import altair as alt

from deungdae.reports.charts.frame import (
    ALARM,
    GRID,
    INK,
    MUTED,
    NEUTRAL,
    WIDE,
    Picture,
    drawn,
    values,
)
from deungdae.reports.terminal import columns
from deungdae.reports.words import Words

_HIGH, _LOW = 250, 130  #: height of the first panel and of those under it
_DOTS = 160  #: so many points are drawn as dots; more are a line
_NUMBERED = 24  #: so many marks carry the number of their rule
_ROWS = 300  #: of the table behind a chart
_TICKS = 8
_PLOT, _LETTER = 800.0, 6.6  #: width of the drawing without its axis, of a letter (px)

Panel = Mapping[str, Any]


def control_chart(
    words: Words,
    panel: Panel,
    figure: Mapping[str, Any],
    *,
    caption: str,
    summary: str,
    quantity: str,
    unit: str,
    spec: Mapping[str, float | None] | None,
    rule_names: Mapping[str, str],
    prefix: str,
) -> Picture:
    """Draw one panel of a chart.

    `panel` carries x, value, label, center, lower, upper ({"x", "value"}: a value holds up to the
    next x), marks ({"x", "value", "rules"}), left_out; `figure` points, stages, baseline_ends.
    `rule_names` are short names of the rules, as stand beside marks and in the table.
    """
    digits = _digits(panel, spec)
    first = panel["ruled"] or panel["name"] in ("ewma", "upper", "t2")
    x = _x_axis(panel, int(figure["points"]), _margin(words, panel, digits))
    lows = [v for v in (*panel["lower"]["value"], *panel["value"]) if v is not None]
    highs = [v for v in (*panel["upper"]["value"], *panel["value"]) if v is not None]
    ends = [s for s in (spec or {}).values() if s is not None]
    low, high = min([*lows, *ends]), max([*highs, *ends])
    margin = (high - low) * 0.08 or 1.0
    y = alt.Y(
        "y:Q",
        scale=alt.Scale(domain=[low - margin, high + margin], nice=False, zero=False),
        axis=alt.Axis(
            title=f"{quantity} ({unit})" if unit else quantity,
            tickCount=4 if first else 3,
            grid=False,
            domain=False,
            ticks=False,
        ),
    )
    last = int(figure["points"])
    layers = [
        *(_zones(panel, last, x, y) if panel["ruled"] else []),
        *_limits(words, panel, last, x, y, digits),
        *_spec_lines(words, spec, last, x, y, digits),
        *_borders(words, figure, x, high + margin),
        *_line(panel, x, y),
        *_marks(panel, x, y, rule_names, (low, high), last),
    ]
    return Picture(
        svg=drawn(
            layers,
            height=_HIGH if first else _LOW,
            lang=words.lang,
            summary=summary,
            prefix=prefix,
            width=WIDE,
        ),
        caption=caption,
        summary=summary,
        header=(
            words.say("Point"),
            words.say("Name"),
            quantity,
            words.say("Lower limit"),
            words.say("Upper limit"),
            words.say("Rules broken"),
        ),
        rows=_rows(words, panel, rule_names, digits),
    )


def _digits(panel: Panel, spec: Mapping[str, float | None] | None) -> int:
    """Return how many digits tell the limits apart."""
    ends = [v for side in ("lower", "upper") for v in panel[side]["value"] if v is not None]
    ends += [v for v in (spec or {}).values() if v is not None]
    if len(ends) < 2 or max(ends) <= min(ends):
        return 4
    size = max(abs(v) for v in ends)
    return min(12, max(4, ceil(log10(size / (max(ends) - min(ends)))) + 3))


def _margin(words: Words, panel: Panel, digits: int) -> float:
    """Return the room that what the lines are called takes, as a share of the points' room."""
    longest = max(
        columns(_called(words, panel, side, digits)) for side in ("lower", "center", "upper")
    )
    room = longest * _LETTER + 10
    return room / (_PLOT - room)


def _called(words: Words, panel: Panel, side: str, digits: int) -> str:
    names = {"lower": words.say("LCL"), "center": words.say("CL"), "upper": words.say("UCL")}
    # what is about to end at the right edge is what holds now
    value = panel[side]["value"][-1] if panel[side]["value"] else None
    return "" if value is None else f"{names[side]} {words.number(value, digits=digits)}"


def _x_axis(panel: Panel, points: int, margin: float) -> Any:
    names = panel["when"] if any(panel["when"]) else panel["label"]
    step = max(1, len(panel["x"]) // _TICKS)
    shown = list(range(0, len(panel["x"]), step))
    places = [panel["x"][i] for i in shown]
    labels = json.dumps([_short(str(names[i] or "")) for i in shown])
    return alt.X(
        "x:Q",
        scale=alt.Scale(domain=[0.5, 0.5 + points * (1 + margin)], nice=False),
        axis=alt.Axis(
            values=places,
            labelExpr=f"{labels}[indexof({json.dumps(places)}, datum.value)]",
            labelOverlap="greedy",
            labelLimit=110,
            labelFlush=True,
            grid=False,
            title=None,
        ),
    )


def _short(name: str) -> str:
    """Return a time without its year and seconds, any other name as it is."""
    if len(name) == 19 and name[10] == "T":
        return f"{name[5:10]} {name[11:16]}"
    return name


def _steps(line: Mapping[str, Sequence[Any]], last: int) -> list[dict[str, Any]]:
    """Return a line that stands still from one x to the next as rows to draw."""
    edges = [*line["x"][1:], last + 1]
    return [
        {"x": a - 0.5, "x2": b - 0.5, "y": v}
        for a, b, v in zip(line["x"], edges, line["value"], strict=True)
        if v is not None
    ]


def _limits(words: Words, panel: Panel, last: int, x: Any, y: Any, digits: int) -> list[Any]:
    layers = []
    seen = set()
    for side in ("lower", "center", "upper"):
        rows = _steps(panel[side], last)
        if not rows or (side == "center" and panel["name"] in ("upper", "lower", "t2")):
            continue
        if side == "lower" and panel["name"] in ("upper", "lower", "t2"):
            continue
        text = _called(words, panel, side, digits)
        dash = [] if side == "center" else [6, 3]
        layers.append(
            alt.Chart(values(rows))
            .mark_rule(color=MUTED if side != "center" else NEUTRAL, strokeDash=dash, clip=True)
            .encode(x=x, x2="x2:Q", y=y)
        )
        if rows[-1]["y"] in seen:
            continue
        seen.add(rows[-1]["y"])
        layers.append(
            alt.Chart(values([{"x": last + 0.5, "y": rows[-1]["y"], "text": text}]))
            .mark_text(align="left", baseline="middle", dx=5, color=MUTED, fontSize=12)
            .encode(x="x:Q", y="y:Q", text="text:N")
        )
    return layers


def _zones(panel: Panel, last: int, x: Any, y: Any) -> list[Any]:
    """Thin lines at one and two standard deviations, where limits stand still for long."""
    if len(panel["upper"]["x"]) > 12:
        return []
    rows = []
    centers = {row["x"]: row["y"] for row in _steps(panel["center"], last)}
    for row in _steps(panel["upper"], last):
        at = [c for start, c in centers.items() if start <= row["x"]]
        if not at:
            continue
        center = at[-1]
        for share in (-2 / 3, -1 / 3, 1 / 3, 2 / 3):
            rows.append({**row, "y": center + share * (row["y"] - center)})
    floor = min((v for v in panel["lower"]["value"] if v is not None), default=None)
    rows = [row for row in rows if floor is None or row["y"] > floor]
    if not rows:
        return []
    return [alt.Chart(values(rows)).mark_rule(color=GRID, clip=True).encode(x=x, x2="x2:Q", y=y)]


def _spec_lines(
    words: Words,
    spec: Mapping[str, float | None] | None,
    last: int,
    x: Any,
    y: Any,
    digits: int,
) -> list[Any]:
    names = {"lower": words.say("LSL"), "upper": words.say("USL")}
    rows = [
        {
            "x": 0.5,
            "x2": last + 0.5,
            "y": v,
            "text": f"{names[side]} {words.number(v, digits=digits)}",
        }
        for side, v in (spec or {}).items()
        if v is not None
    ]
    if not rows:
        return []
    base = alt.Chart(values(rows))
    return [
        base.mark_rule(color=INK, strokeDash=[2, 2]).encode(x=x, x2="x2:Q", y=y),
        base.mark_text(align="left", dx=2, dy=-7, color=INK, fontSize=12).encode(
            x="x:Q", y="y:Q", text="text:N"
        ),
    ]


def _borders(words: Words, figure: Mapping[str, Any], x: Any, top: float) -> list[Any]:
    """A line where a stage begins or the baseline ends, with its name at the top."""
    rows = [{"x": s["first"] - 0.5, "text": str(s["name"]), "y": top} for s in figure["stages"]]
    rows = rows if len(rows) > 1 else []
    ends = figure.get("baseline_ends")
    if ends is not None and not rows:
        rows.append({"x": ends + 0.5, "text": words.say("← baseline"), "y": top})
    if not rows:
        return []
    base = alt.Chart(values(rows))
    before = bool(ends is not None and len(figure["stages"]) < 2)
    return [
        base.mark_rule(color=MUTED, strokeWidth=1).encode(x=x),
        base.mark_text(
            align="right" if before else "left", dx=-4 if before else 4, dy=8, color=MUTED,
            fontSize=12,
        ).encode(x="x:Q", y="y:Q", text="text:N"),
    ]  # fmt: skip


def _line(panel: Panel, x: Any, y: Any) -> list[Any]:
    out = set(panel.get("left_out") or ())
    rows = [
        {"x": a, "y": v, "out": a in out}
        for a, v in zip(panel["x"], panel["value"], strict=True)
        if v is not None
    ]
    kept = [row for row in rows if not row["out"]]
    base = alt.Chart(values(kept))
    layers = [base.mark_line(color=NEUTRAL, strokeWidth=1.2).encode(x=x, y=y)]
    if len(kept) <= _DOTS:
        layers.append(base.mark_circle(color=MUTED, size=22, opacity=1).encode(x=x, y=y))
    if out:
        aside = alt.Chart(values([row for row in rows if row["out"]]))
        layers.append(
            aside.mark_point(shape="cross", color=MUTED, size=50, angle=45).encode(x=x, y=y)
        )
    return layers


def _marks(
    panel: Panel,
    x: Any,
    y: Any,
    rule_names: Mapping[str, str],
    span: tuple[float, float],
    last: int,
) -> list[Any]:
    """Filled diamonds beyond the limits, rings for patterns: shape as well as colour."""
    marks = panel["marks"]
    rows = []
    seen = set()
    before: tuple[int, str] = (-9, "")
    for a, v, rules in zip(marks["x"], marks["value"], marks["rules"], strict=True):
        beyond = bool({"we1", "n1", "limits"} & set(rules))
        # where thousands are marked, those on one spot of the drawing are one
        across, up = a / last * WIDE, (v - span[0]) / ((span[1] - span[0]) or 1) * _HIGH
        spot = (round(across), round(up), beyond)
        if spot in seen:
            continue
        seen.add(spot)
        # the first rule is the strongest; what follows it at once needs no further word
        again = a - before[0] <= 1 and rules[0] == before[1]
        before = (a, rules[0])
        text = "" if again else rule_names.get(rules[0], rules[0])
        rows.append({"x": a, "y": v, "beyond": beyond, "text": text})
    layers = []
    for beyond, shape, filled in ((True, "diamond", True), (False, "circle", False)):
        chosen = [row for row in rows if row["beyond"] is beyond]
        if chosen:
            layers.append(
                alt.Chart(values(chosen))
                .mark_point(shape=shape, filled=filled, color=ALARM, size=60, opacity=1)
                .encode(x=x, y=y)
            )
    if rows and len(rows) <= _NUMBERED and panel["ruled"]:
        layers.append(
            alt.Chart(values(rows))
            .mark_text(color=ALARM, dy=-10, fontSize=12)
            .encode(x="x:Q", y="y:Q", text="text:N")
        )
    return layers


def _rows(
    words: Words, panel: Panel, rule_names: Mapping[str, str], digits: int
) -> list[tuple[str, ...]]:
    broken = dict(zip(panel["marks"]["x"], panel["marks"]["rules"], strict=True))
    places = list(range(len(panel["x"])))
    if len(places) > _ROWS:
        # of many points those that are marked are what somebody looks up
        places = [i for i in places if panel["x"][i] in broken][:_ROWS]
    return [
        (
            words.number(panel["x"][i]),
            str(panel["label"][i]),
            words.number(panel["value"][i], digits=digits),
            *(_held(words, panel[side], panel["x"][i], digits) for side in ("lower", "upper")),
            ", ".join(rule_names.get(r, r) for r in broken.get(panel["x"][i], ())),
        )
        for i in places
    ]


def _held(words: Words, line: Mapping[str, Sequence[Any]], x: int, digits: int) -> str:
    found = None
    for at, value in zip(line["x"], line["value"], strict=True):
        if at > x:
            break
        found = value
    return "–" if found is None else words.number(found, digits=digits)
