"""The report on an event log as a paper."""

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import Any

from deungdae.reports.codes import spoken
from deungdae.reports.operations.codes import WARNINGS
from deungdae.reports.paper.behind import told_behind
from deungdae.reports.paper.model import Cell, Column, Paper, Section, Table, Tile, Verdict
from deungdae.reports.words import Words

Document = Mapping[str, Any]
_DRAWN = 12


def tell(
    document: Document,
    figures: Mapping[str, Any] | None,
    understanding: Mapping[str, Any],
    words: Words,
    zone: tzinfo,
) -> Paper:
    """Return the paper; without `figures`, without pictures."""
    draw = figures is not None
    sections = [_held_up(words, document, draw=draw)] if document["activities"] else []
    if document["flow"] is not None:
        sections.append(_flow(words, document))
    if document["scrap"] is not None:
        sections.append(_scrap(words, document, draw=draw))
    if document["resources"]:
        sections.append(_resources(words, document))
    return Paper(
        method="operations",
        name=words.say("Work on the floor"),
        answer=_answer(words, document),
        caution=None,
        notices=[spoken(words, WARNINGS, code) for code in document["warnings"]],
        tiles=_tiles(words, document),
        sections=sections,
        behind=told_behind(
            words, document["input"], understanding,
            {
                "good_count" if name == "good" else name: column
                for name, column in document["columns"].items()
                if column
            },
        ),
        recipe=[
            (words.say("Method"), f"operations {document['version']}"),
            (
                words.say("Waiting"),
                words.say("From the end of the order's earlier work to the start of the next."),
            ),
            (
                words.say("Bottleneck"),
                words.say("The operation before which orders wait longest in all."),
            ),
            (words.say("Seed"), str(document["seed"])),
        ],
        glossary=[
            (words.say("Lead time"), words.say("First start to last end of an order.")),
            (
                words.say("Use"),
                words.say("Busy hours over the hours in which anything was worked on."),
            ),
        ],
    )  # fmt: skip


def _answer(words: Words, document: Document) -> str:
    held = document["bottleneck"]
    if held is not None:
        return words.say(
            "{activity} holds up the floor: {share} of all waiting is before it, {each} hours each "
            "time ({usual} usually)."
            if held["sure"]
            else "{activity} probably holds up the floor: {share} of all waiting is before it, "
            "{each} hours each time ({usual} usually).",
            activity=held["activity"],
            share=words.percent(held["waiting_share"]),
            each=words.number(held["waiting_each"], digits=3),
            usual=words.number(held["waiting_usual"], digits=3),
        )
    if document["flow"] is not None:
        return words.say(
            "Half of {n} orders took {days} days or less.",
            n=document["flow"]["cases"],
            days=words.number(document["flow"]["lead_days"]["median"], digits=3),
        )
    return words.say(
        "{n} pieces of work in {days} days.",
        n=document["events"],
        days=words.number(document["days"], digits=3),
    )


def _tiles(words: Words, document: Document) -> list[Tile]:
    tiles = []
    flow, scrap = document["flow"], document["scrap"]
    if flow is not None:
        tiles.append(
            Tile(
                words.say("Lead time, median"),
                words.number(flow["lead_days"]["median"], digits=3),
                words.say("days"),
            )
        )
        if flow["work_share"] is not None and flow["work_hours"] > 0:
            tiles.append(
                Tile(
                    words.say("Of it worked on"), words.percent(flow["work_share"]).rstrip("%"), "%"
                )
            )
    if scrap is not None:
        tiles.append(Tile(words.say("Rejected"), words.number(scrap["rejected"], digits=6)))
        if scrap["share"] is not None:
            tiles.append(
                Tile(words.say("Share rejected"), words.percent(scrap["share"]).rstrip("%"), "%")
            )
    if document["rework"] is not None:
        tiles.append(Tile(words.say("Worked on again"), words.number(document["rework"])))
    tiles.append(Tile(words.say("Pieces of work"), words.number(document["events"], digits=7)))
    return tiles


