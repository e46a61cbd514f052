"""Sections of the report on control charts: the overview of many, and one chart closely."""

from collections.abc import Mapping, Sequence
from math import ceil, log10
from typing import Any, Final

from deungdae.reports.charts.picture import Picture
from deungdae.reports.codes import spoken
from deungdae.reports.paper.model import Column, Section, Table, Verdict
from deungdae.reports.spc import sentences
from deungdae.reports.spc.codes import CHARTS, PANELS, RULES, VERDICTS, WARNINGS
from deungdae.reports.words import Words

Chart = Mapping[str, Any]
#: Small charts in one picture: what fits a printed page.
ON_A_PAGE: Final = 28


def verdict_of(words: Words, chart: Chart) -> Verdict:
    """Return the judgement of a chart."""
    look, word = VERDICTS[chart["verdict"]]
    return Verdict(look, words.say_message(word))


def digits_of(chart: Chart) -> int:
    """Return how many digits it takes to tell the limits of a chart apart."""
    limits = [
        value
        for stage in chart["stages"]
        for value in (stage["panels"][0]["lower"], stage["panels"][0]["upper"])
        if value is not None
    ]
    if len(limits) < 2 or max(limits) <= min(limits):
        return 4
    size = max(abs(value) for value in limits)
    return min(12, max(4, ceil(log10(size / (max(limits) - min(limits)))) + 3))


def one(
    words: Words, chart: Chart, ident: str, unit: str, rows: int, pictures: Sequence[Picture], *,
    folded: bool,
) -> Section:  # fmt: skip
    """Return the section of one chart of a table with so many rows."""
    digits = digits_of(chart)
    tables = [_limits(words, chart)]
    if chart["signals"]:
        tables.insert(0, _signals(words, chart, digits, unit))
    if chart["linked"]:
        tables.append(_links(words, chart))
    if chart["by_rule"]:
        tables.append(_rules(words, chart))
    name = sentences.name_of(words, chart)
    return Section(
        id=ident,
        title=name,
        verdict=verdict_of(words, chart),
        sentences=[
            sentences.answer(words, chart),
            *sentences.linked(words, chart),
            sentences.chosen(words, chart),
            *_phases(words, chart),
            *_without(words, rows - int(chart["rows"])),
            *sentences.false_alarms(words, chart),
            *_spec(words, chart),
        ],
        warnings=[_warning(words, code, chart, digits) for code in chart["warnings"]],
        next_step=sentences.next_step(words, chart),
        tables=tables,
        pictures=pictures,
        folded=folded,
    )


def overview(words: Words, document: Mapping[str, Any], pictures: Sequence[Picture]) -> Section:
    """Return the section that compares all charts, out of control first."""
    charts = [document["charts"][i] for i in document["order"]]
    say = words.say
    table = Table(
        say("All charts, those out of control first"),
        [
            Column(say("Column")),
            Column(say("Verdict")),
            Column(say("Chart")),
            Column(say("Number of points"), "count"),
            Column(say("Signals"), "count"),
            Column(say("Centre line"), "number"),
            Column(say("Lower limit"), "number"),
            Column(say("Upper limit"), "number"),
            Column(say("q-value"), "small"),
        ],
        [
            [
                sentences.name_of(words, chart),
                verdict_of(words, chart).word,
                spoken(words, CHARTS, chart["chart"]),
                chart["points"],
                chart["signals_total"],
                *(chart["stages"][-1]["panels"][0][side] for side in ("center", "lower", "upper")),
                chart["q_value"],
            ]
            for chart in charts
        ],
        marked=[i for i, chart in enumerate(charts) if chart["verdict"] == "out_of_control"],
    )
    return Section(
        id="all-charts",
        title=say("All charts"),
        sentences=[
            say(
                "{n} charts were judged together, so that of those called out of control hardly "
                "more than one in twenty is so by chance.",
                n=len(charts),
            )
        ],
        tables=[table],
        pictures=pictures,
    )


def _phases(words: Words, chart: Chart) -> list[str]:
    baseline = chart["baseline"]
    said = []
    if len(chart["stages"]) > 1:
        said.append(
            words.say("There are {n} stages with limits of their own.", n=len(chart["stages"]))
        )
    elif baseline["told"] is not None:
        said.append(
            words.say(
                "The limits come from {n} points ({told}) and are held against all {points}.",
                n=baseline["points"],
                told=baseline["told"],
                points=chart["points"],
            )
        )
    else:
        said.append(words.say("The limits come from all {n} points judged.", n=baseline["points"]))
    said += [
        words.say(
            "Point {point} ({label}) was left out: {reason}.",
            point=out["point"],
            label=out["label"],
            reason=out["reason"],
        )
        for out in baseline["left_out"]
    ]
    return said


def _without(words: Words, rows: int) -> list[str]:
    if rows <= 0:
        return []
    return [words.say("{n} rows without a value that can be used are not in this chart.", n=rows)]


def _spec(words: Words, chart: Chart) -> list[str]:
    spec = chart.get("spec")
    if spec is None:
        return []
    return [
        words.say(
            "{outside} of {values} values lie outside of the specification. Control limits say "
            "what the process does, specification limits what is wanted.",
            outside=spec["outside"],
            values=spec["values"],
        )
    ]


