"""One section for each column and group, and one that compares them."""

from collections.abc import Mapping
from math import ceil, log10
from typing import Any

from deungdae.reports.capability.codes import (
    REASONS,
    SHAPES,
    SPREADS,
    UNSTEADY,
    VERDICTS,
    WARNINGS,
)  # fmt: skip
from deungdae.reports.chance import p_value
from deungdae.reports.charts.picture import Picture
from deungdae.reports.codes import spoken
from deungdae.reports.paper.model import Check, Column, Mark, Section, Table, Verdict
from deungdae.reports.words import Words

Result = Mapping[str, Any]

_LABELS = {
    "ppk": "Ppk", "cpk": "Cpk", "pp": "Pp", "cp": "Cp", "ppl": "Ppl", "ppu": "Ppu", "cpl": "Cpl",
    "cpu": "Cpu", "cpm": "Cpm",
}  # fmt: skip


def named(words: Words, result: Result) -> str:
    """Return the column, and the group it was studied in."""
    where = result["where"]
    if not where:
        return str(result["column"])
    return f"{result['column']} ({words.listed(f'{k} {v}' for k, v in where.items())})"


def one(
    words: Words, result: Result, code: str, wanted: float, figure: Mapping[str, Any] | None,
    *, folded: bool,
) -> Section:  # fmt: skip
    """Return the section on one column of one group."""
    look, word = VERDICTS[result["verdict"]]
    return Section(
        id=code,
        title=named(words, result),
        verdict=Verdict(look, words.say_message(word)),
        sentences=_sentences(words, result, wanted),
        warnings=[spoken(words, WARNINGS, w) for w in result["warnings"]],
        checks=_checks(words, result),
        next_step=_next(words, result, wanted),
        tables=_tables(words, result),
        pictures=[] if figure is None else _pictures(words, result, figure, code),
        folded=folded,
    )


def _sentences(words: Words, result: Result, wanted: float) -> list[str]:
    chosen = result["distribution"]
    if chosen is None or result["indices"]["ppk"]["value"] is None:
        return [words.say("{n} values: nothing can be told.", n=result["rows"])]
    said = []
    ppk = result["indices"]["ppk"]
    if result["verdict"] == "unstable":
        said.append(
            words.say(
                "The process is not stable. The indices below describe the past and promise "
                "nothing; find out first what changed."
            )
        )
    if ppk["ci95"] is None:
        said.append(words.say("Ppk is {value}.", value=f"{ppk['value']:.3f}"))
    else:
        said.append(
            words.say(
                "Ppk is {value}, with 95% confidence between {low} and {high}; {wanted} is wanted.",
                value=f"{ppk['value']:.3f}",
                low=f"{ppk['ci95'][0]:.3f}",
                high=f"{ppk['ci95'][1]:.3f}",
                wanted=wanted,
            )
        )
    shape = spoken(words, SHAPES, chosen["name"])
    said.append(words.say("Taken shape: {shape}. {why}", shape=shape,
                          why=spoken(words, REASONS, chosen["reason"])))  # fmt: skip
    normal = result["as_if_normal"]["ppk"]["value"]
    if chosen["name"] != "normal" and normal is not None:
        said.append(
            words.say(
                "The usual calculation, which takes every value for normal, would say {value}.",
                value=round(normal, 3),
            )
        )
    within = result["sigma_within"]
    if within is not None:
        unit = f" {result['unit']}" if result["unit"] else ""
        said.append(
            words.say(
                "Spread within: {within} ({how}); overall: {overall}.",
                within=words.number(within["value"]) + unit,
                how=spoken(words, SPREADS, within["how"]),
                overall=words.number(result["sigma_overall"]) + unit,
            )
        )
    return said


def _checks(words: Words, result: Result) -> list[Check]:
    checks = []
    stability = result["stability"]
    if stability["stable"] is None:
        checks.append(Check("unknown", words.say("Stable? Too few values to tell.")))
    elif stability["stable"]:
        checks.append(Check("yes", words.say("Nothing speaks against a stable process.")))
    else:
        checks += [Check("no", spoken(words, UNSTEADY, r)) for r in stability["reasons"]]
    chosen = result["distribution"]
    if chosen is not None and chosen["p"] is not None:
        fits: Mark = "yes" if chosen["p"] >= 0.05 else "partly" if chosen["p"] >= 0.005 else "no"
        checks.append(
            Check(
                fits,
                words.say(
                    "Does the shape fit? Anderson-Darling {squared}, p {p}.",
                    squared=round(chosen["anderson_darling"], 3),
                    p=p_value(words, chosen["p"]),
                ),
            )
        )
    rows = result["rows"]
    enough: Mark = "yes" if rows >= 100 else "partly" if rows >= 50 else "no"
    checks.append(Check(enough, words.say("Enough parts? {n} were measured.", n=rows)))
    return checks


