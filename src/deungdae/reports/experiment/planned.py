"""The paper of a plan: what to change, the sheet to print and fill, and why it is that large."""

from collections.abc import Mapping
from datetime import tzinfo
from typing import Any, Final

from deungdae.reports.charts.picture import Picture
from deungdae.reports.codes import spoken
from deungdae.reports.experiment.codes import DESIGNS, GLOSSARY, PLAN_WARNINGS
from deungdae.reports.experiment.settings import Settings
from deungdae.reports.paper.model import (
    Behind,
    Cell,
    Column,
    Fact,
    Paper,
    Section,
    Table,
    Tile,
    Verdict,
)
from deungdae.reports.words import Words

_EMPTY: Final = "\N{NO-BREAK SPACE}"  #: a cell to write in; no value at all would be a dash
_ALL_SHOWN: Final = 200  #: runs on paper: the sheet is printed and filled


def tell_plan(
    document: Mapping[str, Any],
    figures: Mapping[str, Any] | None,
    words: Words,
    zone: tzinfo,
) -> Paper:
    """Tell the plan of an experiment in one language."""
    settings = Settings(words, document)
    sections = [_what(words, document, settings)]
    if document["runs"]:
        sections += [_sheet(words, document, settings), _how(words, document, settings)]
    sections.append(_size(words, document, figures))
    if document["design"]["aliases"]:
        sections.append(_aliases(words, document))
    return Paper(
        method=document["method"],
        name=words.say("Plan of an experiment"),
        answer=_answer(words, document, settings),
        caution=None,
        notices=[spoken(words, PLAN_WARNINGS, code) for code in document["warnings"]],
        tiles=_tiles(words, document),
        sections=sections,
        behind=_behind(words, document),
        recipe=[
            (words.say("Method"), f"{document['method']} {document['version']}"),
            (words.say("Seed"), str(document["seed"])),
            (words.say("Number of the plan"), str(document["id"])),
        ],
        glossary=[(words.say_message(term), words.say_message(text)) for term, text in GLOSSARY],
    )


def _answer(words: Words, document: Mapping[str, Any], settings: Settings) -> str:
    first = document["findings"][0]
    change = settings.change(first["factors"])
    if document["size"] is None:
        return words.say(
            "No affordable experiment shows whether {change} brings {response} from {baseline} to "
            "{promised}.",
            change=change,
            response=settings.response_spoken(),
            baseline=settings.amount(first["baseline"]),
            promised=settings.amount(first["promised"]),
        )
    size = document["size"]
    return words.say(
        "{runs} runs of {parts} parts on {days} days show whether {change} brings {response} from "
        "{baseline} to {promised}.",
        runs=size["runs"],
        parts=size["parts_per_run"],
        days=size["days"],
        change=change,
        response=settings.response_spoken(),
        baseline=settings.amount(first["baseline"]),
        promised=settings.amount(first["promised"]),
    )


def _tiles(words: Words, document: Mapping[str, Any]) -> list[Tile]:
    size = document["size"]
    if size is None:
        return []
    return [
        Tile(words.say("Runs"), words.number(size["runs"])),
        Tile(words.say("Parts in each run"), words.number(size["parts_per_run"])),
        Tile(words.say("Days"), words.number(size["days"])),
        Tile(words.say("Power"), words.percent(size["power"])),
    ]


