"""Type 1 and linearity studies in words."""

from collections.abc import Mapping
from typing import Any

from deungdae.reports.chance import p_value
from deungdae.reports.gauge.told import Told
from deungdae.reports.paper.model import Check, Column, Mark, Table, Tile
from deungdae.reports.words import Words

_WANTED = 1.33


def type1(words: Words, document: Mapping[str, Any], figures: Mapping[str, Any] | None) -> Told:
    """Return what a Type 1 study says."""
    found = document["type1"]
    cg, cgk = found["cg"], found["cgk"]
    rows: list[tuple[str, float | None, float | None, float | None]] = [
        (words.say("Readings"), found["rows"], None, None),
        (words.say("Reference"), found["reference"], None, None),
        (words.say("Mean"), found["mean"], None, None),
        (words.say("Bias"), found["bias"], *found["bias_ci95"]),
        (words.say("Standard deviation"), found["sigma"], None, None),
        ("Cg", cg, *(found["cg_ci95"] or (None, None))),
        ("Cgk", cgk, *(found["cgk_ci95"] or (None, None))),
        (words.say("Smallest step read"), found["resolution"], None, None),
    ]
    tiles = [
        Tile(
            name, words.number(round(value, 2)),
            explain=words.say("1.33 or more is wanted"), state="now" if value < _WANTED else None,
        )
        for name, value in (("Cg", cg), ("Cgk", cgk))
        if value is not None
    ]  # fmt: skip
    tiles.append(Tile(words.say("Bias"), words.number(found["bias"], digits=3), document["unit"]))
    return Told(
        answer=_type1_answer(words, document, found),
        sentences=_type1_sentences(words, found),
        tiles=tiles,
        tables=[_table(words, words.say("Type 1 study"), [r for r in rows if r[1] is not None])],
        checks=_type1_checks(words, found),
        next_step=_type1_next(words, document, found),
        pictures=[] if figures is None else [_ordered(words, document, figures)],
        recipe=[
            ("Cg, Cgk", words.say("20% of the tolerance against six standard deviations")),
            (words.say("Intervals"), words.say("χ² for Cg, noncentral t for Cgk")),
        ],
        glossary=[
            ("Cg", words.say("Room in the tolerance for the spread of the gauge.")),
            ("Cgk", words.say("The same, less the bias.")),
        ],
    )