def _next(words: Words, result: Result, wanted: float) -> str | None:
    if result["verdict"] == "unstable":
        return words.say("Draw its control chart and look for what changed.")
    if "off_centre" in result["warnings"]:
        middle = _middle(result)
        if middle is not None:
            scale = {"scale": float(result["sigma_overall"])}
            unit = f" {result['unit']}" if result["unit"] else ""
            return words.say(
                "Move the level from {mean} towards {middle}.",
                mean=_fine(words, result["mean"], scale) + unit,
                middle=_fine(words, middle, scale) + unit,
            )
    if "few_rows" in result["warnings"] or "verdict_unsure" in result["warnings"]:
        return words.say("Measure more parts before you decide.")
    if result["verdict"] == "not_capable":
        return words.say("Reduce the spread: look for what causes it.")
    return None


def _middle(result: Result) -> float | None:
    spec = result["spec"]
    if spec["target"] is not None:
        return float(spec["target"])
    if spec["lower"] is None or spec["upper"] is None:
        return None
    return float(spec["lower"] + spec["upper"]) / 2


def _tables(words: Words, result: Result) -> list[Table]:
    tables = [_summary(words, result), _indices(words, result)]
    if result["ppm"] is not None:
        tables.append(_outside(words, result["ppm"]))
    if result["distribution"] is not None and result["distribution"]["candidates"]:
        tables.append(_candidates(words, result["distribution"]))
    return tables


def _summary(words: Words, result: Result) -> Table:
    spec, found = result["spec"], result["quantiles"] or {}
    rows: list[tuple[str, float | None]] = [
        (words.say("Lower limit (LSL)"), spec["lower"]),
        (words.say("Target"), spec["target"]),
        (words.say("Upper limit (USL)"), spec["upper"]),
        (words.say("Mean"), result["mean"]),
        (words.say("Standard deviation, overall"), result["sigma_overall"]),
        (
            words.say("Standard deviation, within"),
            result["sigma_within"] and result["sigma_within"]["value"],
        ),
        (words.say("Smallest"), result["min"]),
        (words.say("Largest"), result["max"]),
        (words.say("0.135% quantile"), found.get("low")),
        (words.say("Median of the shape"), found.get("middle")),
        (words.say("99.865% quantile"), found.get("high")),
    ]
    return Table(
        words.say("Limits and values"),
        [Column(words.say("What")), Column(result["unit"] or words.say("Value"), "number")],
        [row for row in rows if row[1] is not None],
        leading=6,
    )


def _indices(words: Words, result: Result) -> Table:
    rows = []
    for code, label in _LABELS.items():
        index = result["indices"][code]
        if index["value"] is None:
            continue
        low, high = index["ci95"] or (None, None)
        rows.append((label, index["value"], low, high))
    columns = [
        Column(words.say("Index")),
        Column(words.say("Estimate"), "number", 3),
        Column(words.say("95% from"), "number", 3),
        Column(words.say("95% to"), "number", 3),
    ]
    return Table(words.say("Indices"), columns, rows)


def _outside(words: Words, ppm: Mapping[str, Any]) -> Table:
    names = {
        "below": words.say("below LSL"),
        "above": words.say("above USL"),
        "total": words.say("outside"),
    }
    rows = []
    for side, name in names.items():
        seen = ppm["observed"][side]
        expected = (ppm["expected"] or {}).get(side)
        low, high = (expected["ci95"] or (None, None)) if expected else (None, None)
        rows.append(
            (
                name, seen["parts"], seen["ppm"], seen["ci95"][1],
                _seen(expected["ppm"] if expected else None), _seen(low), _seen(high),
            )
        )  # fmt: skip
    columns = [
        Column(words.say("Where")),
        Column(words.say("Parts seen"), "count"),
        Column(words.say("ppm seen"), "number", 0),
        Column(words.say("at most"), "number", 0),
        Column(words.say("ppm expected"), "number"),
        Column(words.say("95% from"), "number"),
        Column(words.say("95% to"), "number"),
    ]
    return Table(words.say("Outside the limits"), columns, rows)


def _seen(ppm: float | None) -> float | None:
    """Return parts per million to hundredths: less says nothing of any factory."""
    return None if ppm is None else round(ppm, 2)


def _candidates(words: Words, chosen: Mapping[str, Any]) -> Table:
    rows = [
        (
            spoken(words, SHAPES, c["distribution"]),
            c["belief"],
            c["anderson_darling"],
            c["p"],
            words.listed(
                f"{_parameter(words, k)} {_fine(words, v, c['parameters'])}"
                for k, v in c["parameters"].items()
            ),
        )
        for c in chosen["candidates"]
    ]
    columns = [
        Column(words.say("Shape")),
        Column(words.say("Weight (AIC)"), "share"),
        Column("A²", "number", 3),
        Column("p", "small"),
        Column(words.say("Parameters")),
    ]
    return Table(words.say("Shapes compared"), columns, rows)