def _warning(words: Words, code: str, chart: Chart, digits: int) -> str:
    said = spoken(words, WARNINGS, code)
    robust = chart["baseline"]["robust"]
    gone = (chart["checks"]["autocorrelation"] or {}).get("gone_after")
    if code == "baseline_out" and robust is not None:
        more = words.say(
            "Limits that odd points cannot move would be {low} to {high}; {n} points lie beyond "
            "them.",
            low=words.number(robust["lower"], digits=digits),
            high=words.number(robust["upper"], digits=digits),
            n=robust["out"],
        )
        return f"{said} {more}"
    if code == "mixed" and chart["mixed"] is not None:
        return words.say(
            "{column} makes {share} of all differences: its kinds lie on different levels. Chart "
            "each kind alone.",
            column=chart["mixed"]["column"],
            share=words.percent(chart["mixed"]["share"]),
        )
    if code == "autocorrelation" and gone is not None:
        more = words.say("Points {n} apart hardly hang together any more.", n=gone)
        return f"{said} {more}"
    return said


def _signals(words: Words, chart: Chart, digits: int, unit: str) -> Table:
    say = words.say
    timed = any(s["when"] for s in chart["signals"])
    changed = any(s["changed"] for s in chart["signals"])
    parts = any(s.get("parts") for s in chart["signals"])
    several = len({s["panel"] for s in chart["signals"]}) > 1
    # Without names of their own, points are called by the numbers that stand before.
    labelled = any(
        s[f"label_{end}"] != str(s[end]) for s in chart["signals"] for end in ("first", "last")
    )
    columns = [
        Column(say("From point"), "count"),
        Column(say("To point"), "count"),
        *([Column(say("Name"))] if labelled else []),
        *([Column(say("Time"))] if timed else []),
        *([Column(say("Panel"))] if several else []),
        Column(say("What happened")),
        *([Column(say("Mostly from"))] if parts else []),
        *([Column(say("Changed just there"))] if changed else []),
    ]
    rows = [
        [
            s["begins"],
            s["last"],
            *([_label(s)] if labelled else []),
            *([sentences.clock(s["when"])] if timed else []),
            *([spoken(words, PANELS, s["panel"])] if several else []),
            sentences.signal(words, s, digits, unit),
            *([words.listed(p["column"] for p in s.get("parts") or ())] if parts else []),
            *([sentences.changed(words, s)] if changed else []),
        ]
        for s in sorted(chart["signals"], key=lambda s: (s["begins"], s["last"]))
    ]
    left = int(chart["signals_total"]) - len(rows)
    caption = (
        say("Signals ({n} further ones are not listed)", n=left) if left > 0 else say("Signals")
    )
    return Table(caption, columns, rows)


def _label(signal: Mapping[str, Any]) -> str:
    first, last = signal["label_first"], signal["label_last"]
    return str(first) if first == last else f"{first} … {last}"


def _limits(words: Words, chart: Chart) -> Table:
    say = words.say
    rows = []
    varying = False
    for stage in chart["stages"]:
        for panel in stage["panels"]:
            varying = varying or panel["varying"]
            rows.append(
                [
                    stage["name"] or f"{stage['first']}–{stage['last']}",
                    spoken(words, PANELS, panel["name"]),
                    panel["center"],
                    panel["lower"],
                    panel["upper"],
                    # of counts it is no spread of a value, but how much they spread beyond chance
                    None if panel["name"] in ("share", "count", "rate") else panel["sigma"],
                ]
            )
    caption = say("Limits (those of the last point, where they vary)") if varying else say("Limits")
    return Table(
        caption,
        [
            Column(say("Stage")),
            Column(say("Panel")),
            Column(say("Centre line"), "number"),
            Column(say("Lower limit"), "number"),
            Column(say("Upper limit"), "number"),
            Column(say("Sigma of one value"), "number"),
        ],
        rows,
    )


def _links(words: Words, chart: Chart) -> Table:
    say = words.say
    return Table(
        say("What else was different at the signals"),
        [
            Column(say("Column")),
            Column(say("Value")),
            Column(say("At the signals"), "number"),
            Column(say("At the other points"), "number"),
            Column(say("p-value, for all columns together"), "small"),
            Column(say("How sure")),
        ],
        [
            [
                link["column"],
                say("share of {level}", level=link["level"])
                if link["level"] is not None
                else say("median"),
                link["inside"],
                link["outside"],
                link["p_value"],
                say("clear") if link["clear"] else say("suspected"),
            ]
            for link in chart["linked"]
        ],
        marked=[i for i, link in enumerate(chart["linked"]) if link["clear"]],
    )


def _rules(words: Words, chart: Chart) -> Table:
    say = words.say
    return Table(
        say("Points marked by each rule"),
        [Column(say("Rule")), Column(say("Pattern")), Column(say("Number of points"), "count")],
        [
            [rule.upper(), spoken(words, RULES, rule), count]
            for rule, count in chart["by_rule"].items()
        ],
        leading=4,
    )
