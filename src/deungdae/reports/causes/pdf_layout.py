"""What stands on the pages of a printed report, as plain data for the Typst template.

The template holds no sentence of its own: all words come from here. They reach Typst as data and
not as source, so that nothing in a file's names can become an instruction to it.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any

from deungdae.reports.causes.glossary import GLOSSARY
from deungdae.reports.causes.story import Finding, Group, Story
from deungdae.reports.paper import printing
from deungdae.reports.paper.printing import data_of, figure
from deungdae.reports.words import Words

if TYPE_CHECKING:  # charts take a second to import; what is laid out here is drawn already
    from deungdae.reports.causes.pictures import Pictures
    from deungdae.reports.charts.picture import Picture


def laid_out(
    words: Words,
    document: Mapping[str, Any],
    story: Story,
    pictures: "Pictures",
    *,
    title: str,
    demo: bool,
    generated: datetime,
    zone: tzinfo,
) -> dict[str, Any]:
    """Return everything that the template `causes.typ` shows, as JSON data in one language."""
    return {
        **printing.frame(
            words,
            words.say("Causes of defects"),
            title=title,
            demo=demo,
            generated=generated,
            zone=zone,
        ),
        "say": {**printing.labels(words, story.input), **_labels(words, story)},
        "answer": story.answer,
        "caution": story.caution,
        "guess": story.guess,
        "alarm": None if story.input.adds_up else story.input.counts,
        "tiles": _tiles(words, story),
        "reasons": figure(pictures.reasons),
        "groups": [_group(words, g, pictures) for g in story.groups],
        "behind": printing.behind(words, story.input, story.warnings, story.method),
        "glossary": [
            [words.say_message(term), words.say_message(text)] for term, text in GLOSSARY.values()
        ],
        "data": [data_of(words, p, where) for where, p in _in_order(words, story, pictures)],
    }


def _labels(words: Words, story: Story) -> dict[str, str]:
    say = words.say
    return {
        "glance": say("At a glance"),
        "group": say("Group of parts"),
        "verdict": say("Verdict"),
        "parts": say("Parts"),
        "bad": story.heads[0],
        "rate": story.heads[1],
        "window": say("Recommended window"),
        "classes": say("Quality classes"),
        "inside": say("In this region"),
        "outside": say("Otherwise"),
        "hints": say("Hints that did not pass the checks:"),
        "sure": say("How sure is this?"),
        "next": say("What to try next"),
        "trial": say("These are connections found in records; only a trial proves a cause."),
    }


def _tiles(words: Words, story: Story) -> list[dict[str, Any]]:
    verdicts = [[v, story.words_of[v], n] for v, n in story.verdicts.items() if n]
    return [
        *({"name": figure.label, "value": figure.value} for figure in story.figures),
        {
            "name": words.say("Groups compared"),
            "value": words.number(len(story.groups)),
            "verdicts": verdicts,
        },
    ]


def _group(words: Words, group: Group, pictures: "Pictures") -> dict[str, Any]:
    line = pictures.timelines.get(group.index)
    return {
        "name": group.name,
        "verdict": [group.verdict, group.verdict_word],
        "sentences": [s for s in (group.counts, group.verdict_sentence, group.needed) if s],
        "warnings": group.warnings,
        "timeline": figure(line),
        "bad": group.figures[1].value,
        "rows": None if group.bad is None else words.number(group.rows),
        "rate": group.figures[2].value,
        "first": group.findings[0].title if group.shown_first and group.findings else None,
        "hints": bool(group.findings) and not group.shown_first,
        "findings": [
            _finding(f, pictures.causes.get((group.index, i), ()))
            for i, f in enumerate(group.findings)
        ],
    }


def _finding(finding: Finding, charts: Sequence["Picture"]) -> dict[str, Any]:
    return {
        "rank": finding.rank,
        "title": finding.title,
        "sentence": finding.sentence,
        "evidence": [[r.where, r.parts, r.bad, r.rate] for r in finding.evidence],
        "ratio": finding.ratio,
        "heads": list(finding.heads),
        "mix": [list(row) for row in finding.mix],
        "window": finding.window,
        "checks": [[c.mark, c.text] for c in finding.checks],
        "same": finding.same,
        "warnings": finding.warnings,
        "next": finding.next_step,
        "figures": [figure(p) for p in charts],
    }


def _in_order(words: Words, story: Story, pictures: "Pictures") -> Iterator[tuple[str, "Picture"]]:
    """Yield all charts in the order in which they are printed, with the group that they tell of."""
    if pictures.reasons:
        yield words.say("All parts"), pictures.reasons
    for group in story.groups:
        if group.index in pictures.timelines:
            yield group.name, pictures.timelines[group.index]
        for i, finding in enumerate(group.findings):
            for picture in pictures.causes.get((group.index, i), ()):
                yield f"{group.name} · {finding.title}", picture
