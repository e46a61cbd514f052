"""Attribute agreement in words."""

from collections.abc import Mapping
from typing import Any

from deungdae.reports.charts.picture import Picture
from deungdae.reports.gauge.codes import VERDICTS
from deungdae.reports.gauge.told import Told
from deungdae.reports.paper.model import Column, Table, Tile
from deungdae.reports.words import Words

_KAPPA = 0.75


def told(words: Words, document: Mapping[str, Any], figures: Mapping[str, Any] | None) -> Told:
    """Return what an attribute study says."""
    found = document["attribute"]
    everyone, between = found["all_standard"], found["between"]
    tiles = []
    if everyone is not None:
        tiles.append(
            Tile(
                words.say("All right"),
                words.percent(everyone["share"]),
                explain=words.say("parts that everybody judged as the reference, every time"),
            )
        )
    if between is not None:
        tiles.append(
            Tile(
                words.say("All alike"),
                words.percent(between["share"]),
                explain=words.say("parts that everybody judged the same, every time"),
            )
        )
        kappa = between["fleiss"]["kappa"]
        if kappa is not None:
            tiles.append(
                Tile(
                    words.say("kappa"),
                    words.number(round(kappa, 2)),
                    explain=words.say("agreement between people beyond chance; 1 is perfect"),
                    state="soon" if kappa < _KAPPA else None,
                )
            )
    tables = [_people(words, found)]
    if between is not None and between["pairs"]:
        tables.append(_pairs(words, between["pairs"]))
    return Told(
        answer=_answer(words, document, found),
        sentences=_sentences(words, found),
        tiles=tiles,
        tables=tables,
        next_step=_next(words, document),
        pictures=[] if figures is None else _pictures(words, found),
        recipe=[
            (
                words.say("Agreement"),
                words.say("kappa of Cohen and of Fleiss; exact intervals of shares"),
            ),
            (
                words.say("Limits"),
                words.say(
                    "AIAG: effectiveness 90% (80%), misses 2% (5%), false alarms 5% (10%); kappa "
                    "0.75."
                ),
            ),
        ],
        glossary=[
            (
                words.say("kappa"),
                words.say("Agreement beyond what chance would bring: 0 is chance, 1 all."),
            ),
            (words.say("Miss"), words.say("A bad part that was called good.")),
            (words.say("False alarm"), words.say("A good part that was called bad.")),
        ],
    )


def _answer(words: Words, document: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    verdict = document["verdict"]
    if found["all_standard"] is not None:
        share = words.percent(found["all_standard"]["share"])
        if verdict == "acceptable":
            return words.say(
                "The inspection can be trusted: {share} of the parts were judged right by "
                "everybody, every time.",
                share=share,
            )
        if verdict == "conditional":
            return words.say(
                "The inspection can be trusted with reserve: {share} of the parts were judged "
                "right by everybody, every time.",
                share=share,
            )
        return words.say(
            "The inspection cannot be trusted: only {share} of the parts were judged right by "
            "everybody, every time.",
            share=share,
        )
    if found["between"] is None:
        return words.say("One appraiser without a reference: only their own repeats can be told.")
    share = words.percent(found["between"]["share"])
    if verdict == "acceptable":
        return words.say(
            "The appraisers agree: {share} of the parts were judged the same by all.", share=share
        )
    return words.say(
        "The appraisers do not agree well enough: {share} of the parts were judged the same by "
        "all.",
        share=share,
    )


def _sentences(words: Words, found: Mapping[str, Any]) -> list[str]:
    said = [
        words.say(
            "{parts} parts, {people} appraisers, {trials} trials each.",
            parts=found["parts"],
            people=len(found["appraisers"]),
            trials=found["trials"],
        )
    ]
    if found["bad"]:
        said.append(words.say("Bad means: {levels}.", levels=words.listed(found["bad"])))
    between = found["between"]
    if between is not None and between["fleiss"]["ci95"]:
        low, high = between["fleiss"]["ci95"]
        said.append(
            words.say(
                "Kappa between appraisers is {kappa}, with 95% confidence between {low} and "
                "{high}.",
                kappa=round(between["fleiss"]["kappa"], 3),
                low=round(low, 3),
                high=round(high, 3),
            )
        )
    return said


def _next(words: Words, document: Mapping[str, Any]) -> str | None:
    if document["verdict"] in ("acceptable", "unknown"):
        return None
    return words.say(
        "Take the parts on which people differ, agree on limit samples, train, and repeat the "
        "study."
    )


def _people(words: Words, found: Mapping[str, Any]) -> Table:
    rows, marked = [], []
    for place, a in enumerate(found["appraisers"]):
        within, standard = a["within"] or {}, a["standard"] or {}
        verdict = standard.get("verdict")
        if verdict == "unacceptable":
            marked.append(place)
        rows.append(
            (
                a["appraiser"],
                within.get("share"),
                within["fleiss"]["kappa"] if within else None,
                standard.get("share"),
                standard["cohen"]["kappa"] if standard else None,
                (standard.get("misses") or {}).get("share"),
                (standard.get("false_alarms") or {}).get("share"),
                words.say_message(VERDICTS[verdict][1]) if verdict else None,
            )
        )
    columns = [
        Column(words.say("Appraiser")),
        Column(words.say("Same every time"), "share"),
        Column(words.say("kappa within"), "number", 3),
        Column(words.say("Right every time"), "share"),
        Column(words.say("kappa to reference"), "number", 3),
        Column(words.say("Misses"), "share"),
        Column(words.say("False alarms"), "share"),
        Column(words.say("Verdict")),
    ]
    return Table(words.say("Appraisers"), columns, rows, marked=marked)


def _pairs(words: Words, pairs: list[Mapping[str, Any]]) -> Table:
    rows = []
    for pair in pairs:
        low, high = pair["cohen"]["ci95"] or (None, None)
        rows.append((" × ".join(pair["appraisers"]), pair["cohen"]["kappa"], low, high))
    columns = [
        Column(words.say("Pair")),
        Column(words.say("kappa (Cohen)"), "number", 3),
        Column(words.say("95% from"), "number", 3),
        Column(words.say("95% to"), "number", 3),
    ]
    return Table(words.say("Pairs of appraisers"), columns, rows)


def _pictures(words: Words, found: Mapping[str, Any]) -> list[Picture]:
    from deungdae.reports.charts.intervals import Bar, Line, intervals

    with_standard = found["all_standard"] is not None
    bars = []
    for a in found["appraisers"]:
        share = a["standard"] if with_standard else a["within"]
        if share is not None:
            low, high = share["ci95"]
            bars.append(Bar(a["appraiser"], share["share"], low, high, share["share"] < 0.8))
    if not bars:
        return []
    worst = min(bars, key=lambda b: b.value)
    caption = (
        words.say("Parts judged right every time")
        if with_standard
        else words.say("Parts judged the same every time")
    )
    summary = words.say(
        "{caption}: {n} appraisers, the lowest is {name} with {share}.",
        caption=caption,
        n=len(bars),
        name=worst.name,
        share=words.percent(worst.value),
    )
    return [
        intervals(
            words, bars, [Line(0.9, "90%")], caption=caption, summary=summary,
            axis=words.say("Share of the parts"), percent=True, prefix="people",
        )
    ]  # fmt: skip