def _what(words: Words, document: Mapping[str, Any], settings: Settings) -> Section:
    sentences = []
    for finding in document["findings"]:
        sentences.append(
            words.say(
                "To be shown: {change} brings {response} from {baseline} to {promised}. It is "
                "refuted if a change of {smallest} or more can be ruled out.",
                change=settings.change(finding["factors"]),
                response=settings.response_spoken(),
                baseline=settings.amount(finding["baseline"]),
                promised=settings.amount(finding["promised"]),
                smallest=settings.difference(finding["smallest"]),
            )
        )
    if any(f["link"] is not None for f in document["findings"]):
        sentences.append(
            words.say(
                "The promised fall is the lower end of what the data gave, since findings look "
                "larger than they are."
            )
        )
    changes = document["design"].get("changes") or {}
    rows: list[list[Cell]] = [
        [
            f["letter"], f["name"], settings.level(f["name"], "bad"),
            settings.level(f["name"], "good"), changes.get(f["name"]),
        ]
        for f in document["factors"]
    ]  # fmt: skip
    table = Table(
        words.say("Factors and their levels"),
        [
            Column(words.say("Letter")),
            Column(words.say("Factor")),
            Column(words.say("Suspected level")),
            Column(words.say("Better level")),
            Column(words.say("Changes in this order"), "count"),
        ],
        rows,
    )
    return Section("what", words.say("What is changed"), sentences=sentences, tables=[table])


def _sheet(words: Words, document: Mapping[str, Any], settings: Settings) -> Section:
    names = [f["name"] for f in document["factors"]]
    reason = document["response"]["reason"]
    columns = [Column(words.say("Run"), "count"), Column(words.say("Block"), "count")]
    columns += [Column(settings.heading(name)) for name in names]
    if settings.rates:
        columns.append(Column(words.say("Parts made")))
        if reason is None:
            columns.append(Column(words.say("Bad parts")))
        else:
            columns.append(Column(words.say("Bad: {reason}", reason=str(reason))))
            columns.append(Column(words.say("Bad: other")))
    else:
        columns.append(Column(settings.response_name()))
    columns += [Column(words.say("Operator")), Column(words.say("Remarks"))]
    rows: list[list[Cell]] = []
    for run in document["runs"]:
        told: list[Cell] = [run["run"], run["block"]]
        told += [_bare(words, run["settings"][name]) for name in names]
        rows.append([*told, *[_EMPTY] * (len(columns) - len(told))])
    table = Table(
        words.say("Runs in their random order – plan {id}", id=document["id"]),
        columns,
        rows,
        leading=_ALL_SHOWN,
    )
    return Section(
        "sheet",
        words.say("Sheet to print and fill"),
        sentences=[
            words.say(
                "Fill the workbook of this plan, or print this page; keep to the order of the runs."
            )
        ],
        tables=[table],
    )


def _bare(words: Words, value: float | str) -> str:
    return value if isinstance(value, str) else words.number(value, digits=6)


def _how(words: Words, document: Mapping[str, Any], settings: Settings) -> Section:
    size, design = document["size"], document["design"]
    sentences = [
        words.say("Set every factor anew before each run, even if it stays the same."),
        words.say("Begin to count when the process has settled after the change."),
        words.say("Whoever inspects the parts should not know the setting."),
        words.say("Write down what really happened: another setting, a missing run, an odd part."),
    ]
    if design["blocks"] > 1:
        sentences.insert(
            0,
            words.say(
                "Make the runs of one block under the same circumstances: one day, one material "
                "lot, one shift. There are {blocks} blocks, and {per_day} runs in a day.",
                blocks=design["blocks"],
                per_day=size["runs_per_day"],
            ),
        )
    if settings.rates:
        sentences.append(
            words.say("Write 0 where no part was bad; an empty cell is a missing run.")
        )
    return Section("how", words.say("How to carry it out"), sentences=sentences)


def _size(words: Words, document: Mapping[str, Any], figures: Mapping[str, Any] | None) -> Section:
    size = document["size"]
    rates = document["response"]["kind"] == "bad_parts"
    sentences = [
        words.say(
            "Parts of one run share their fate: a correlation of {rho} within runs is assumed. "
            "Tell another one if you know it.",
            rho=words.number(document["intra_run"]),
        )
    ]
    pictures: list[Picture] = []
    verdict, next_step = None, None
    if size is None:
        verdict = Verdict("soon", words.say("too large"))
        sentences += _detectable(words, document)
        next_step = (
            words.say(
                "Find a measured value that stands for the defect, such as a dimension, a weight "
                "or a force: each part then tells far more than good or bad."
            )
            if rates
            else words.say("Allow more runs, or look for a larger difference.")
        )
    else:
        sentences.append(
            words.say(
                "With {parts} parts in all, the chance to see the promised effect is {power}; the "
                "chance to see one that is not there is at most {alpha}.",
                parts=size["parts"],
                power=words.percent(size["power"]),
                alpha=words.percent(document["alpha"]),
            )
        )
        if figures is not None and figures.get("power"):
            from deungdae.reports.charts.effects import power_curve  # slow: draws charts

            drawn = power_curve(words, figures["power"], size["parts_per_run"], 0.8, prefix="power")
            pictures = [drawn] if drawn is not None else []
    tables = [_choices(words, document)] if document["choices"] else []
    return Section(
        "size",
        words.say("Why it is this large"),
        verdict=verdict,
        sentences=sentences,
        next_step=next_step,
        tables=tables,
        pictures=pictures,
    )


