"""A paper as an Excel workbook: its tables and the numbers of its pictures, each on a sheet."""

import re
from collections.abc import Iterator
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Final

from deungdae.reports.charts.picture import Picture
from deungdae.reports.paper.model import Paper, Section, Table, cleaned
from deungdae.reports.paper.workbook import Cell, Column, Row, Sheet, workbook
from deungdae.reports.words import Words

_NUMBER: Final = re.compile(r"[-−]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(%?)")


def render_excel(
    paper: Paper, lang: str, *, title: str, demo: bool = False, generated: datetime, zone: tzinfo
) -> bytes:
    """Return the paper as an XLSX workbook.

    What was found, a sheet for each table and each picture, what was set aside, and how it was
    computed. The arguments are those of `render_html`; the same arguments give the same bytes.
    """
    words = Words(lang)
    paper = cleaned(paper)
    return workbook(
        words,
        paper.name,
        _sheets(words, paper, demo=demo),
        title=title,
        demo=demo,
        generated=generated,
        zone=zone,
    )


def _sheets(words: Words, paper: Paper, *, demo: bool) -> Iterator[Sheet]:
    yield _found(words, paper)
    for section in paper.sections:
        for table in section.tables:
            yield _table(words, section, table)
    for section in paper.sections:
        for picture in section.pictures:
            yield _picture(section, picture)
    yield _set_aside(words, paper)
    yield _computed(words, paper, demo=demo)


def _found(words: Words, paper: Paper) -> Sheet:
    say = words.say
    rows: list[Row] = []
    if paper.caution:
        rows.append([say("To know"), None, paper.caution])
    rows += [[say("To know"), None, notice] for notice in paper.notices]
    for tile in paper.tiles:
        value = tile.written if tile.unit else _number(tile.value)
        rows.append([tile.label, value, tile.explain])
    for section in paper.sections:
        word = section.verdict.word if section.verdict else None
        said = [*section.sentences, *section.warnings, *(check.text for check in section.checks)]
        rows.append([section.title, word, "\n".join(said)])
        if section.next_step:
            rows.append([section.title, say("What to try next"), section.next_step])
    columns = [Column(say("What")), Column(say("Value"), "number"), Column(say("Explanation"))]
    return Sheet(say("Summary"), paper.answer, columns, rows)


def _table(words: Words, section: Section, table: Table) -> Sheet:
    columns = [Column(c.name, c.kind, c.decimals) for c in table.columns]
    rows: list[Row] = [list(row) for row in table.rows]
    if table.marked:
        columns.append(Column(words.say("Needs a look")))
        marked = frozenset(table.marked)
        rows = [[*row, words.say("yes") if y in marked else None] for y, row in enumerate(rows)]
    return Sheet(table.caption, f"{section.title} · {table.caption}", columns, rows)


def _picture(section: Section, picture: Picture) -> Sheet:
    rows: list[Row] = [[_number(cell) for cell in row] for row in picture.rows]
    shares = [
        bool(picture.rows) and all(row[x].endswith("%") for row in picture.rows)
        for x in range(len(picture.header))
    ]
    columns = [
        Column(name, "share" if share else "number")
        for name, share in zip(picture.header, shares, strict=True)
    ]
    return Sheet(picture.caption, f"{section.title} · {picture.summary}", columns, rows)


def _number(text: str) -> Cell:
    """Return the number that a text writes out ("1,234.5", "−3", "12.5%"), else the text."""
    found = _NUMBER.fullmatch(text)
    # a code such as 007 is no number
    if found is None or re.match(r"[-−]?0\d", text):
        return text
    # in decimals: 91.8% is 0.918 and not the nearest that a division gives
    value = Decimal(text.rstrip("%").replace(",", "").replace("−", "-"))
    return float(value.scaleb(-2) if found[1] else value)


def _set_aside(words: Words, paper: Paper) -> Sheet:
    say = words.say
    columns = [Column(say("What")), Column(say("Rows"), "count"), Column(say("Why"))]
    rows: list[Row] = [[say("Rows"), n, why] for why, n in paper.behind.rows_set_aside]
    rows += [
        [say("Column {name}", name=name), None, why]
        for why, names in paper.behind.columns_set_aside
        for name in names
    ]
    return Sheet(say("Set aside"), paper.behind.counts, columns, rows)


def _computed(words: Words, paper: Paper, *, demo: bool) -> Sheet:
    say = words.say
    rows: list[Row] = []
    if demo:
        note = say("This report shows generated demonstration data, not those of a real factory.")
        rows.append([say("Demonstration data"), note])
    guessed = say("guessed")
    rows += [list(line) for line in paper.recipe]
    rows += [
        [f"{f.label} ({guessed})" if f.guessed else f.label, f.value] for f in paper.behind.facts
    ]
    rows += [[say("To know"), line] for line in (*paper.behind.notes, *paper.behind.unread)]
    rows += [list(line) for line in paper.glossary]
    columns = [Column(say("What")), Column(say("Value"))]
    return Sheet(say("How it was computed"), paper.name, columns, rows)
