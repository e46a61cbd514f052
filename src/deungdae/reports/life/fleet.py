"""Lives of several units, in words."""

from collections.abc import Mapping
from typing import Any

from deungdae.reports.codes import spoken
from deungdae.reports.life.codes import VERDICTS, WARNINGS
from deungdae.reports.life.told import Told
from deungdae.reports.paper.model import Check, Column, Section, Table, Tile, Verdict
from deungdae.reports.words import Words

_DRAWN = 30


def told(
    words: Words, document: Mapping[str, Any], figures: Mapping[str, Any] | None, unit: str
) -> Told:
    """Return what is told of the units; ages count in `unit`."""
    look, word = VERDICTS[document["verdict"]]
    verdict = Verdict(look, words.say_message(word))
    if document["needed"] is not None:
        needed = document["needed"]
        said = words.say(
            "{failed} units ran to failure. At least {more} more are needed, and {good} more make "
            "the interval worth planning with.",
            failed=document["failed_units"],
            more=needed["units"],
            good=needed["good"],
        )
        section = Section(id="test", title=words.say("What is missing"), verdict=verdict,
                          sentences=[said])  # fmt: skip
        answer = words.say(
            "There is not enough data: only {n} units ran to failure.", n=document["failed_units"]
        )
        return Told(answer=answer, tiles=[], sections=[section])
    sections = []
    if document["units"]:
        sections.append(_running(words, document, unit, draw=figures is not None))
    sections.append(_test(words, document, figures, verdict, unit))
    sections.append(_signals(words, document))
    return Told(
        answer=_answer(words, document, unit),
        tiles=_tiles(words, document, unit),
        sections=sections,
        recipe=[
            (
                words.say("Learning"),
                words.say(
                    "Boosted trees on means, changes and distance from each unit's own beginning; "
                    "remaining lives above {cap} {unit} count as that.",
                    cap=words.number(document["cap"]),
                    unit=unit,
                ),
            ),
            (
                words.say("Interval"),
                words.say(
                    "True remaining lives of units that were given a similar answer while they "
                    "were left out of the learning."
                ),
            ),
        ],
        glossary=[
            (
                words.say("Root mean square error"),
                words.say("How far off an answer usually is; large errors count more."),
            )
        ],
    )


def _answer(words: Words, document: Mapping[str, Any], unit: str) -> str:
    if document["verdict"] == "no_better":
        return words.say("These signals do not foretell the end better than the age alone does.")
    if not document["units"]:
        return words.say(
            "The signals foretell the end to {rmse} {unit}; no unit of the table still runs.",
            rmse=words.number(document["test"]["rmse"], digits=3),
            unit=unit,
        )
    first = document["units"][0]
    return words.say(
        "{name} ends first: about {left} {unit} left, with 90% confidence {low} to {high}.",
        name=first["unit"], unit=unit, left=words.number(first["left"], digits=3),
        low=words.number(first["low"], digits=3), high=words.number(first["high"], digits=3),
    )  # fmt: skip


def _tiles(words: Words, document: Mapping[str, Any], unit: str) -> list[Tile]:
    test = document["test"]
    return [
        Tile(words.say("Usual error"), words.number(test["rmse"], digits=3), unit,
             words.say("by age alone {naive}", naive=words.number(test["naive_rmse"], digits=3))),
        Tile(words.say("Intervals that held"), words.percent(test["coverage"]).rstrip("%"), "%",
             words.say("{wanted} is wanted", wanted=words.percent(test["confidence"]))),
        Tile(words.say("Units that failed"), words.number(document["failed_units"])),
        Tile(words.say("Units that run"), words.number(document["running_units"])),
    ]  # fmt: skip


