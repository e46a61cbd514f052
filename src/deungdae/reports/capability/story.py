"""The report on capability as a paper."""

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import Any

from deungdae.reports.capability.codes import WARNINGS
from deungdae.reports.capability.glossary import glossary, recipe
from deungdae.reports.capability.sections import comparison, named, one
from deungdae.reports.codes import spoken
from deungdae.reports.paper.behind import told_behind
from deungdae.reports.paper.model import Paper, Section, Tile
from deungdae.reports.words import Words

Result = Mapping[str, Any]
#: More results than this are told in the comparison first, and folded.
OPEN = 3
#: More than this many are not drawn.
DRAWN = 24


def tell(
    document: Mapping[str, Any],
    figures: Mapping[str, Any] | None,
    understanding: Mapping[str, Any],
    words: Words,
    zone: tzinfo,
) -> Paper:
    """Return the paper; without `figures`, without pictures."""
    results: Sequence[Result] = document["results"]
    drawn = [None] * len(results) if figures is None else figures["results"]
    wanted = float(document["wanted"])
    several = len(results) > 1
    sections: list[Section] = []
    if several:
        sections.append(comparison(words, document, draw=figures is not None))
    sections += [
        one(
            words, result, f"result-{i + 1}", wanted,
            figure if i < DRAWN else None, folded=len(results) > OPEN,
        )
        for i, (result, figure) in enumerate(zip(results, drawn, strict=True))
    ]  # fmt: skip
    known = {name: value for name, value in document["columns"].items() if value}
    return Paper(
        method="capability",
        name=words.say("Process capability"),
        answer=_answer(words, results, wanted),
        caution=_caution(words, results),
        notices=[spoken(words, WARNINGS, code) for code in document["warnings"]],
        tiles=_tiles(words, results, wanted),
        sections=sections,
        behind=told_behind(words, document["input"], understanding, known),
        recipe=recipe(words, document),
        glossary=glossary(words),
    )


def _answer(words: Words, results: Sequence[Result], wanted: float) -> str:
    if len(results) == 1:
        return _single(words, results[0], wanted)
    good = sum(r["verdict"] == "capable" for r in results)
    told = [r for r in results if r["indices"]["ppk"]["value"] is not None]
    if not told:
        return words.say("None of the {n} can be judged: there are too few values.", n=len(results))
    worst = min(told, key=lambda r: float(r["indices"]["ppk"]["value"]))
    return words.say(
        "{good} of {n} reach Ppk {wanted}; the worst is {name} with {value}.",
        good=good,
        n=len(results),
        wanted=wanted,
        name=named(words, worst),
        value=rounded(worst["indices"]["ppk"]["value"]),
    )


def _single(words: Words, result: Result, wanted: float) -> str:
    name = named(words, result)
    verdict = result["verdict"]
    ppk = result["indices"]["ppk"]["value"]
    if verdict == "unstable":
        return words.say(
            "{name} is not stable, so its capability means nothing yet: make the process steady "
            "first.",
            name=name,
        )
    if verdict == "not_enough_data" or ppk is None:
        return words.say("There are too few values of {name} to judge it.", name=name)
    if verdict == "capable":
        return words.say(
            "{name} keeps within its limits: Ppk is {value}, {wanted} is wanted.",
            name=name,
            value=rounded(ppk),
            wanted=wanted,
        )
    return words.say(
        "{name} does not keep within its limits surely enough: Ppk is {value}, {wanted} is wanted.",
        name=name,
        value=rounded(ppk),
        wanted=wanted,
    )


def _caution(words: Words, results: Sequence[Result]) -> str | None:
    if len(results) > 1:
        shaky = sum(r["verdict"] == "unstable" for r in results)
        if shaky:
            return words.say(
                "{n} of them are not stable; their indices say nothing of tomorrow.", n=shaky
            )
        return None
    result = results[0]
    if "mixed" in result["warnings"] and result["mixed"] is not None:
        return words.say(
            "The {kinds} kinds of {column} lie on different levels; study each kind alone.",
            kinds=result["mixed"]["kinds"],
            column=result["mixed"]["column"],
        )
    ends = result["indices"]["ppk"]["ci95"]
    if "verdict_unsure" in result["warnings"] and ends is not None:
        return words.say(
            "The data leave Ppk open between {low} and {high}; measure more parts to be sure.",
            low=rounded(ends[0]),
            high=rounded(ends[1]),
        )
    return None


def _tiles(words: Words, results: Sequence[Result], wanted: float) -> list[Tile]:
    if len(results) > 1:
        counts = [
            (words.say("capable"), sum(r["verdict"] == "capable" for r in results)),
            (words.say("not capable"), sum(r["verdict"] == "not_capable" for r in results)),
            (words.say("not stable"), sum(r["verdict"] == "unstable" for r in results)),
        ]
        return [Tile(label, words.number(n)) for label, n in counts]
    result = results[0]
    tiles = []
    explained = {
        "ppk": words.say("against the overall spread: what the customer gets"),
        "cpk": words.say("against the spread within subgroups: what the process could do"),
    }
    for code, label in (("ppk", "Ppk"), ("cpk", "Cpk")):
        index = result["indices"][code]
        if index["value"] is None:
            continue
        poor = code == "ppk" and index["value"] < wanted
        tiles.append(
            Tile(
                label,
                rounded(index["value"]),
                explain=explained[code],
                state="now" if poor else None,
            )
        )
    expected = result["ppm"] and result["ppm"]["expected"]
    if expected:
        tiles.append(
            Tile(
                words.say("Expected outside"),
                words.number(round(expected["total"]["ppm"], 2), digits=3),
                "ppm",
                words.say("parts per million that the fitted shape puts beyond the limits"),
            )
        )
    tiles.append(Tile(words.say("Parts"), words.number(result["rows"])))
    return tiles


def rounded(value: float) -> str:
    """Return an index as it is usually written, with two decimals."""
    return f"{value:.2f}"
