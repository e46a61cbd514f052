"""Crossed and nested gauge R&R in words."""

from collections.abc import Mapping
from typing import Any

from deungdae.reports.chance import p_value
from deungdae.reports.charts.picture import Picture
from deungdae.reports.codes import spoken
from deungdae.reports.gauge.codes import SOURCES
from deungdae.reports.gauge.told import Told
from deungdae.reports.paper.model import Check, Column, Mark, Section, Table, Tile
from deungdae.reports.words import Words

_GOOD, _ENOUGH, _CATEGORIES = 0.10, 0.30, 5


def told(words: Words, document: Mapping[str, Any], figures: Mapping[str, Any] | None) -> Told:
    """Return what a crossed or nested study says."""
    found = document[document["study"]]
    by_source = {c["source"]: c for c in found["components"]}
    gauge = by_source["gauge"]
    whole = found["categories"]["whole"]
    sections = [_anova(words, found)]
    if found["ranges"] is not None:
        sections.append(_ranges(words, found["ranges"]))
    return Told(
        answer=_answer(words, document, gauge),
        sentences=_sentences(words, document, by_source),
        tiles=_tiles(words, document, gauge, whole),
        tables=[_components(words, found["components"], document["tolerance"] is not None)],
        checks=_checks(words, document, gauge, whole),
        next_step=_next(words, document, by_source),
        pictures=[] if figures is None else _pictures(words, document, figures),
        sections=sections,
        recipe=_recipe(words, found, document["study"]),
        glossary=_glossary(words),
    )


def _answer(words: Words, document: Mapping[str, Any], gauge: Mapping[str, Any]) -> str:
    against_tolerance = document["tolerance"] is not None
    share = gauge["tolerance_share" if against_tolerance else "study_share"]
    if share is None:
        return words.say("The readings do not differ, so nothing can be told of the gauge.")
    value = words.percent(share)
    verdict = document["verdict"]
    if against_tolerance:
        if verdict == "acceptable":
            return words.say(
                "The measuring system is acceptable: it takes up {share} of the tolerance.",
                share=value,
            )
        if verdict == "conditional":
            return words.say(
                "The measuring system is acceptable with reserve: it takes up {share} of the "
                "tolerance.",
                share=value,
            )
        return words.say(
            "The measuring system is not acceptable: it takes up {share} of the tolerance.",
            share=value,
        )
    if verdict == "acceptable":
        return words.say(
            "The measuring system is acceptable: {share} of the variation seen is its own.",
            share=value,
        )
    if verdict == "conditional":
        return words.say(
            "The measuring system is acceptable with reserve: {share} of the variation seen is its "
            "own.",
            share=value,
        )
    return words.say(
        "The measuring system is not acceptable: {share} of the variation seen is its own.",
        share=value,
    )


def _sentences(
    words: Words, document: Mapping[str, Any], by_source: Mapping[str, Mapping[str, Any]]
) -> list[str]:
    found = document[document["study"]]
    design, gauge = found["design"], by_source["gauge"]
    said = [
        words.say(
            "{parts} parts, {operators} operators, {trials} trials.",
            parts=design["parts"],
            operators=design["operators"],
            trials=design["trials"],
        )
        if document["study"] == "crossed"
        else words.say(
            "{operators} operators with {parts} parts each, {trials} trials.",
            parts=design["parts"],
            operators=design["operators"],
            trials=design["trials"],
        )
    ]
    if gauge["study_share_ci95"]:
        low, high = gauge["study_share_ci95"]
        said.append(
            words.say(
                "Gauge R&R is {share} of the study variation, with 95% confidence between {low} "
                "and {high}.",
                share=words.percent(gauge["study_share"]),
                low=words.percent(low),
                high=words.percent(high),
            )
        )
    if gauge["tolerance_share_ci95"]:
        low, high = gauge["tolerance_share_ci95"]
        said.append(
            words.say(
                "It takes up {share} of the tolerance, with 95% confidence between {low} and "
                "{high}.",
                share=words.percent(gauge["tolerance_share"]),
                low=words.percent(low),
                high=words.percent(high),
            )
        )
    anova = found["anova"]
    if anova["interaction"] and anova["interaction"]["p"] is not None:
        said.append(
            words.say(
                "Operators and parts do not interact (p {p}), so that was put into the repeats.",
                p=p_value(words, anova["interaction"]["p"]),
            )
            if anova["pooled"]
            else words.say(
                "Operators and parts interact (p {p}).", p=p_value(words, anova["interaction"]["p"])
            )
        )
    return said


