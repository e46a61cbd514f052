"""The report on metered electricity as a paper."""

from collections.abc import Mapping
from datetime import tzinfo
from typing import Any

from deungdae.reports.codes import spoken
from deungdae.reports.energy.codes import BANDS, SOURCES, WARNINGS
from deungdae.reports.paper.behind import told_behind
from deungdae.reports.paper.model import Column, Paper, Section, Table, Tile
from deungdae.reports.words import Words

Document = Mapping[str, Any]


def tell(
    document: Document,
    figures: Mapping[str, Any] | None,
    understanding: Mapping[str, Any],
    words: Words,
    zone: tzinfo,
) -> Paper:
    """Return the paper; without `figures`, without pictures."""
    sections = [_demand(words, document, figures)]
    if document["cost"] is not None:
        sections.append(_cost(words, document["cost"]))
    if document["parts"] is not None:
        sections.append(_parts(words, document["parts"]))
    if document["forecast"] is not None:
        sections.append(_ahead(words, document))
    return Paper(
        method="energy",
        name=words.say("Electricity"),
        answer=_answer(words, document),
        caution=None,
        notices=[spoken(words, WARNINGS, code) for code in document["warnings"]],
        tiles=_tiles(words, document),
        sections=sections,
        behind=told_behind(
            words, document["input"], understanding,
            {name: column for name, column in document["columns"].items() if column},
        ),
        recipe=[
            (words.say("Method"), f"energy {document['version']}"),
            (
                words.say("Demand"),
                words.say("Mean power of a quarter of an hour, as it is billed."),
            ),
            (words.say("Seed"), str(document["seed"])),
        ],
        glossary=[
            (
                words.say("Billed demand"),
                words.say(
                    "The highest demand outside of light load, of this month and of the summer and "
                    "winter months of the year before."
                ),
            )
        ],
    )  # fmt: skip


def _answer(words: Words, document: Document) -> str:
    if document["peak"] is None:
        return words.say("No quarter of an hour is metered as a whole.")
    cost = document["cost"]
    peak = words.number(document["peak"]["kw"])
    if cost is not None and cost["energy_won"] is not None and cost["base_won"] is not None:
        return words.say(
            "{kwh} kWh cost {won} won, {base} of it for the highest demand of {peak} kW.",
            kwh=words.number(round(document["kwh"])),
            won=words.number(round(cost["energy_won"] + cost["base_won"])),
            base=words.percent(cost["base_won"] / (cost["energy_won"] + cost["base_won"])),
            peak=peak,
        )
    return words.say(
        "{kwh} kWh were used; the highest demand was {peak} kW at {when}.",
        kwh=words.number(round(document["kwh"])),
        peak=peak,
        when=_when(document["peak"]["at"]),
    )


def _when(at: str) -> str:
    return at.replace("T", " ")[:16]


def _tiles(words: Words, document: Document) -> list[Tile]:
    tiles = [Tile(words.say("Used"), words.number(round(document["kwh"])), "kWh")]
    if document["peak"] is not None:
        tiles.append(
            Tile(words.say("Highest demand"), words.number(document["peak"]["kw"]), "kW",
                 _when(document["peak"]["at"]))
        )  # fmt: skip
    if document["parts"] is not None:
        tiles.append(
            Tile(words.say("One more part"),
                 words.number(document["parts"]["slope"]["value"], digits=3), "kWh")
        )  # fmt: skip
    warned = document["warning"]
    if warned is not None:
        tiles.append(
            Tile(
                words.say("Chance of a peak in the next hour"),
                words.percent(warned["chance"]).rstrip("%"), "%",
                state="now" if warned["warned"] else None,
            )
        )  # fmt: skip
    return tiles


def _demand(words: Words, document: Document, figures: Mapping[str, Any] | None) -> Section:
    rows = [] if figures is None else [(f"{h:02d}:00", usual, most)
                                       for h, usual, most in figures["hours"]]  # fmt: skip
    pictures = []
    if figures is not None and rows:
        from deungdae.reports.charts.intervals import Bar, intervals

        bars = [Bar(f"{h:02d}", usual, usual, most) for h, usual, most in figures["hours"]]
        top = max(figures["hours"], key=lambda row: row[2])
        pictures.append(
            intervals(
                words, bars, [],
                caption=words.say("Demand by hour of the day: usual, and up to the highest"),
                summary=words.say(
                    "Usual and highest demand by hour; the highest, {kw} kW, after {hour}:00.",
                    kw=words.number(top[2]), hour=top[0],
                ),
                axis="kW", percent=False, prefix="hours",
            )
        )  # fmt: skip
    said = []
    if document["mean_kw"] is not None and document["peak"] is not None:
        said.append(
            words.say(
                "On average {mean} kW: the highest quarter is {times} times as much.",
                mean=words.number(document["mean_kw"]),
                times=words.times(document["peak"]["kw"] / max(document["mean_kw"], 1e-9)),
            )
        )
    columns = [
        Column(words.say("Hour")), Column(words.say("Usual kW"), "number", 1),
        Column(words.say("Highest kW"), "number", 1),
    ]  # fmt: skip
    return Section(
        id="demand",
        title=words.say("Demand"),
        sentences=said,
        tables=[Table(words.say("Demand by hour"), columns, rows, leading=24)] if rows else [],
        pictures=pictures,
    )


