"""A result told in one language, before it is laid out as text or as a page."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from deungdae.reports.causes import sentences
from deungdae.reports.causes.answer import (
    answer,
    by_certainty,
    caution,
    compared,
    guess,
    nothing_to_compare,
)
from deungdae.reports.causes.conditions import Units, region_label, units_of
from deungdae.reports.codes import (
    CAUSE_WARNINGS,
    DATA_WARNINGS,
    NOTHING,
    VERDICT_SENTENCES,
    VERDICTS,
    spoken,
)
from deungdae.reports.paper.behind import told_behind
from deungdae.reports.paper.model import Behind, Check
from deungdae.reports.words import Words

#: said of the whole group, they need not be said again of each finding in it
_SAID_ONCE = frozenset({"few_episodes", "one_period"})


@dataclass(frozen=True)
class Rate:
    """One line of the evidence: parts inside or outside of the region."""

    where: str
    parts: str
    bad: str
    rate: str


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
    bad: int
    episodes: int
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
    units = units_of(understanding)
    numeric = {c["name"] for c in understanding.get("columns", ()) if c.get("kind") == "number"}
    columns = compared(document, understanding)
    groups = [
        _group(words, i, s, units, numeric, columns=columns)
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
        input=told_behind(words, document["input"], understanding, _known(document)),
        warnings=[spoken(words, DATA_WARNINGS, c) for c in document.get("warnings") or ()],
        method=_method(words, document),
        rows=document["input"]["rows_used"],
        bad=_bad(document),
        verdicts={v: sum(g.verdict == v for g in groups) for v in verdicts},
        words_of=words_of,
    )


def _known(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was taken for what, in the order in which it is told."""
    by = dict.fromkeys(name for stratum in document["strata"] for name in stratum["where"])
    return {
        "target": document["target"].get("column"),
        "bad": document["target"].get("bad"),
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
        counts=sentences.counts(words, stratum),
        rows=stratum["rows"],
        bad=stratum["bad"],
        episodes=stratum["episodes"],
        # more of the same parts would not help where there is nothing to compare
        needed=None if obstacle else sentences.needed(words, stratum),
        findings=[
            _finding(words, c, units, numeric, told=stratum.get("warnings") or ())
            for c in stratum["causes"]
        ],
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
    told: Sequence[str],
) -> Finding:
    warnings = [c for c in cause.get("warnings") or () if not (c in _SAID_ONCE and c in told)]
    bad_inside, bad_outside = sentences.bad_counts(cause)

    def rate(where: str, side: str, bad: int) -> Rate:
        return Rate(
            where,
            words.number(cause[f"n_{side}"]),
            words.number(bad),
            words.percent(cause[f"rate_{side}"]),
        )

    return Finding(
        rank=cause["rank"],
        title=region_label(words, cause["conditions"], units),
        sentence=sentences.rates(words, cause, units),
        ratio=sentences.ratio(words, cause),
        checks=sentences.checks(words, cause),
        same=sentences.same_as(words, cause),
        warnings=[spoken(words, CAUSE_WARNINGS, code) for code in warnings],
        next_step=sentences.next_step(words, cause, units, numeric),
        evidence=(
            rate(words.say("In this region"), "inside", bad_inside),
            rate(words.say("Otherwise"), "outside", bad_outside),
        ),
    )


def _bad(document: Mapping[str, Any]) -> int:
    """Count defects once: a group without a reason stands for all its reasons."""
    whole: dict[str, int] = {}
    by_reason: dict[str, int] = {}
    for stratum in document["strata"]:
        where = repr(sorted(stratum["where"].items()))
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