def _tiles(
    words: Words, document: Mapping[str, Any], gauge: Mapping[str, Any], whole: int | None
) -> list[Tile]:
    tiles = []
    for key, label, asked in (
        ("tolerance_share", words.say("Gauge R&R of tolerance"), True),
        ("study_share", words.say("Gauge R&R of study"), document["tolerance"] is None),
    ):
        share = gauge[key]
        if share is not None:
            tiles.append(
                Tile(
                    label,
                    words.percent(share),
                    explain=words.say("All that the measuring system adds."),
                    state="now" if asked and share > _ENOUGH else None,
                )
            )
    if whole is not None:
        tiles.append(
            Tile(
                words.say("Categories (ndc)"),
                words.number(whole),
                explain=words.say("groups of parts that the gauge tells apart; five are wanted"),
                state="soon" if whole < _CATEGORIES else None,
            )
        )
    return tiles


def _checks(
    words: Words, document: Mapping[str, Any], gauge: Mapping[str, Any], whole: int | None
) -> list[Check]:
    checks = []
    for key, sentence in (
        ("tolerance_share", words.say("Below 10% of the tolerance (up to 30% with reserve)?")),
        ("study_share", words.say("Below 10% of the study variation (up to 30% with reserve)?")),
    ):
        share = gauge[key]
        if share is not None:
            mark: Mark = "yes" if share < _GOOD else "partly" if share <= _ENOUGH else "no"
            checks.append(Check(mark, sentence))
    if whole is not None:
        checks.append(
            Check(
                "yes" if whole >= _CATEGORIES else "no",
                words.say("At least five categories (ndc)?"),
            )
        )
    return checks


def _next(
    words: Words, document: Mapping[str, Any], by_source: Mapping[str, Mapping[str, Any]]
) -> str | None:
    if document["verdict"] in ("acceptable", "unknown"):
        return None
    repeat = by_source["repeatability"]["variance"]
    people = by_source["reproducibility"]["variance"]
    if repeat >= people:
        return words.say(
            "Most of it is repeatability: look at the gauge itself, its clamping and its "
            "resolution."
        )
    return words.say(
        "Most of it is between operators: agree on one way of measuring, and train it."
    )


def _components(words: Words, found: list[Mapping[str, Any]], tolerance: bool) -> Table:
    rows = []
    for c in found:
        low, high = c["deviation_ci95"] or (None, None)
        row = [
            spoken(words, SOURCES, c["source"]), c["deviation"], low, high, c["study_variation"],
            c["contribution"], c["study_share"],
        ]  # fmt: skip
        rows.append([*row, c["tolerance_share"]] if tolerance else row)
    columns = [
        Column(words.say("Source")),
        Column(words.say("SD"), "number"),
        Column(words.say("95% from"), "number"),
        Column(words.say("95% to"), "number"),
        Column(words.say("6 SD"), "number"),
        Column(words.say("Contribution"), "share"),
        Column(words.say("% study"), "share"),
    ]
    if tolerance:
        columns.append(Column(words.say("% tolerance"), "share"))
    return Table(words.say("Components"), columns, rows)