def _choices(words: Words, document: Mapping[str, Any]) -> Table:
    chosen = document["size"]["runs"] if document["size"] else None
    return Table(
        words.say("Sizes that would do"),
        [
            Column(words.say("Runs"), "count"),
            Column(words.say("Parts in each run"), "count"),
            Column(words.say("Parts in all"), "count"),
            Column(words.say("Days"), "count"),
            Column(words.say("Power"), "share"),
            Column(words.say("Chosen")),
        ],
        [
            [
                c["runs"], c["parts_per_run"], c["parts"], c["days"], c["power"],
                words.say("yes") if c["runs"] == chosen else None,
            ]
            for c in document["choices"]
        ],
    )  # fmt: skip


def _detectable(words: Words, document: Mapping[str, Any]) -> list[str]:
    settings = Settings(words, document)
    most = document["detectable"]
    told = []
    for finding, promised in zip(document["findings"], most["promised"], strict=True):
        if promised is None:
            told.append(
                words.say(
                    "Even if {response} went from {baseline} to nothing, {runs} runs of {parts} "
                    "parts would not show it.",
                    response=settings.response_spoken(),
                    baseline=settings.amount(finding["baseline"]),
                    runs=most["runs"],
                    parts=most["parts_per_run"],
                )
            )
        else:
            told.append(
                words.say(
                    "The largest experiment within the limits, {runs} runs of {parts} parts, would "
                    "show a change from {baseline} to {promised}.",
                    runs=most["runs"],
                    parts=most["parts_per_run"],
                    baseline=settings.amount(finding["baseline"]),
                    promised=settings.amount(promised),
                )
            )
    return told


def _aliases(words: Words, document: Mapping[str, Any]) -> Section:
    design = document["design"]
    return Section(
        "aliases",
        words.say("What cannot be told apart"),
        sentences=[
            words.say(
                "To save runs, not every combination is made. Effects in one row have the same "
                "column and come out as one number; interactions of three and more factors are "
                "taken to be nothing."
            )
        ],
        tables=[
            Table(
                words.say("Aliases"),
                [Column(words.say("Effect")), Column(words.say("Cannot be told from"))],
                [[a["effect"], words.listed(a["with"])] for a in design["aliases"]],
            )
        ],
        folded=True,
    )


def _behind(words: Words, document: Mapping[str, Any]) -> Behind:
    design, given = document["design"], document["input"]
    kind = spoken(words, DESIGNS, design["kind"])
    facts = [Fact(words.say("Design"), kind)]
    if design["resolution"] is not None:
        facts.append(Fact(words.say("Resolution"), str(design["resolution"])))
    if design["generators"]:
        facts.append(Fact(words.say("Generators"), words.listed(design["generators"])))
    if design.get("confounded"):
        facts.append(Fact(words.say("Lost between blocks"), str(design["confounded"])))
    if given.get("sha256"):
        facts.append(Fact(words.say("SHA-256 of the finding"), str(given["sha256"])))
    if given.get("data_sha256"):
        facts.append(Fact(words.say("SHA-256 of the file"), str(given["data_sha256"])))
    return Behind(counts=words.say("{runs} runs planned.", runs=len(document["runs"])), facts=facts)
