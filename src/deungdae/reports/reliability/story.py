"""The report on reliability as a paper."""

from collections.abc import Mapping
from datetime import tzinfo
from typing import Any

from deungdae.reports.chance import p_value
from deungdae.reports.codes import spoken
from deungdae.reports.paper.behind import told_behind
from deungdae.reports.paper.model import Column, Paper, Section, Table, Tile, Verdict
from deungdae.reports.reliability.codes import MEANINGS, VERDICTS, WARNINGS
from deungdae.reports.words import Words

#: What is said beside the answer, the gravest first.
CAUTIONS = ("silent", "few_failures")

Row = tuple[str, float | None, float | None, float | None]


def tell(
    document: Mapping[str, Any],
    figures: Mapping[str, Any] | None,
    understanding: Mapping[str, Any],
    words: Words,
    zone: tzinfo,
) -> Paper:
    """Return the paper; without `figures`, without pictures."""
    unit = words.say("hours") if document["kind"] == "stops" else str(document["unit"] or "")
    look, word = VERDICTS[document["verdict"]]
    section = Section(
        id="failures",
        title=words.say("Running times between failures"),
        verdict=Verdict(look, words.say_message(word)),
        sentences=_sentences(words, document, unit),
        warnings=[spoken(words, WARNINGS, code) for code in document["warnings"]],
        tables=[_table(words, document, unit), *_machines(words, document)],
        pictures=[] if figures is None else _pictures(words, document, figures, unit),
    )
    return Paper(
        method="reliability",
        name=words.say("Reliability"),
        answer=_answer(words, document, unit),
        caution=next(
            (spoken(words, WARNINGS, code) for code in CAUTIONS if code in document["warnings"]),
            None,
        ),
        notices=[],
        tiles=_tiles(words, document, unit),
        sections=[section],
        behind=told_behind(
            words, document["input"], understanding,
            {name: column for name, column in document["columns"].items() if column},
        ),
        recipe=[
            (words.say("Method"), f"reliability {document['version']}"),
            (
                words.say("Weibull distribution"),
                words.say("Maximum likelihood with lives cut short; profile likelihood intervals."),
            ),
            (
                words.say("Trend"),
                words.say("Power law process (Crow-AMSAA, MIL-HDBK-189), tested against no trend."),
            ),
            (words.say("Seed"), str(document["seed"])),
        ],
        glossary=[
            ("MTBF", words.say("Mean running time between failures.")),
            ("MTTR", words.say("Mean time to repair.")),
            ("B10", words.say("Age by which one of ten has failed.")),
            (
                words.say("Weibull shape β"),
                words.say("Below 1: early failures. 1: at random. Above 1: wear-out."),
            ),
        ],
    )  # fmt: skip


def _answer(words: Words, document: Mapping[str, Any], unit: str) -> str:
    verdict, n = document["verdict"], document["failures"]
    if verdict == "not_enough_data":
        return words.say(
            "There is not enough data: {n} failures; {more} more are needed to tell their kind.",
            n=n,
            more=max(1, document["needed"]["failures"]),
        )
    rate = words.number(document["mtbf"]["value"], digits=3)
    if verdict == "early":
        return words.say("Early failures: on average {mtbf} {unit} between failures.",
                         mtbf=rate, unit=unit)  # fmt: skip
    if verdict == "wear_out":
        return words.say(
            "Wear-out: on average {mtbf} {unit} between failures, and one of ten fails within "
            "{b10} {unit}.",
            mtbf=rate, unit=unit,
            b10=words.number(document["weibull"]["b10"]["value"], digits=3),
        )  # fmt: skip
    if verdict == "changing":
        worse = document["trend"]["beta"]["value"] > 1
        return words.say(
            "Failures come more and more often: now about every {now} {unit}."
            if worse
            else "Failures come less and less often: now about every {now} {unit}.",
            now=words.number(document["trend"]["now"], digits=3),
            unit=unit,
        )
    return words.say("Failures come at random: on average {mtbf} {unit} between failures.",
                     mtbf=rate, unit=unit)  # fmt: skip


