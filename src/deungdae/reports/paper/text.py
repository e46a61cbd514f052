"""A paper for a terminal."""

from collections.abc import Iterator, Sequence
from datetime import tzinfo
from typing import Final

from deungdae.reports.paper.cells import shown, to_the_right
from deungdae.reports.paper.model import Paper, Section, Table
from deungdae.reports.terminal import columns, wrapped
from deungdae.reports.words import Words

_MARKS: Final = {"yes": "✓", "partly": "~", "no": "✗", "unknown": "–"}
_COLUMNS_SHOWN: Final = 12


def render_text(paper: Paper, lang: str, *, zone: tzinfo, width: int = 100) -> str:
    """Return the paper as plain text, at most `width` terminal columns wide."""
    words = Words(lang)
    return "\n".join(_paper(words, paper, zone, width)) + "\n"


def _paper(words: Words, paper: Paper, zone: tzinfo, width: int) -> Iterator[str]:
    yield from wrapped(paper.answer, width)
    if paper.caution:
        yield from wrapped(f"! {paper.caution}", width, hang=2)
    for notice in paper.notices:
        yield from wrapped(f"? {notice}", width, hang=2)
    yield ""
    for tile in paper.tiles:
        yield from wrapped(f"  {tile.label}: {tile.written}", width, hang=4)
    if paper.tiles:
        yield ""
    for section in paper.sections:
        yield from _section(words, section, zone, width)
    yield f"[{words.say('What was understood')}]"
    for fact in paper.behind.facts:
        guess = f" ({words.say('guessed')})" if fact.guessed else ""
        yield from wrapped(f"  {fact.label}: {fact.value}{guess}", width, hang=4)
    for line in (*paper.behind.unread, *paper.behind.notes):
        yield from wrapped(f"  ! {line}", width, hang=4)
    yield ""
    yield f"[{words.say('What was set aside')}]"
    yield from wrapped(f"  {paper.behind.counts}", width, hang=2)
    for why, rows in paper.behind.rows_set_aside:
        sentence = words.say("{rows} rows: {why}", rows=rows, why=why)
        yield from wrapped(f"  - {sentence}", width, hang=4)
    for why, names in paper.behind.columns_set_aside:
        yield from wrapped(f"  - {few(words, names)}: {why}", width, hang=4)
    yield ""
    yield from wrapped(" · ".join(f"{name} {value}" for name, value in paper.recipe), width)


def _section(words: Words, section: Section, zone: tzinfo, width: int) -> Iterator[str]:
    verdict = f" — {section.verdict.word}" if section.verdict else ""
    yield from wrapped(f"■ {section.title}{verdict}", width, hang=2)
    for sentence in section.sentences:
        yield from wrapped(f"  {sentence}", width, hang=2)
    for warning in section.warnings:
        yield from wrapped(f"  ! {warning}", width, hang=4)
    for check in section.checks:
        yield from wrapped(f"  {_MARKS[check.mark]} {check.text}", width, hang=4)
    if not section.folded:
        for table in section.tables:
            yield from _table(words, table, zone, width)
    if section.next_step:
        step = words.say("What to try next: {step}", step=section.next_step)
        yield from wrapped(f"  → {step}", width, hang=4)
    yield ""


def _table(words: Words, table: Table, zone: tzinfo, width: int) -> Iterator[str]:
    rows = [
        [
            _one_line(shown(words, column, cell, zone))
            for column, cell in zip(table.columns, row, strict=True)
        ]
        for row in table.rows[: table.leading]
    ]
    header = [_one_line(column.name) for column in table.columns]
    yield from wrapped(f"  {table.caption}:", width, hang=4)
    taken = [max(columns(line[x]) for line in [header, *rows]) for x in range(len(header))]
    if sum(taken) + 2 * len(taken) + 4 <= width:
        right = [to_the_right(column) for column in table.columns]
        for number, line in enumerate([header, *rows]):
            mark = "*" if number - 1 in table.marked else " "
            cells = [_padded(*cell) for cell in zip(line, taken, right, strict=True)]
            yield f"   {mark}{'  '.join(cells)}".rstrip()
    else:
        for number, line in enumerate(rows):
            mark = "*" if number in table.marked else "-"
            named = [f"{name} {cell}" for name, cell in zip(header, line, strict=True)]
            yield from wrapped(f"  {mark} {' · '.join(named)}", width, hang=6)
    if len(table.rows) > len(rows):
        cut = words.say("The first {n} of {total} rows.", n=len(rows), total=len(table.rows))
        yield from wrapped(f"    {cut}", width, hang=4)


def few(words: Words, names: Sequence[str]) -> str:
    """Return the first dozen of the names, and how many more there are."""
    first = words.listed(names[:_COLUMNS_SHOWN])
    if len(names) <= _COLUMNS_SHOWN:
        return first
    return words.say("{names} and {more} more", names=first, more=len(names) - _COLUMNS_SHOWN)


def _one_line(text: str) -> str:
    """Control characters, which could rewrite the terminal, become spaces."""
    return "".join(c if c.isprintable() else " " for c in text)


def _padded(text: str, width: int, right: bool) -> str:
    blank = " " * (width - columns(text))
    return blank + text if right else text + blank
