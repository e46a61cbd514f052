"""A paper in print."""

from datetime import datetime, tzinfo
from typing import Any, Final

from deungdae.reports.paper import printing
from deungdae.reports.paper.cells import shown, to_the_right
from deungdae.reports.paper.model import Paper, Section, Table, Tile, cleaned
from deungdae.reports.words import Words

_ROWS: Final = 60  #: more of them nobody reads on paper; the workbook holds them all


def render_pdf(
    paper: Paper, lang: str, *, title: str, demo: bool = False, generated: datetime, zone: tzinfo
) -> bytes:
    """Return the paper as an A4 PDF: tagged, searchable, its pictures as vectors.

    The arguments are those of `render_html`. No font of the machine is used and nothing is
    fetched; the same arguments give the same bytes.
    """
    words = Words(lang)
    paper = cleaned(paper)
    layout = {
        **printing.frame(words, paper.name, title=title, demo=demo, generated=generated, zone=zone),
        "say": {**printing.labels(words, paper.behind), "glance": words.say("At a glance")},
        "answer": paper.answer,
        "caution": paper.caution,
        "notices": list(paper.notices),
        "alarm": None if paper.behind.adds_up else paper.behind.counts,
        "tiles": [_tile(tile) for tile in paper.tiles],
        "sections": [_section(words, section, zone) for section in paper.sections],
        "behind": printing.behind(words, paper.behind, (), paper.recipe),
        "glossary": [list(line) for line in paper.glossary],
        "data": [
            printing.data_of(words, picture, section.title)
            for section in paper.sections
            for picture in section.pictures
        ],
    }
    return printing.printed("paper.typ", layout, generated)


def _tile(tile: Tile) -> dict[str, Any]:
    return {
        "name": tile.label,
        "value": tile.value,
        "unit": tile.unit,
        "explain": tile.explain,
        "state": tile.state,
    }


def _section(words: Words, section: Section, zone: tzinfo) -> dict[str, Any]:
    return {
        "title": section.title,
        "verdict": [section.verdict.look, section.verdict.word] if section.verdict else None,
        "sentences": list(section.sentences),
        "warnings": list(section.warnings),
        "checks": [[check.mark, check.text] for check in section.checks],
        "next": section.next_step,
        "beside": [printing.figure(p) for p in section.pictures if not p.wide],
        "across": [printing.figure(p) for p in section.pictures if p.wide],
        "tables": [_table(words, table, zone) for table in section.tables],
    }


def _table(words: Words, table: Table, zone: tzinfo) -> dict[str, Any]:
    total = len(table.rows)
    rows = table.rows[:_ROWS]
    return {
        "caption": table.caption,
        "header": [column.name for column in table.columns],
        "right": [to_the_right(column) for column in table.columns],
        "rows": [
            [
                shown(words, column, cell, zone)
                for column, cell in zip(table.columns, row, strict=True)
            ]
            for row in rows
        ],
        "marked": [place for place in table.marked if place < len(rows)],
        "cut": words.say(
            "The first {n} of {total} rows; the Excel file has them all.", n=len(rows), total=total
        )
        if len(rows) < total
        else None,
    }
