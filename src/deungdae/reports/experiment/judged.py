"""The paper of a filled sheet: what was confirmed, what refuted, what stays undecided."""

from collections.abc import Mapping
from datetime import tzinfo
from typing import Any, Final

from deungdae.reports.charts.picture import Picture
from deungdae.reports.codes import spoken
from deungdae.reports.experiment.codes import ANALYSIS_WARNINGS, GLOSSARY, VERDICTS
from deungdae.reports.experiment.sentences import compared, told
from deungdae.reports.experiment.settings import Settings
from deungdae.reports.paper.model import (
    Behind,
    Cell,
    Check,
    Column,
    Fact,
    Look,
    Mark,
    Paper,
    Section,
    Table,
    Tile,
    Verdict,
)
from deungdae.reports.words import Words

_LOOKS: Final[dict[str, Look]] = {
    "confirmed": "fine", "refuted": "fine", "undecided": "unknown",
}  # fmt: skip
_MARKS: Final[dict[str, Mark]] = {
    "confirmed": "yes", "refuted": "no", "undecided": "unknown",
}  # fmt: skip
_PAIRS_DRAWN: Final = 3


def tell_analysis(
    document: Mapping[str, Any],
    figures: Mapping[str, Any] | None,
    words: Words,
    zone: tzinfo,
) -> Paper:
    """Tell what an experiment showed, in one language."""
    settings = Settings(words, document["plan"])
    sections = [
        _finding(words, f, settings, figures if n == 1 else None, n)
        for n, f in enumerate(document["findings"], 1)
    ]
    sections += _others(words, document, figures, settings)
    findings = document["findings"]
    return Paper(
        method=document["method"],
        name=words.say("Result of an experiment"),
        answer=told(words, findings[0], settings),
        caution=None,
        notices=[spoken(words, ANALYSIS_WARNINGS, code) for code in document["warnings"]],
        tiles=[
            Tile(
                spoken(words, VERDICTS, verdict),
                words.number(sum(f["verdict"] == verdict for f in findings)),
            )
            for verdict in VERDICTS
        ],
        sections=sections,
        behind=_behind(words, document),
        recipe=[
            (words.say("Method"), f"{document['method']} {document['version']}"),
            (words.say("Number of the plan"), str(document["plan"]["id"])),
            (words.say("Level of the intervals"), words.percent(document["level"])),
            (words.say("SHA-256 of the file"), str(document["input"]["sha256"] or "–")),
        ],
        glossary=[(words.say_message(term), words.say_message(text)) for term, text in GLOSSARY],
    )


def _finding(
    words: Words,
    finding: Mapping[str, Any],
    settings: Settings,
    figures: Mapping[str, Any] | None,
    number: int,
) -> Section:
    verdict = finding["verdict"]
    sentence = told(words, finding, settings)
    checks = [Check(_MARKS[verdict], sentence)]
    if finding["p_adjusted"] is not None:
        checks.append(
            Check(
                "yes" if verdict == "confirmed" else "unknown",
                words.say(
                    "Chance alone would bring a difference this large in {share} of such "
                    "experiments.",
                    share=words.percent(finding["p_adjusted"]),
                ),
            )
        )
    pictures: list[Picture] = []
    if figures is not None:
        pictures = _main_effects(words, figures, settings)
    next_step = None
    if verdict == "confirmed":
        next_step = words.say("Keep to the better level, and watch the result on a control chart.")
    elif verdict == "refuted":
        next_step = words.say("Look for another cause; this setting need not be changed.")
    elif finding["runs_needed"] is not None:
        next_step = words.say(
            "To decide, repeat the plan until there are about {runs} runs.",
            runs=finding["runs_needed"],
        )
    return Section(
        f"finding-{number}",
        settings.change(finding["factors"]),
        verdict=Verdict(_LOOKS[verdict], spoken(words, VERDICTS, verdict)),
        sentences=compared(words, finding, settings),
        checks=checks,
        next_step=next_step,
        tables=[_sides(words, finding, settings)],
        pictures=pictures,
    )


def _sides(words: Words, finding: Mapping[str, Any], settings: Settings) -> Table:
    several = len(finding["factors"]) > 1
    rows: list[list[Cell]] = []
    for side, level in (("bad_side", "bad"), ("good_side", "good")):
        group = finding[side]
        if group is None:
            continue
        name = " & ".join(
            f"{settings.name(f)} {settings.level(f, level)}" for f in finding["factors"]
        )
        if several and level == "good":
            name = words.say("All other combinations")
        low, high = group["ci95"] or (None, None)
        if settings.rates:
            rows.append(
                [name, group["runs"], group["parts"], group["bad"], group["rate"], low, high]
            )
        else:
            rows.append([name, group["runs"], group["values"], group["mean"], low, high])
    columns = [Column(words.say("Setting")), Column(words.say("Runs"), "count")]
    if settings.rates:
        columns += [
            Column(words.say("Parts"), "count"),
            Column(words.say("Bad"), "count"),
            Column(settings.response_name(), "share"),
            Column(words.say("95% from"), "share"),
            Column(words.say("95% to"), "share"),
        ]
    else:
        columns += [
            Column(words.say("Values"), "count"),
            Column(settings.response_name(), "number"),
            Column(words.say("95% from"), "number"),
            Column(words.say("95% to"), "number"),
        ]
    return Table(words.say("What came out"), columns, rows)