def _type1_answer(words: Words, document: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    if found["cgk"] is None:
        return words.say(
            "The gauge reads {bias} off the reference on average; without a tolerance or a spread "
            "there is no verdict.",
            bias=words.number(found["bias"], digits=3),
        )
    cg, cgk = words.number(round(found["cg"], 2)), words.number(round(found["cgk"], 2))
    if document["verdict"] == "acceptable":
        return words.say("The gauge is fit for this tolerance: Cg {cg}, Cgk {cgk}.", cg=cg, cgk=cgk)
    return words.say(
        "The gauge is not fit for this tolerance: Cg {cg}, Cgk {cgk}, 1.33 is wanted.",
        cg=cg,
        cgk=cgk,
    )


def _type1_sentences(words: Words, found: Mapping[str, Any]) -> list[str]:
    low, high = found["bias_ci95"]
    said = [
        words.say(
            "The bias is {bias}, with 95% confidence between {low} and {high}.",
            bias=words.number(found["bias"], digits=3),
            low=words.number(low, digits=3),
            high=words.number(high, digits=3),
        )
    ]
    if found["p"] is not None:
        said.append(
            words.say("t test against no bias: t {t}, p {p}.", t=round(found["t"], 3),
                      p=p_value(words, found["p"]))
        )  # fmt: skip
    return said


def _type1_checks(words: Words, found: Mapping[str, Any]) -> list[Check]:
    checks = []
    for name, value in (("Cg", found["cg"]), ("Cgk", found["cgk"])):
        if value is not None:
            mark: Mark = "yes" if value >= _WANTED else "no"
            checks.append(Check(mark, words.say("{name} at least 1.33?", name=name)))
    if found["p"] is not None:
        checks.append(
            Check("yes" if found["p"] >= 0.05 else "no", words.say("No bias beyond chance?"))
        )
    share = found.get("resolution_share")
    if share is not None:
        checks.append(
            Check(
                "yes" if share <= 0.05 else "no",
                words.say("Does it read in steps of at most 5% of the tolerance?"),
            )
        )
    return checks


def _type1_next(words: Words, document: Mapping[str, Any], found: Mapping[str, Any]) -> str | None:
    if document["verdict"] != "unacceptable":
        return None
    if found["cg"] >= _WANTED:
        return words.say("The spread is small enough: adjust the gauge to take the bias away.")
    return words.say("Look at the spread first: clamping, dirt, resolution, temperature.")


def _ordered(words: Words, document: Mapping[str, Any], figures: Mapping[str, Any]) -> Any:
    from deungdae.reports.charts.readings import in_order

    tolerance = document["tolerance"]
    return in_order(
        words, figures["values"], figures["reference"],
        None if tolerance is None else 0.1 * tolerance,
        quantity=str(document["columns"]["value"]), prefix="order",
    )  # fmt: skip


def linearity(words: Words, document: Mapping[str, Any], figures: Mapping[str, Any] | None) -> Told:
    """Return what a linearity study says."""
    found = document["linearity"]
    slope, intercept, average = found["slope"], found["intercept"], found["average_bias"]
    rows: list[tuple[str, float | None, float | None, float | None]] = [
        (words.say("Slope"), slope["value"], *slope["ci95"]),
        (words.say("Intercept"), intercept["value"], *intercept["ci95"]),
        (words.say("Average bias"), average["value"], *average["ci95"]),
        (words.say("Repeatability"), found["repeatability"], None, None),
        ("R²", found["r_squared"], None, None),
        (words.say("Linearity"), found["linearity"], None, None),
    ]
    parts = [
        (p["reference"], p["rows"], p["mean"], p["bias"]["value"], *p["bias"]["ci95"],
         p["bias"]["p"])
        for p in found["parts"]
    ]  # fmt: skip
    by_part = Table(
        words.say("Bias by reference"),
        [
            Column(words.say("Reference"), "number"), Column(words.say("Readings"), "count"),
            Column(words.say("Mean"), "number"), Column(words.say("Bias"), "number"),
            Column(words.say("95% from"), "number"), Column(words.say("95% to"), "number"),
            Column("p", "small"),
        ],
        parts,
    )  # fmt: skip
    largest = max((p["bias"]["value"] for p in found["parts"]), key=abs)
    return Told(
        answer=_linearity_answer(words, document, largest),
        sentences=[
            words.say(
                "The bias changes by {slope} per unit of the reference (p {p}); on average it is "
                "{bias}.",
                slope=words.number(slope["value"], digits=3),
                p="–" if slope["p"] is None else p_value(words, slope["p"]),
                bias=words.number(average["value"], digits=3),
            ),
            words.say("The line of no bias lies inside the 95% band over the whole range.")
            if found["zero_inside"]
            else words.say("The line of no bias leaves the 95% band, which is a bias that counts."),
        ],
        tiles=[
            Tile(
                words.say("Largest bias"), words.number(largest, digits=3), document["unit"],
                state=None if found["zero_inside"] else "now",
            ),
            Tile(words.say("Slope"), words.number(slope["value"], digits=3)),
        ],
        tables=[
            _table(words, words.say("The line"), [r for r in rows if r[1] is not None]),
            by_part,
        ],
        checks=[
            Check(
                "yes" if found["zero_inside"] else "no",
                words.say("Is no bias possible over the whole range?"),
            )
        ],
        next_step=None
        if found["zero_inside"]
        else words.say("Adjust or recalibrate the gauge over its range, then repeat the study."),
        pictures=[] if figures is None else [_line(words, document, figures)],
        recipe=[
            (words.say("Line"), words.say("least squares of the bias on the reference (AIAG MSA)"))
        ],
        glossary=[
            (words.say("Bias"), words.say("Mean reading less the reference.")),
            (words.say("Linearity"), words.say("How much the bias changes over the range.")),
        ],
    )  # fmt: skip


def _linearity_answer(words: Words, document: Mapping[str, Any], largest: float) -> str:
    shown = words.number(largest, digits=3)
    if document["verdict"] == "acceptable":
        return words.say("The gauge reads true over its range: no bias beyond chance.")
    if document["verdict"] == "conditional":
        return words.say(
            "The gauge has a bias of up to {bias}, below 5% of the tolerance.", bias=shown
        )
    return words.say("The gauge reads wrong: its bias reaches {bias}.", bias=shown)


def _line(words: Words, document: Mapping[str, Any], figures: Mapping[str, Any]) -> Any:
    from deungdae.reports.charts.readings import bias_line

    return bias_line(words, figures, quantity=str(document["columns"]["value"]), prefix="line")


def _table(words: Words, caption: str, rows: list[Any]) -> Table:
    columns = [
        Column(words.say("What")), Column(words.say("Value"), "number"),
        Column(words.say("95% from"), "number"), Column(words.say("95% to"), "number"),
    ]  # fmt: skip
    return Table(caption, columns, rows)
