"""One signal and its limit, in words."""

from collections.abc import Mapping
from typing import Any

from deungdae.reports.codes import spoken
from deungdae.reports.life.codes import VERDICTS, WARNINGS
from deungdae.reports.life.told import Told
from deungdae.reports.paper.model import Column, Section, Table, Tile, Verdict
from deungdae.reports.words import Words


def told(
    words: Words, document: Mapping[str, Any], figures: Mapping[str, Any] | None, unit: str
) -> Told:
    """Return what is told of one signal; ages count in `unit`."""
    found = document["signal"]
    look, word = VERDICTS[document["verdict"]]
    pictures = []
    if figures is not None and len(figures["values"]) > 1:
        from deungdae.reports.charts.lives import towards

        pictures.append(towards(words, document, figures, prefix="signal"))
    section = Section(
        id="signal",
        title=str(document["columns"]["signal"]),
        verdict=Verdict(look, words.say_message(word)),
        sentences=_sentences(words, document, found, unit),
        warnings=[spoken(words, WARNINGS, code) for code in document["warnings"]],
        next_step=_next(words, document),
        tables=[_table(words, document, found, unit)],
        pictures=pictures,
    )
    return Told(
        answer=_answer(words, document, found, unit),
        tiles=_tiles(words, document, found, unit),
        sections=[section],
        recipe=[
            (
                words.say("Trend"),
                words.say(
                    "A drift that wanders, read with an error (Wiener process), from where it "
                    "began; straight, or in proportion to the value if that is likelier."
                ),
            ),
            (
                words.say("Interval"),
                words.say("First passage of the limit over all that the readings leave possible."),
            ),
        ],
    )


def _answer(words: Words, document: Mapping[str, Any], found: Mapping[str, Any], unit: str) -> str:
    name, limit = str(document["columns"]["signal"]), words.number(document["limit"])
    verdict = document["verdict"]
    if verdict == "too_few":
        return words.say("There are too few readings of {signal} to see a trend.", signal=name)
    if verdict == "reached":
        return words.say("{signal} has reached its limit {limit}.", signal=name, limit=limit)
    if verdict == "no_trend":
        return words.say(
            "{signal} shows no trend towards {limit}, so nothing can be foretold.",
            signal=name,
            limit=limit,
        )
    if found["left"] is None:
        return words.say(
            "{signal} moves towards {limit}, but may never reach it.", signal=name, limit=limit
        )
    if found["high"] is None:
        return words.say(
            "{signal} reaches {limit} in about {left} {unit}, not before {low} (95% confidence).",
            signal=name, limit=limit, unit=unit,
            left=words.number(found["left"], digits=3), low=words.number(found["low"], digits=3),
        )  # fmt: skip
    return words.say(
        "{signal} reaches {limit} in about {left} {unit}, with 90% confidence in {low} to {high}.",
        signal=name, limit=limit, unit=unit, left=words.number(found["left"], digits=3),
        low=words.number(found["low"], digits=3), high=words.number(found["high"], digits=3),
    )  # fmt: skip


def _sentences(
    words: Words, document: Mapping[str, Any], found: Mapping[str, Any], unit: str
) -> list[str]:
    if found["level"] is None:
        return []
    said = [
        words.say(
            "The level is {level} now; the limit is {limit}.",
            level=words.number(found["level"]),
            limit=words.number(document["limit"]),
        )
    ]
    if document["verdict"] == "no_trend":
        said.append(
            words.say(
                "A drift towards the limit is not told from chance (chance of none: {chance}).",
                chance=words.percent(found["chance_none"]),
            )
        )
    if document["verdict"] == "trend":
        said.append(
            words.say(
                "The drift was seen over {seen} {unit}.",
                seen=words.number(found["seen"]),
                unit=unit,
            )
        )
    return said


def _next(words: Words, document: Mapping[str, Any]) -> str | None:
    return {
        "reached": words.say("Change or repair it now."),
        "trend": words.say("Plan the change before the early end of the interval."),
        "no_trend": words.say("Keep reading; ask again when it moves."),
        "too_few": words.say("Keep reading: at least 12 readings are needed."),
    }[document["verdict"]]


def _tiles(
    words: Words, document: Mapping[str, Any], found: Mapping[str, Any], unit: str
) -> list[Tile]:
    tiles = []
    if document["verdict"] == "trend" and found["left"] is not None:
        tiles.append(
            Tile(words.say("Left"), words.number(found["left"], digits=3), unit, state="soon")
        )
        tiles.append(Tile(words.say("At least"), words.number(found["low"], digits=3), unit))
    if found["level"] is not None:
        tiles.append(Tile(words.say("Level now"), words.number(found["level"])))
    tiles.append(Tile(words.say("Limit"), words.number(document["limit"])))
    return tiles


def _table(words: Words, document: Mapping[str, Any], found: Mapping[str, Any], unit: str) -> Table:
    low, high = found["drift_ci95"] or (None, None)
    growing = found["shape"] == "growing"
    drift = words.say("Growth per unit of age") if growing else words.say("Drift per unit of age")
    rows = [
        (words.say("Left ({unit})", unit=unit), found["left"], found["low"], found["high"]),
        (drift, found["drift"], low, high),
    ]
    columns = [
        Column(words.say("What")), Column(words.say("Estimate"), "number"),
        Column(words.say("From"), "number"), Column(words.say("To"), "number"),
    ]  # fmt: skip
    return Table(words.say("Figures"), columns, [row for row in rows if row[1] is not None])
