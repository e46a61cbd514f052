"""A result told in one language, before it is laid out as text or as a page."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from deungdae.reports.causes import results, sentences
from deungdae.reports.causes.answer import (
    answer,
    by_certainty,
    caution,
    compared,
    guess,
    nothing_to_compare,
)
from deungdae.reports.causes.conditions import Units, region_label, units_of
from deungdae.reports.causes.results import Result, result_of
from deungdae.reports.causes.windows import window
from deungdae.reports.codes import (
    CAUSE_WARNINGS,
    DATA_WARNINGS,
    NOTHING,
    RESULT_KINDS,
    VERDICT_SENTENCES,
    VERDICTS,
    WORSE,
    spoken,
)
from deungdae.reports.history import in_words
from deungdae.reports.paper.behind import told_behind
from deungdae.reports.paper.model import Behind, Check
from deungdae.reports.words import Words

#: said of the whole group, they need not be said again of each finding in it
_SAID_ONCE = frozenset({"few_episodes", "one_period"})


@dataclass(frozen=True)
class Rate:
    """One line of the evidence: parts inside or outside of the region.

    Of a measured result, `bad` is the median and `rate` the mean; `Finding.heads` names them.
    """

    where: str
    parts: str
    bad: str
    rate: str


@dataclass(frozen=True)
class Figure:
    """A figure with its name; `term` is the entry of the glossary that explains it."""

    label: str
    value: str
    term: str | None = None


@dataclass(frozen=True)
class Finding:
    """One cause, in sentences."""

    rank: int
    title: str
    sentence: str
    ratio: str
    checks: list[Check]
    same: str | None
    warnings: list[str]
    next_step: str
    evidence: tuple[Rate, Rate]
    heads: tuple[str, str, str]  #: names of the columns of the evidence
    window: list[str]  #: the operating window, what it brings and costs; or why there is none
    mix: list[tuple[str, str, str]]  #: class, its share in the region, its share otherwise


@dataclass(frozen=True)
class Group:
    """What was found in one stratum, in sentences. `index` is its place in the document."""

    index: int
    name: str
    verdict: str
    verdict_word: str
    verdict_sentence: str
    counts: str
    rows: int
    bad: int | None  #: None for a measured result
    episodes: int
    figures: list[Figure]
    needed: str | None
    findings: list[Finding]
    warnings: list[str]

    @property
    def shown_first(self) -> bool:
        """Whether there is something to look at, before the groups without an answer."""
        return self.verdict in ("clear", "suspected")


@dataclass(frozen=True)
class Story:
    """All that a report says, in the order in which it says it."""

    answer: str
    caution: str | None
    guess: str | None  #: what was taken for a bad part, if nobody said so
    groups: list[Group]
    input: Behind
    warnings: list[str]
    method: list[tuple[str, str]]
    rows: int
    bad: int
    figures: list[Figure]  #: parts, and bad ones or the mean
    heads: tuple[str, str]  #: names of the two figures of a group in the overview
    verdicts: dict[str, int]  #: verdict → number of groups
    words_of: dict[str, str]  #: verdict → its word

    @property
    def columns_aside(self) -> int:
        """Number of columns that were set aside."""
        return self.input.columns_aside


def tell(document: Mapping[str, Any], understanding: Mapping[str, Any], words: Words) -> Story:
    """Put a causes document into the words of one language.

    `document` is the JSON of the method `causes`, `understanding` the document of the table.
    Groups come in the order of certainty: those with findings first.
    """
    understanding, document = in_words(words, understanding, document)
    units = units_of(understanding)
    numeric = {c["name"] for c in understanding.get("columns", ()) if c.get("kind") == "number"}
    columns = compared(document, understanding)
    groups = [
        _group(words, i, s, units, numeric, result_of(document, s, units), columns=columns)
        for i, s in enumerate(document["strata"])
    ]
    order = {place[0]: n for n, place in reversed(list(enumerate(by_certainty(document))))}
    verdicts = list(VERDICTS)
    # a group that has nothing to compare says so in place of its verdict
    words_of = {v: spoken(words, VERDICTS, v) for v in verdicts}
    for verdict in verdicts:
        said = {g.verdict_word for g in groups if g.verdict == verdict}
        words_of[verdict] = said.pop() if len(said) == 1 else words_of[verdict]
    groups.sort(
        key=lambda g: (
            order.get(g.index, len(order) + len(groups)),
            verdicts.index(g.verdict) if g.verdict in verdicts else len(verdicts),
            g.index,
        )
    )
    return Story(
        answer=answer(words, document, units, columns=columns),
        caution=caution(words, document),
        guess=guess(words, document),
        groups=groups,
        input=told_behind(words, _spoken(words, document), understanding, _known(document)),
        warnings=[spoken(words, DATA_WARNINGS, c) for c in document.get("warnings") or ()],
        method=_method(words, document),
        rows=document["input"]["rows_used"],
        bad=_bad(document),
        figures=_figures(words, document, groups),
        heads=_heads(words, document),
        verdicts={v: sum(g.verdict == v for g in groups) for v in verdicts},
        words_of=words_of,
    )


def _known(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was taken for what, in the order in which it is told."""
    by = dict.fromkeys(name for stratum in document["strata"] for name in stratum["where"])
    target = document["target"]
    return {
        "target": target.get("column"),
        "bad": target.get("bad") if target["kind"] == "pass_fail" else None,
        "good": target.get("good"),
        "time": None,
        "by": list(by),
        "reason": None,
    }