def _main_effects(words: Words, figures: Mapping[str, Any], settings: Settings) -> list[Picture]:
    from deungdae.reports.charts.effects import main_effects  # slow: draws charts

    drawn = main_effects(
        words, figures["main"], settings.level, settings.response_name(), prefix="main"
    )
    return [] if drawn is None else [drawn]


def _interactions(words: Words, figures: Mapping[str, Any], settings: Settings) -> list[Picture]:
    from deungdae.reports.charts.effects import interaction  # slow: draws charts

    response = settings.response_name()
    drawn = [
        interaction(words, pair, settings.level, response, prefix=f"pair{n}")
        for n, pair in enumerate(figures["interactions"][:_PAIRS_DRAWN])
    ]
    return [picture for picture in drawn if picture is not None]


def _others(
    words: Words,
    document: Mapping[str, Any],
    figures: Mapping[str, Any] | None,
    settings: Settings,
) -> list[Section]:
    sections = []
    if len(document["effects"]) > 1:
        pictures = [] if figures is None else _interactions(words, figures, settings)
        sections.append(_effects(words, document, settings, pictures))
    if document["curvature"] is not None:
        sections.append(_curvature(words, document["curvature"], settings))
    sections.append(_blocks(words, document, settings))
    return sections


def _effects(
    words: Words, document: Mapping[str, Any], settings: Settings, pictures: list[Picture]
) -> Section:
    scale, decimals = (100, 2) if settings.rates else (1, None)
    unit = words.say("points") if settings.rates else str(settings.response["unit"] or "")
    heading = words.say("Effect ({unit})", unit=unit) if unit else words.say("Effect")
    return Section(
        "effects",
        words.say("All effects"),
        sentences=[
            words.say(
                "From the better to the suspected level. Effects that were not planned are a look "
                "around; their p-values are adjusted for their number (Holm)."
            )
        ],
        tables=[
            Table(
                words.say("Effects"),
                [
                    Column(words.say("Letters")),
                    Column(words.say("Factors")),
                    Column(heading, "number", decimals),
                    Column(words.say("95% from"), "number", decimals),
                    Column(words.say("95% to"), "number", decimals),
                    Column("p", "small"),
                    Column(words.say("Planned")),
                    Column(words.say("Cannot be told from")),
                ],
                [
                    [
                        e["effect"], " × ".join(e["factors"]), e["estimate"] * scale,
                        e["interval"][0] * scale, e["interval"][1] * scale,
                        e["p_value"] if e["p_adjusted"] is None else e["p_adjusted"],
                        words.say("yes") if e["planned"] else words.say("no"),
                        words.listed(e["with"]) or None,
                    ]
                    for e in document["effects"]
                ],
            )
        ],
        pictures=pictures,
    )  # fmt: skip


def _curvature(words: Words, curvature: Mapping[str, Any], settings: Settings) -> Section:
    low, high = curvature["interval"]
    if low <= 0 <= high:
        sentence = words.say("The middle fits a straight line between the levels.")
    else:
        sentence = words.say(
            "The middle lies {difference} off the straight line between the levels: the best "
            "setting may lie between them.",
            difference=settings.difference(curvature["estimate"]),
        )
    return Section("curvature", words.say("Centre points"), sentences=[sentence], folded=True)


def _blocks(words: Words, document: Mapping[str, Any], settings: Settings) -> Section:
    kind = "rate" if settings.rates else "mean"
    spread = document["spread"] or {}
    sentences = []
    if "intra_run" in spread:
        sentences.append(
            words.say(
                "The correlation within runs came out as {found}; {planned} was planned.",
                found=words.number(spread["intra_run"], digits=2),
                planned=words.number(spread["intra_run_planned"]),
            )
        )
    table = Table(
        words.say("Blocks"),
        [
            Column(words.say("Block"), "count"),
            Column(words.say("Runs"), "count"),
            Column(settings.response_name(), "share" if settings.rates else "number"),
        ],
        [[b["block"], b["runs"], b[kind]] for b in document["blocks"]],
    )
    return Section(
        "blocks", words.say("Blocks and spread"), sentences=sentences, tables=[table], folded=True
    )


def _behind(words: Words, document: Mapping[str, Any]) -> Behind:
    given = document["input"]
    facts = []
    if given["missing"] or given["bad_not_filled"]:
        runs = sorted([*given["missing"], *given["bad_not_filled"]])
        facts.append(Fact(words.say("Missing runs"), words.listed(map(str, runs))))
    for deviation in given["deviated"]:
        facts.append(
            Fact(
                words.say("Run {run} was set differently", run=deviation["run"]),
                words.listed(deviation["factors"]),
            )
        )
    for remark in given["remarks"]:
        facts.append(Fact(words.say("Remark on run {run}", run=remark["run"]), remark["text"]))
    link = document["plan"]["input"].get("sha256")
    if link:
        facts.append(Fact(words.say("SHA-256 of the finding"), str(link)))
    return Behind(
        counts=words.say(
            "{planned} runs planned = {used} used + {missing} missing.",
            planned=given["runs_planned"],
            used=given["runs_used"],
            missing=given["runs_planned"] - given["runs_used"],
        ),
        facts=facts,
    )