def _cost(words: Words, cost: Mapping[str, Any]) -> Section:
    bands = [(spoken(words, BANDS, b["band"]), b["kwh"], b["won"]) for b in cost["bands"]]
    months = [
        (m["month"], m["kwh"], m["peak_kw"], m["billed_kw"], m["energy_won"], m["base_won"])
        for m in cost["months"]
    ]
    by_band = [
        Column(words.say("Load period")), Column("kWh", "number", 0),
        Column(words.say("Won"), "number", 0),
    ]  # fmt: skip
    by_month = [
        Column(words.say("Month")), Column("kWh", "number", 0),
        Column(words.say("Highest kW"), "number", 1), Column(words.say("Billed kW"), "number", 1),
        Column(words.say("Won for energy"), "number", 0),
        Column(words.say("Won for demand"), "number", 0),
    ]  # fmt: skip
    source = spoken(words, SOURCES, cost["source"])
    # A result of before the English titles has the Korean one.
    title = cost["title"] if words.lang == "ko" else cost.get("title_en") or cost["title"]
    said = [words.say("Tariff: {title}. {source}.", title=title, source=source)]
    if cost["saved_per_kw"] is not None:
        said.append(
            words.say(
                "Each kW less of billed demand saves {won} won a month.",
                won=words.number(cost["saved_per_kw"]),
            )
        )
    said.append(
        words.say("Without fuel and climate charges, power factor, fund and value added tax.")
    )
    return Section(
        id="cost",
        title=words.say("Cost by tariff period"),
        sentences=said,
        tables=[
            Table(words.say("By load period"), by_band, bands),
            Table(words.say("By month"), by_month, months),
        ],
    )


def _parts(words: Words, parts: Mapping[str, Any]) -> Section:
    rows = [
        (words.say("One more part"), parts["slope"]["value"], *parts["slope"]["ci95"]),
        (words.say("An hour without parts"), parts["base"]["value"], *parts["base"]["ci95"]),
    ]
    if parts["mean"] is not None:
        rows.append((words.say("All energy over all parts"), parts["mean"], None, None))
    if parts["standby"] is not None:
        rows.append((words.say("Hours in which nothing was made"), parts["standby"], None, None))
    columns = [
        Column(words.say("What")), Column("kWh", "number"),
        Column(words.say("95% from"), "number"), Column(words.say("95% to"), "number"),
    ]  # fmt: skip
    return Section(
        id="parts",
        title=words.say("Energy per part"),
        sentences=[
            words.say(
                "{share} of the energy is used whether parts are made or not.",
                share=words.percent(parts["idle_share"]),
            )
        ],
        tables=[Table(words.say("Energy per part"), columns, rows)],
        next_step=words.say("Switch off what runs while nothing is made.")
        if parts["idle_share"] > 0.3
        else None,
    )


def _ahead(words: Words, document: Document) -> Section:
    ahead, warned = document["forecast"], document["warning"]
    said = [
        words.say(
            "The next 24 hours take about {kwh} kWh; the highest quarter is about {peak} kW at "
            "{when} (90% between {low} and {high}).",
            kwh=words.number(round(ahead["kwh"])),
            peak=words.number(ahead["peak_kw"], digits=3),
            when=_when(ahead["peak_at"]),
            low=words.number(max(0.0, ahead["peak_low"]), digits=3),
            high=words.number(ahead["peak_high"], digits=3),
        )
    ]
    if warned is not None:
        said.append(
            words.say(
                "A demand above {level} kW in the next hour has a chance of {chance}; a warning is "
                "given above {threshold}.",
                level=words.number(warned["level_kw"], digits=3),
                chance=words.percent(warned["chance"]),
                threshold=words.percent(warned["threshold"]),
            )
        )
    return Section(id="ahead", title=words.say("What comes next"), sentences=said)