def _sentences(words: Words, document: Mapping[str, Any], unit: str) -> list[str]:
    said = [
        words.say(
            "{n} failures in {hours} {unit} of running; {cut} running times were cut short.",
            n=document["failures"], hours=words.number(document["hours"]), unit=unit,
            cut=document["censored"],
        )
    ]  # fmt: skip
    if document["verdict"] in MEANINGS:
        said.append(spoken(words, MEANINGS, document["verdict"]))
    weibull, trend = document["weibull"], document["trend"]
    if weibull is not None:
        said.append(
            words.say(
                "Against failures at random: p {p}.", p=p_value(words, weibull["p_exponential"])
            )
        )
    if trend is not None:
        said.append(words.say("Against a steady rate: p {p}.", p=p_value(words, trend["p"])))
    if document.get("p_same_rate") is not None:
        same = p_value(words, document["p_same_rate"])
        said.append(words.say("Against one rate for all machines: p {p}.", p=same))
    return said


def _tiles(words: Words, document: Mapping[str, Any], unit: str) -> list[Tile]:
    tiles = [Tile(words.say("Failures"), words.number(document["failures"]))]
    rate = document["mtbf"]
    if rate is not None and rate["value"] is not None:
        tiles.append(Tile("MTBF", words.number(rate["value"], digits=3), unit))
    if document["repair"] is not None:
        tiles.append(
            Tile("MTTR", words.number(document["repair"]["mean"], digits=3), words.say("hours"))
        )
    if document["weibull"] is not None:
        weibull = document["weibull"]
        tiles.append(Tile("B10", words.number(weibull["b10"]["value"], digits=3), unit))
        tiles.append(
            Tile(words.say("Weibull shape β"), words.number(weibull["shape"]["value"], digits=3))
        )
    return tiles


def _table(words: Words, document: Mapping[str, Any], unit: str) -> Table:
    rows: list[Row] = []

    def add(name: str, estimate: Mapping[str, Any] | None) -> None:
        if estimate is not None:
            rows.append((name, estimate["value"], *estimate["ci95"]))

    weibull = document["weibull"] or {}
    add(words.say("Mean time between failures"), document["mtbf"])
    add(words.say("Weibull shape β"), weibull.get("shape"))
    add(words.say("Characteristic life (63.2% failed)"), weibull.get("scale"))
    add("B10", weibull.get("b10"))
    add(words.say("Mean life"), weibull.get("mean"))
    if document["trend"] is not None:
        add(words.say("Growth β (above 1: more often)"), document["trend"]["beta"])
    if document["repair"] is not None:
        rows.append((words.say("Mean time to repair"), document["repair"]["mean"], None, None))
        rows.append((words.say("Median time to repair"), document["repair"]["median"], None, None))
    columns = [
        Column(words.say("What")), Column(unit or words.say("Value"), "number"),
        Column(words.say("95% from"), "number"), Column(words.say("95% to"), "number"),
    ]  # fmt: skip
    return Table(words.say("Figures"), columns, rows)


def _machines(words: Words, document: Mapping[str, Any]) -> list[Table]:
    """Return what each of several machines does, the one that fails most often first."""
    each = sorted(
        document.get("each", ()),
        key=lambda one: (one["mtbf"]["value"] or float("inf"), one["machine"]),
    )
    columns = [
        Column(words.say("Machine")), Column(words.say("MTBF (hours)"), "number", 1),
        Column(words.say("Failures"), "count"),
        Column(words.say("Hours since the last failure"), "number", 1),
        Column(words.say("Hours of running"), "number", 0),
        Column(words.say("95% from"), "number", 1), Column(words.say("95% to"), "number", 1),
    ]  # fmt: skip
    rows = [
        (
            one["machine"] or words.say("not named"), one["mtbf"]["value"], one["failures"],
            one["since_last"], one["hours"], *one["mtbf"]["ci95"],
        )
        for one in each
    ]  # fmt: skip
    return [Table(words.say("Machine by machine"), columns, rows)] if rows else []


def _pictures(
    words: Words, document: Mapping[str, Any], figures: Mapping[str, Any], unit: str
) -> list[Any]:
    from deungdae.reports.charts.failures import failures, probability

    pictures = []
    if "plot" in figures:
        pictures.append(
            probability(words, figures["plot"], document["weibull"], unit=unit, prefix="weibull")
        )
    if "growth" in figures:
        pictures.append(failures(words, figures["growth"], unit=unit, prefix="growth"))
    return pictures
