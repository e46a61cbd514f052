"""What stands on the pages of a printed report, as plain data for the Typst template.

The template holds no sentence of its own: all words come from here. They reach Typst as data and
not as source, so that nothing in a file's names can become an instruction to it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any, Final

from deungdae.reports.causes.glossary import GLOSSARY
from deungdae.reports.causes.story import Finding, Group, Story
from deungdae.reports.words import Words

if TYPE_CHECKING:  # charts take a second to import; what is laid out here is drawn already
    from deungdae.reports.causes.pictures import Pictures
    from deungdae.reports.charts.frame import Picture

FONT: Final = "Noto Sans KR"  #: the packaged family; it has one weight

#: the rows of a chart are printed if they are so many at most; of a cloud of points, only some
_ALL_ROWS: Final = 120
_SOME_ROWS: Final = 20

_VARIABLE = re.compile(r"var\(--[\w-]+, (#[0-9a-fA-F]{6})\)")
_FAMILY = re.compile(r'font-family="[^"]*"')
_BOLD_TEXT = re.compile(r'(<text\b[^>]*?)font-weight="bold"([^>]*?)>')
_FILL = re.compile(r'fill="(#[0-9a-fA-F]{6})"')


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
    local = generated.astimezone(zone)
    return {
        "lang": words.lang,
        "font": FONT,
        "title": title,
        "demo": demo,
        "date": [local.year, local.month, local.day],
        "generated": words.time(generated, zone),
        "say": _labels(words, story),
        "answer": story.answer,
        "caution": story.caution,
        "guess": story.guess,
        "alarm": None if story.input.adds_up else story.input.counts,
        "tiles": _tiles(words, story),
        "reasons": _figure(pictures.reasons),
        "groups": [_group(words, g, pictures) for g in story.groups],
        "behind": _behind(words, story),
        "glossary": [
            [words.say_message(term), words.say_message(text)] for term, text in GLOSSARY.values()
        ],
        "data": [_table(words, p, where) for where, p in _in_order(words, story, pictures)],
    }


def _labels(words: Words, story: Story) -> dict[str, str]:
    say = words.say
    return {
        "brand": say("Deungdae"),
        "causes": say("Causes of defects"),
        "demo": say("Demonstration data"),
        "demo_note": say(
            "This report shows generated demonstration data, not those of a real factory."
        ),
        "made": say("Made by Deungdae on"),
        "glance": say("At a glance"),
        "group": say("Group of parts"),
        "verdict": say("Verdict"),
        "parts": say("Parts"),
        "bad": say("Bad"),
        "rate": say("Defect rate"),
        "hints": say("Hints that did not pass the checks:"),
        "sure": say("How sure is this?"),
        "next": say("What to try next"),
        "behind": say("What stands behind this"),
        "understood": say("What was understood"),
        "guessed": say("guessed"),
        "rows_aside": say("Rows set aside ({n})", n=sum(n for _, n in story.input.rows_set_aside)),
        "no_rows_aside": say("None: every row was used."),
        "columns_aside": say("Columns set aside ({n})", n=story.columns_aside),
        "no_columns_aside": say("None: every column was looked at."),
        "method": say("Method"),
        "trial": say("These are connections found in records; only a trial proves a cause."),
        "glossary": say("Glossary"),
        "data": say("Data of the charts"),
    }


def _tiles(words: Words, story: Story) -> list[dict[str, Any]]:
    verdicts = [[v, story.words_of[v], n] for v, n in story.verdicts.items() if n]
    rate = words.percent(story.bad / story.rows) if story.rows else "–"
    return [
        {"name": words.say("Parts analysed"), "value": words.number(story.rows)},
        {"name": words.say("Bad"), "value": words.number(story.bad)},
        {"name": words.say("Defect rate"), "value": rate},
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
        "timeline": _figure(line),
        "bad": words.number(group.bad),
        "rows": words.number(group.rows),
        "rate": words.percent(group.bad / group.rows) if group.rows else "–",
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
        "checks": [[c.mark, c.text] for c in finding.checks],
        "same": finding.same,
        "warnings": finding.warnings,
        "next": finding.next_step,
        "figures": [_figure(p) for p in charts],
    }


def _behind(words: Words, story: Story) -> dict[str, Any]:
    return {
        "warnings": story.warnings,
        "counts": story.input.counts,
        "facts": [[f.label, f.value, f.guessed] for f in story.input.facts],
        "notes": [*story.input.notes, *story.input.unread],
        "rows": [
            words.say("{rows} rows: {why}", rows=rows, why=why)
            for why, rows in story.input.rows_set_aside
        ],
        "columns": [[why, words.listed(names)] for why, names in story.input.columns_set_aside],
        "method": [list(line) for line in story.method],
    }


def _figure(picture: "Picture | None") -> dict[str, str] | None:
    if picture is None:
        return None
    return {
        "caption": picture.caption,
        "summary": picture.summary,
        "svg": printable(picture.svg),
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


def _table(words: Words, picture: "Picture", where: str) -> dict[str, Any]:
    total = len(picture.rows)
    shown = total if total <= _ALL_ROWS else _SOME_ROWS
    return {
        "where": where,
        "caption": picture.caption,
        "summary": picture.summary,
        "header": list(picture.header),
        "rows": [list(row) for row in picture.rows[:shown]],
        "cut": words.say("The first {n} of {total} rows.", n=shown, total=total)
        if shown < total
        else None,
    }


def printable(svg: str) -> str:
    """Return a drawing for paper: fixed colours, the packaged font, bold as a thin outline.

    A page may change the colours of a chart; paper may not. The font has one weight, so that bold
    letters are drawn with a line around them.
    """
    svg = _VARIABLE.sub(r"\1", svg)
    svg = _FAMILY.sub(f'font-family="{FONT}"', svg)
    return _BOLD_TEXT.sub(_outlined, svg)


def _outlined(tag: re.Match[str]) -> str:
    opening = tag[1] + tag[2]
    fill = _FILL.search(opening)
    return f'{opening} stroke="{fill[1] if fill else "#000000"}" stroke-width="0.4">'