def _group(
    words: Words,
    index: int,
    stratum: Mapping[str, Any],
    units: Units,
    numeric: Collection[str],
    result: Result | None,
    *,
    columns: bool,
) -> Group:
    verdict = stratum["verdict"]
    word = spoken(words, VERDICTS, verdict)
    sentence = spoken(words, VERDICT_SENTENCES, verdict)
    obstacle = nothing_to_compare(stratum, columns=columns)
    if obstacle is not None:
        verdict = "not_enough_data"
        word, sentence = words.say_message(NOTHING), words.say_message(obstacle)
    return Group(
        index=index,
        name=sentences.stratum_name(words, stratum),
        verdict=verdict,
        verdict_word=word,
        verdict_sentence=sentence,
        counts=results.counts(words, stratum, result)
        if result
        else sentences.counts(words, stratum),
        rows=stratum["rows"],
        bad=stratum["bad"],
        episodes=stratum["episodes"],
        figures=_group_figures(words, stratum, result),
        # more of the same parts would not help where there is nothing to compare
        needed=None
        if obstacle
        else results.needed(words, stratum)
        if result
        else sentences.needed(words, stratum),
        findings=[_finding(words, c, units, numeric, stratum, result) for c in stratum["causes"]],
        warnings=[
            spoken(words, DATA_WARNINGS, c)
            for c in stratum.get("warnings") or ()
            if obstacle is None or c not in _SAID_ONCE | {"no_columns"}
        ],
    )


def _finding(
    words: Words,
    cause: Mapping[str, Any],
    units: Units,
    numeric: Collection[str],
    stratum: Mapping[str, Any],
    result: Result | None,
) -> Finding:
    told: Sequence[str] = stratum.get("warnings") or ()
    warnings = [c for c in cause.get("warnings") or () if not (c in _SAID_ONCE and c in told)]
    quality = results.class_of(stratum)
    if result is not None:
        sentence = results.means(words, cause, units, result)
        ratio = results.difference(words, cause, result)
        heads = (words.say("Parts"), words.say("Median"), words.say("Mean"))
    else:
        sentence = sentences.rates(words, cause, units)
        if quality is not None:
            sentence = results.of_class(words, cause, units, quality)
        ratio = sentences.ratio(words, cause)
        heads = (words.say("Parts"), *_rate_heads(words, quality))

    return Finding(
        rank=cause["rank"],
        title=region_label(words, cause["conditions"], units),
        sentence=sentence,
        ratio=ratio,
        checks=sentences.checks(words, cause),
        same=sentences.same_as(words, cause),
        warnings=[spoken(words, CAUSE_WARNINGS, code) for code in warnings],
        next_step=sentences.next_step(words, cause, units, numeric, measured=result is not None),
        evidence=(
            _evidence(words, words.say("In this region"), cause, "inside", result),
            _evidence(words, words.say("Otherwise"), cause, "outside", result),
        ),
        heads=heads,
        window=window(words, cause, units, result, quality),
        mix=results.mix(words, cause),
    )