def _parameter(words: Words, name: str) -> str:
    return {
        "location": words.say("location"),
        "scale": words.say("scale"),
        "shape": words.say("shape"),
    }.get(name, name)


def _fine(words: Words, value: float, parameters: Mapping[str, float]) -> str:
    """Return a parameter with digits that tell it apart on the scale of the shape."""
    scale = abs(parameters.get("scale", 0.0))
    digits = 4
    if 0 < scale < abs(value):
        digits = min(12, 4 + ceil(log10(abs(value) / scale)))
    return words.number(value, digits=digits)


def _pictures(words: Words, result: Result, figure: Mapping[str, Any], code: str) -> list[Picture]:
    # charts take a second to import; a terminal never needs them
    from deungdae.reports.charts.histogram import histogram
    from deungdae.reports.charts.quantiles import probability

    chosen = result["distribution"]["name"]
    shape = spoken(words, SHAPES, chosen)
    found = [
        histogram(
            words, figure["histogram"], result["spec"], quantity=str(result["column"]),
            unit=result["unit"], shape=None if chosen == "percentile" else shape,
            prefix=f"{code}-h",
        ),
        probability(
            words, figure["probability"], quantity=str(result["column"]), shape=shape,
            prefix=f"{code}-q",
        ),
    ]  # fmt: skip
    return [picture for picture in found if picture is not None]


def comparison(words: Words, document: Mapping[str, Any], *, draw: bool) -> Section:
    """Return the section that puts all columns and groups side by side, the worst first."""
    wanted = float(document["wanted"])
    results = sorted(
        document["results"],
        key=lambda r: (r["indices"]["ppk"]["value"] is None, r["indices"]["ppk"]["value"] or 0.0),
    )
    rows, marked = [], []
    for place, r in enumerate(results):
        ppk, cpk = r["indices"]["ppk"], r["indices"]["cpk"]
        low, high = ppk["ci95"] or (None, None)
        look, word = VERDICTS[r["verdict"]]
        if look == "now":
            marked.append(place)
        rows.append(
            (
                named(words, r), words.say_message(word), r["rows"], r["mean"], r["sigma_overall"],
                ppk["value"], low, high, cpk["value"],
            )
        )  # fmt: skip
    columns = [
        Column(words.say("Characteristic")), Column(words.say("Verdict")),
        Column(words.say("Parts"), "count"), Column(words.say("Mean"), "number"),
        Column(words.say("Standard deviation"), "number"), Column("Ppk", "number", 2),
        Column(words.say("95% from"), "number", 2), Column(words.say("95% to"), "number", 2),
        Column("Cpk", "number", 2),
    ]  # fmt: skip
    sentences = [words.say("Side by side, the smallest Ppk first.")]
    for c in document["comparisons"]:
        sentences += _differ(words, c)
    return Section(
        id="comparison",
        title=words.say("Compared"),
        sentences=sentences,
        tables=[Table(words.say("Side by side"), columns, rows, marked=marked)],
        pictures=_compared(words, results, wanted) if draw else [],
    )


def _differ(words: Words, found: Mapping[str, Any]) -> list[str]:
    column, means, spreads = found["column"], found["means_p"], found["spreads_p"]
    if means is None:
        return []
    said = []
    if means < 0.05:
        said.append(
            words.say(
                "The groups of {column} differ in level (Welch test, p {p}).",
                column=column,
                p=p_value(words, means),
            )
        )
    if spreads is not None and spreads < 0.05:
        said.append(
            words.say(
                "The groups of {column} differ in spread (Brown-Forsythe test, p {p}).",
                column=column,
                p=p_value(words, spreads),
            )
        )
    return said or [
        words.say("Between the groups of {column} no difference is seen.", column=column)
    ]


def _compared(words: Words, results: list[Result], wanted: float) -> list[Picture]:
    from deungdae.reports.charts.intervals import Bar, Line, intervals

    bars = []
    for r in results:
        ppk = r["indices"]["ppk"]
        if ppk["value"] is not None:
            low, high = ppk["ci95"] or (None, None)
            bars.append(Bar(named(words, r), ppk["value"], low, high, ppk["value"] < wanted))
    if not bars:
        return []
    summary = words.say(
        "Ppk of {n} characteristics or groups with 95% intervals, from {low} to {high}.",
        n=len(bars),
        low=round(bars[0].value, 2),
        high=round(bars[-1].value, 2),
    )
    lines = [Line(wanted, words.number(wanted))]
    caption = words.say("Ppk with its 95% interval")
    return [
        intervals(
            words, bars, lines, caption=caption, summary=summary, axis="Ppk", percent=False,
            prefix="compared",
        )
    ]  # fmt: skip