def _running(words: Words, document: Mapping[str, Any], unit: str, *, draw: bool) -> Section:
    rows = []
    for one in document["units"]:
        notes = []
        if one["at_least"]:
            notes.append(words.say("no wear to be seen yet"))
        if one["beyond"]:
            notes.append(
                words.say("never seen before: {columns}", columns=words.listed(one["beyond"]))
            )
        if one["older"]:
            notes.append(words.say("older than any before"))
        rows.append(
            (one["unit"], one["age"], one["left"], one["low"], one["high"], words.listed(notes))
        )
    pictures = []
    if draw:
        from deungdae.reports.charts.intervals import Bar, intervals

        bars = [Bar(one["unit"], one["left"], one["low"], one["high"])
                for one in document["units"][:_DRAWN]]  # fmt: skip
        pictures.append(
            intervals(
                words, bars, [],
                caption=words.say("Units that end first"),
                summary=words.say(
                    "Remaining life of {n} units with 90% intervals; {name} ends first.",
                    n=len(bars), name=bars[0].name,
                ),
                axis=words.say("Left ({unit})", unit=unit), percent=False, prefix="running",
            )
        )  # fmt: skip
    columns = [
        Column(words.say("Unit")), Column(words.say("Age"), "number"),
        Column(words.say("Left ({unit})", unit=unit), "number", 0),
        Column(words.say("From"), "number", 0), Column(words.say("To"), "number", 0),
        Column(words.say("To know")),
    ]  # fmt: skip
    return Section(
        id="running",
        title=words.say("Units that still run"),
        sentences=[words.say("Those that end first stand first.")],
        warnings=[
            spoken(words, WARNINGS, c) for c in document["warnings"] if c in ("beyond", "older")
        ],
        tables=[Table(words.say("Remaining lives"), columns, rows)],
        pictures=pictures,
        next_step=words.say("Plan maintenance before the early end of the interval."),
    )


def _test(
    words: Words, document: Mapping[str, Any], figures: Mapping[str, Any] | None,
    verdict: Verdict, unit: str,
) -> Section:  # fmt: skip
    test, lives = document["test"], document["lives"]
    pictures = []
    if figures is not None and figures.get("test"):
        from deungdae.reports.charts.lives import foretold

        pictures.append(foretold(words, figures["test"], prefix="test"))
    held = test["coverage"] >= test["confidence"] - 0.05
    rows = [
        (words.say("Root mean square error"), test["rmse"]),
        (words.say("The same by age alone"), test["naive_rmse"]),
        (words.say("Score of the PHM 2008 challenge"), test["score"]),
        (words.say("Mean width of the interval"), test["width"]),
        (words.say("Shortest life"), lives["shortest"]),
        (words.say("Median life"), lives["median"]),
        (words.say("Longest life"), lives["longest"]),
    ]
    columns = [Column(words.say("What")), Column(unit, "number")]
    return Section(
        id="test",
        title=words.say("What the answers are worth"),
        verdict=verdict,
        sentences=[
            words.say(
                "Each unit that failed was asked {n} times in all, at ages from 15% to 95% of its "
                "life, by what was learned without it.",
                n=test["asked"],
            )
        ],
        warnings=[
            spoken(words, WARNINGS, c) for c in document["warnings"] if c not in ("beyond", "older")
        ],
        checks=[
            Check(
                "yes" if test["rmse"] < 0.8 * test["naive_rmse"] else "no",
                words.say("Clearly better than the age alone?"),
            ),
            Check("yes" if held else "partly", words.say("Do the intervals hold?")),
        ],
        tables=[Table(words.say("Test"), columns, rows)],
        pictures=pictures,
    )


def _signals(words: Words, document: Mapping[str, Any]) -> Section:
    columns = [
        Column(words.say("Signal")), Column(words.say("Rank correlation with age"), "number", 2),
        Column(words.say("Units that agree"), "share"),
    ]  # fmt: skip
    rows = [(s["column"], s["trend"], s["same_way"]) for s in document["signals"]]
    return Section(
        id="signals",
        title=words.say("Which signals show wear"),
        tables=[Table(words.say("Signals by how steadily they move with age"), columns, rows)],
        folded=True,
    )
