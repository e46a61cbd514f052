"""The report on control charts as a paper."""

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import Any, Final

from deungdae.reports.codes import spoken
from deungdae.reports.paper.behind import told_behind
from deungdae.reports.paper.model import Paper, Section, Tile
from deungdae.reports.spc import sentences
from deungdae.reports.spc.codes import TABLE_WARNINGS
from deungdae.reports.spc.glossary import glossary, recipe
from deungdae.reports.spc.sections import digits_of, one, overview, verdict_of
from deungdae.reports.words import Words

Chart = Mapping[str, Any]
#: More charts than this are shown small first, and closely only the first ones out of control.
FEW: Final = 4
MOST_CLOSE: Final = 6


def tell(
    document: Mapping[str, Any],
    figures: Mapping[str, Any] | None,
    understanding: Mapping[str, Any],
    words: Words,
    zone: tzinfo,
) -> Paper:
    """Return the paper; without `figures`, without pictures."""
    charts: Sequence[Chart] = document["charts"]
    order: Sequence[int] = document["order"]
    units = {c["name"]: c["unit"] for c in understanding.get("columns") or () if c.get("unit")}
    closely = order
    sections: list[Section] = []
    if len(charts) > FEW:
        closely = [i for i in order if charts[i]["verdict"] == "out_of_control"][:MOST_CLOSE]
        drawn = []
        if figures is not None:
            from deungdae.reports.spc.pictures import small

            drawn = small(words, document, figures)
        sections.append(overview(words, document, drawn))
    for place, i in enumerate(closely):
        unit = _unit(charts[i], units)
        pictures = []
        if figures is not None:
            from deungdae.reports.spc.pictures import full

            pictures = full(words, charts[i], figures["charts"][i], unit, f"chart-{i + 1}")
        folded = place > 2 and charts[i]["verdict"] != "out_of_control"
        told = units.get(charts[i]["columns"][0], "") if len(charts[i]["columns"]) == 1 else ""
        read = int(document["input"]["rows_read"])
        sections.append(
            one(words, charts[i], f"chart-{i + 1}", told, read, pictures, folded=folded)
        )
    return Paper(
        method="spc",
        name=words.say("Control charts"),
        answer=_answer(words, charts, order),
        caution=_caution(words, charts),
        notices=[spoken(words, TABLE_WARNINGS, code) for code in document["warnings"]],
        tiles=_tiles(words, charts, order, units),
        sections=sections,
        behind=told_behind(words, document["input"], understanding, {"time": document["time"]}),
        recipe=recipe(words, document),
        glossary=glossary(words),
    )


def _unit(chart: Chart, units: Mapping[str, str]) -> str:
    """Return the unit of what is charted, where its name does not tell it."""
    name = chart["columns"][0]
    unit = units.get(name, "")
    return unit if len(chart["columns"]) == 1 and not says(name, unit) else ""


def says(name: str, unit: str) -> bool:
    """Tell whether the name of a column tells its unit in brackets."""
    return any(f"{a}{unit}{b}" in name for a, b in ("()", "[]", "（）"))


def _answer(words: Words, charts: Sequence[Chart], order: Sequence[int]) -> str:
    if len(charts) == 1:
        return sentences.answer(words, charts[0])
    out = [charts[i] for i in order if charts[i]["verdict"] == "out_of_control"]
    if not out:
        return words.say(
            "None of the {n} charts is out of control: nothing special is going on.",
            n=len(charts),
        )
    return words.say(
        "{out} of {n} charts are out of control, most clearly {name}.",
        out=len(out),
        n=len(charts),
        name=sentences.name_of(words, out[0]),
    )


def _caution(words: Words, charts: Sequence[Chart]) -> str | None:
    codes = {code for chart in charts for code in chart["warnings"]}
    apart = [chart for chart in charts if chart["mixed"] is not None]
    if apart and not (len(charts) == 1 and charts[0]["verdict"] == "mixed"):
        # Above all else: with kinds put together neither limits nor signals mean what they say.
        if len(charts) == 1:
            return words.say(
                "Kinds that lie on different levels are mixed ({column}); chart each kind alone "
                "before you believe the signals.",
                column=apart[0]["mixed"]["column"],
            )
        worst = max(apart, key=lambda chart: chart["mixed"]["share"])
        return words.say(
            "{charts} of {n} charts mix kinds that lie on different levels ({name} by {column}); "
            "chart each kind alone before you believe their signals.",
            charts=len(apart),
            n=len(charts),
            name=sentences.name_of(words, worst),
            column=worst["mixed"]["column"],
        )
    if len(charts) == 1 and "autocorrelation" in codes:
        return words.say("Neighbouring points hang together; read the limits with care.")
    if len(charts) == 1 and "not_normal" in codes and charts[0]["verdict"] == "out_of_control":
        return words.say("The values are skewed, so some signals may be nothing but their shape.")
    if len(charts) == 1 and "baseline_out" in codes:
        return words.say("The limits come from points that are not in control themselves.")
    if len(charts) == 1 and "few_points" in codes:
        return words.say("There are few points, so the limits will still move.")
    return None


def _tiles(
    words: Words, charts: Sequence[Chart], order: Sequence[int], units: Mapping[str, str]
) -> list[Tile]:
    if len(charts) > 1:
        out = sum(chart["verdict"] == "out_of_control" for chart in charts)
        return [
            Tile(words.say("Charts"), words.number(len(charts))),
            Tile(
                words.say("Out of control"),
                words.number(out),
                state="now" if out else "fine",
                explain=words.say("More or stronger signals than chance gives."),
            ),
        ]
    (chart,) = charts
    panel, digits = chart["stages"][-1]["panels"][0], digits_of(chart)
    unit = units.get(chart["columns"][0]) if panel["name"] in ("value", "mean", "ewma") else None
    verdict = verdict_of(words, chart)

    def shown(value: float) -> str:
        return sentences.amount(words, panel["name"], value, digits, "")

    tiles = [
        Tile(words.say("Verdict"), verdict.word, state=verdict.look),
        Tile(words.say("Number of points"), words.number(chart["points"])),
    ]
    if panel["center"] is not None and panel["name"] not in ("upper", "t2"):
        tiles.append(Tile(words.say("Centre line"), shown(panel["center"]), unit))
    if panel["lower"] is not None and panel["upper"] is not None:
        low, high = (shown(panel[side]) for side in ("lower", "upper"))
        tiles.append(Tile(words.say("Limits"), f"{low} – {high}", unit))
    if chart["run_length"]["per_thousand"] is not None:
        tiles.append(
            Tile(
                words.say("False alarms in 1,000 points"),
                words.number(chart["run_length"]["per_thousand"], digits=2),
                explain=words.say("What these rules give on a process in control."),
            )
        )
    return tiles
