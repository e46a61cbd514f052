"""A paper as one self-contained page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, Final

from deungdae.reports.paper.cells import shown, to_the_right
from deungdae.reports.paper.layout import page
from deungdae.reports.paper.model import Paper, Table, cleaned
from deungdae.reports.words import Words

_ROWS: Final = 500  #: more of them nobody reads on a page; the workbook holds them all


@dataclass(frozen=True)
class Shown:
    """A table as a page shows it: `heads` are names and whether numbers stand below them."""

    caption: str
    heads: Sequence[tuple[str, bool]]
    first: Sequence[Sequence[str]]
    rest: Sequence[Sequence[str]]
    marked: frozenset[int]
    total: int
    cut: str | None

    @property
    def shown_first(self) -> list[dict[str, Any]]:
        """The rows that are shown at once: whether each needs a look, and its cells."""
        return self._rows(self.first, 0)

    @property
    def shown_rest(self) -> list[dict[str, Any]]:
        """The rows that are folded away, in the same form."""
        return self._rows(self.rest, len(self.first))

    def _rows(self, rows: Sequence[Sequence[str]], start: int) -> list[dict[str, Any]]:
        numbers = [number for _, number in self.heads]
        return [
            {"marked": y in self.marked, "cells": list(zip(row, numbers, strict=True))}
            for y, row in enumerate(rows, start)
        ]


def render_html(
    paper: Paper, lang: str, *, title: str, demo: bool = False, generated: datetime, zone: tzinfo
) -> str:
    """Return the paper as an HTML page that needs nothing else.

    `title` names the file; `demo` marks generated data as such. `generated` is an aware time and
    is shown on the clocks of `zone`, as are the times in tables.
    """
    words = Words(lang)
    paper = cleaned(paper)
    return page(
        "paper.html.j2",
        words,
        paper.name,
        title=title,
        demo=demo,
        generated=generated,
        zone=zone,
        answer=paper.answer,
        caution=paper.caution,
        notices=paper.notices,
        warnings=(),
        input=paper.behind,
        recipe=paper.recipe,
        glossary=[(str(n), term, text) for n, (term, text) in enumerate(paper.glossary)],
        paper=paper,
        tables={
            section.id: [laid_out(words, table, zone) for table in section.tables]
            for section in paper.sections
        },
    )


def laid_out(words: Words, table: Table, zone: tzinfo) -> Shown:
    """Return the table as a page shows it, its cells in the reader's writing."""
    rows = [
        [shown(words, column, cell, zone) for column, cell in zip(table.columns, row, strict=True)]
        for row in table.rows[:_ROWS]
    ]
    total = len(table.rows)
    # a fold that hides two rows is more trouble than they are
    leading = total if total <= table.leading + 2 else table.leading
    return Shown(
        caption=table.caption,
        heads=[(column.name, to_the_right(column)) for column in table.columns],
        first=rows[:leading],
        rest=rows[leading:],
        marked=frozenset(table.marked),
        total=total,
        cut=words.say(
            "The first {n} of {total} rows; the Excel file has them all.", n=len(rows), total=total
        )
        if len(rows) < total
        else None,
    )