def _evidence(
    words: Words, where: str, cause: Mapping[str, Any], side: str, result: Result | None
) -> Rate:
    parts = words.number(cause[f"n_{side}"])
    if result is not None:
        median, mean = cause[f"median_{side}"], cause[f"mean_{side}"]
        return Rate(where, parts, result.value(words, median), result.value(words, mean))
    bad = sentences.bad_counts(cause)[0 if side == "inside" else 1]
    return Rate(where, parts, words.number(bad), words.percent(cause[f"rate_{side}"]))


def _rate_heads(words: Words, quality: str | None) -> tuple[str, str]:
    if quality is None:
        return words.say("Bad"), words.say("Defect rate")
    return words.say("class {name}", name=quality), words.say("Share")


def _group_figures(words: Words, stratum: Mapping[str, Any], result: Result | None) -> list[Figure]:
    figures = [Figure(words.say("Parts"), words.number(stratum["rows"]))]
    if result is not None:
        return [
            *figures,
            Figure(words.say("Median"), result.value(words, stratum["median"])),
            Figure(words.say("Mean"), result.value(words, stratum["mean"])),
        ]
    bad, rate = _rate_heads(words, results.class_of(stratum))
    share = stratum["bad"] / stratum["rows"] if stratum["rows"] else None
    return [
        *figures,
        Figure(bad, words.number(stratum["bad"])),
        Figure(rate, "–" if share is None else words.percent(share)),
        Figure(words.say("Separate incidents"), words.number(stratum["episodes"]), "episode"),
    ]


def _heads(words: Words, document: Mapping[str, Any]) -> tuple[str, str]:
    strata = document["strata"]
    if strata and all(results.is_measured(s) for s in strata):
        return words.say("Median"), words.say("Mean")
    return words.say("Bad"), words.say("Defect rate")


def _figures(words: Words, document: Mapping[str, Any], groups: Sequence[Group]) -> list[Figure]:
    rows = document["input"]["rows_used"]
    figures = [Figure(words.say("Parts analysed"), words.number(rows))]
    strata = [s for s in document["strata"] if not results.is_measured(s)]
    if strata or not groups:
        bad = _bad(document)
        rate = words.percent(bad / rows) if rows else "–"
        return [
            *figures,
            Figure(words.say("Bad"), words.number(bad)),
            Figure(words.say("Defect rate"), rate, "rate"),
        ]
    largest = max(groups, key=lambda group: group.rows)
    return [*figures, *largest.figures[1:3]] if len(groups) == 1 else figures


def _spoken(words: Words, document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the input with the codes of its guesses in words."""
    guessed = dict(document["input"].get("guessed") or {})
    for what, table in (("kind", RESULT_KINDS), ("worse", WORSE)):
        if what in guessed:
            guessed[what] = spoken(words, table, str(guessed[what]))
    return {**document["input"], "guessed": guessed}


def _bad(document: Mapping[str, Any]) -> int:
    """Count defects once: a group without a reason stands for all its reasons."""
    whole: dict[str, int] = {}
    by_reason: dict[str, int] = {}
    for stratum in document["strata"]:
        where = repr(sorted(stratum["where"].items()))
        if results.is_measured(stratum):
            continue
        if stratum.get("reason") is None:
            whole[where] = stratum["bad"]
        else:
            by_reason[where] = by_reason.get(where, 0) + stratum["bad"]
    return sum((by_reason | whole).values())


def _method(words: Words, document: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        (words.say("Method"), f"{document['method']} {document['version']}"),
        (words.say("Seed"), str(document["seed"])),
        (words.say("SHA-256 of the file"), str(document["input"]["sha256"] or "–")),
    ]