def _anova(words: Words, found: Mapping[str, Any]) -> Section:
    anova = found["anova"]
    lines = list(anova["lines"])
    if anova["pooled"] and anova["interaction"] and anova["interaction"]["freedom"]:
        lines.append(anova["interaction"])
    rows = [
        (
            spoken(words, SOURCES, line["source"]).lstrip("· "), line["freedom"],
            line["sum_of_squares"], line["mean_square"], line["f"], line["p"],
        )
        for line in lines
    ]  # fmt: skip
    columns = [
        Column(words.say("Source")), Column(words.say("Degrees of freedom"), "count"),
        Column(words.say("Sum of squares"), "number"), Column(words.say("Mean square"), "number"),
        Column("F", "number"), Column("p", "small"),
    ]  # fmt: skip
    return Section(
        id="anova",
        title=words.say("Analysis of variance"),
        tables=[Table(words.say("Analysis of variance"), columns, rows)],
        folded=True,
    )


def _ranges(words: Words, ranges: Mapping[str, Any]) -> Section:
    rows = [
        (name, ranges["deviations"][name], ranges["shares"][name])
        for name in ("EV", "AV", "GRR", "PV", "TV")
    ]
    columns = [
        Column(words.say("Source")),
        Column(words.say("Standard deviation"), "number"),
        Column(words.say("% study variation"), "share"),
    ]
    sentence = words.say(
        "The average and range method of AIAG, for comparison: K1 {k1}, K2 {k2}, K3 {k3}; "
        "categories (ndc) {ndc}.",
        k1=round(ranges["k1"], 4),
        k2=round(ranges["k2"], 4),
        k3=round(ranges["k3"], 4),
        ndc=ranges["categories"]["whole"] or "–",
    )
    return Section(
        id="ranges",
        title=words.say("Average and range method"),
        sentences=[sentence],
        tables=[Table(words.say("Average and range"), columns, rows)],
        folded=True,
    )


def _pictures(
    words: Words, document: Mapping[str, Any], figures: Mapping[str, Any]
) -> list[Picture]:
    from deungdae.reports.charts.intervals import Bar, Line, intervals
    from deungdae.reports.charts.readings import by_part

    found = document[document["study"]]
    bars = []
    for c in found["components"]:
        if c["source"] == "total" or c["study_share"] is None:
            continue
        low, high = c["study_share_ci95"] or (None, None)
        look = c["source"] == "gauge" and c["study_share"] > _ENOUGH
        name = spoken(words, SOURCES, c["source"]).lstrip("· ")
        bars.append(Bar(name, c["study_share"], low, high, look))
    pictures = []
    if bars:
        gauge = bars[0]
        pictures.append(
            intervals(
                words, bars, [Line(_GOOD, "10%"), Line(_ENOUGH, "30%")],
                caption=words.say("Where the variation comes from"),
                summary=words.say(
                    "Share of the study variation by source; gauge R&R {share}.",
                    share=words.percent(gauge.value),
                ),
                axis=words.say("% study variation"), percent=True, prefix="components",
            )
        )  # fmt: skip
    pictures.append(
        by_part(
            words, figures["parts"], figures["operators"], figures["values"],
            quantity=str(document["columns"]["value"]), prefix="parts",
        )
    )  # fmt: skip
    return pictures


def _recipe(words: Words, found: Mapping[str, Any], study: str) -> list[tuple[str, str]]:
    lines = [
        (
            words.say("Components"),
            words.say("Analysis of variance with random effects; negative ones count as zero."),
        ),
        (
            words.say("Intervals"),
            words.say(
                "Modified large sample method for components, generalised intervals for shares."
            ),
        ),
    ]
    if study == "crossed":
        lines.append(
            (
                words.say("Interaction"),
                words.say(
                    "put into the repeats when its p is above {limit}",
                    limit=found["anova"]["pool_above"],
                ),
            )
        )
    return lines


def _glossary(words: Words) -> list[tuple[str, str]]:
    return [
        (
            words.say("Gauge R&R"),
            words.say("All that the measuring system adds: repeatability and reproducibility."),
        ),
        (
            words.say("Repeatability (EV)"),
            words.say("Spread when one person measures one part again and again."),
        ),
        (words.say("Reproducibility (AV)"), words.say("Spread between people.")),
        (
            "ndc",
            words.say("Number of groups of parts that the gauge can tell apart: 1.41 PV / GRR."),
        ),
    ]