def _held_up(words: Words, document: Document, *, draw: bool) -> Section:
    held = document["bottleneck"]
    said = []
    if held is not None:
        if held["work_share"] is not None:
            said.append(
                words.say(
                    "{activity} makes up {work} of the work, but {share} of the waiting.",
                    activity=held["activity"],
                    work=words.percent(held["work_share"]),
                    share=words.percent(held["waiting_share"]),
                )
            )
        if held["busiest"] is not None and held["busiest_use"] is not None:
            said.append(
                words.say(
                    "{name} is busiest, {use} of the time: it has no room left."
                    if held["busiest_full"]
                    else "{name} is busiest, only {use} of the time: orders wait for planning, "
                    "batches or people rather than for a full machine.",
                    name=held["busiest"],
                    use=words.percent(held["busiest_use"]),
                )
            )
        if not held["sure"]:
            said.append(
                words.say("{second} holds orders up nearly as long.", second=held["second"])
            )
    ranked = sorted(document["activities"], key=lambda a: -(a["waiting_hours"] or 0.0))
    pictures = []
    if draw and held is not None:
        from deungdae.reports.charts.intervals import Bar, intervals

        bars = [
            Bar(a["name"], a["waiting_hours"], None, None, look=a["name"] == held["activity"])
            for a in ranked[:_DRAWN]
        ]
        pictures.append(
            intervals(
                words, bars, [],
                caption=words.say("Waiting before each operation"),
                summary=words.say(
                    "Hours that orders waited before each operation; most before {activity}.",
                    activity=held["activity"],
                ),
                axis=words.say("Hours waited"), percent=False, prefix="waiting",
            )
        )  # fmt: skip
    return Section(
        id="operations",
        title=words.say("Operations"),
        verdict=None
        if held is None
        else Verdict("now" if held["sure"] else "soon", words.say("bottleneck named")),
        sentences=said,
        tables=[_table(words, words.say("Operations by waiting"), words.say("Operation"), ranked)],
        pictures=pictures,
        next_step=None
        if held is None
        else words.say(
            "Look at what orders wait for there: release fewer at a time, or add hours."
        ),
    )


def _table(words: Words, caption: str, what: str, places: Sequence[Mapping[str, Any]]) -> Table:
    columns = [
        Column(what), Column(words.say("Pieces of work"), "count"),
        Column(words.say("Hours of work"), "number", 1),
        Column(words.say("Busy hours"), "number", 1),
        Column(words.say("Use"), "share"), Column(words.say("Hours waited before"), "number", 1),
        Column(words.say("Good parts"), "number", 0), Column(words.say("Rejected"), "number", 0),
    ]  # fmt: skip
    rows: list[tuple[Cell, ...]] = [
        (p["name"], p["events"], p["work_hours"], p["busy_hours"], p["use"], p["waiting_hours"],
         p["good"], p["rejected"])
        for p in places
    ]  # fmt: skip
    return Table(caption, columns, rows)


def _flow(words: Words, document: Document) -> Section:
    flow = document["flow"]
    days = flow["lead_days"]
    rows = [
        (words.say("Median"), days["median"]),
        (words.say("Mean"), days["mean"]),
        (words.say("Nine of ten within"), days["p90"]),
        (words.say("Longest"), days["max"]),
    ]
    said = []
    if flow["work_share"] is not None and flow["work_hours"] > 0:
        said.append(
            words.say(
                "Of {total} hours of lead time {work} were worked on ({share}); "
                "the rest was waiting.",
                total=words.number(flow["work_hours"] + flow["waiting_hours"], digits=6),
                work=words.number(flow["work_hours"], digits=6),
                share=words.percent(flow["work_share"]),
            )
        )
    columns = [Column(words.say("What")), Column(words.say("Days"), "number", 1)]
    return Section(
        id="flow",
        title=words.say("Lead times of {n} orders", n=flow["cases"]),
        sentences=said,
        tables=[Table(words.say("Lead times"), columns, rows)],
    )


def _scrap(words: Words, document: Document, *, draw: bool) -> Section:
    scrap = document["scrap"]
    counts = {
        a["name"]: int(a["rejected"]) for a in document["activities"] if (a["rejected"] or 0) > 0
    }
    pictures = []
    if draw:
        from deungdae.reports.charts.pareto import pareto

        by = (words.say("Rejected parts by operation"), words.say("Operation"))
        drawn = pareto(words, counts, prefix="scrap", by=by)
        pictures = [] if drawn is None else [drawn]
    said = words.say(
        "{rejected} parts were rejected in {events} pieces of work.",
        rejected=words.number(scrap["rejected"], digits=6),
        events=scrap["events"],
    )
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    columns = [Column(words.say("Operation")), Column(words.say("Rejected"), "count")]
    return Section(
        id="scrap",
        title=words.say("Rejected parts by operation"),
        sentences=[said],
        tables=[Table(words.say("Rejected parts by operation"), columns, ranked)],
        pictures=pictures,
    )


def _resources(words: Words, document: Document) -> Section:
    tables = [
        _table(
            words,
            words.say("Machines and people by work"),
            words.say("Machine or person"),
            document["resources"],
        )
    ]
    if document["states"]:
        columns = [
            Column(words.say("What")), Column(words.say("Working hours"), "number", 1),
            Column(words.say("Idle hours"), "number", 1),
            Column(words.say("At the same time"), "number", 1),
        ]  # fmt: skip
        rows = [
            (s["name"], s["working_hours"], s["idle_hours"], s["overlap_hours"])
            for s in document["states"]
        ]
        tables.append(Table(words.say("States between first and last work"), columns, rows))
    return Section(
        id="resources", title=words.say("Machines and people"), tables=tables, folded=True
    )
