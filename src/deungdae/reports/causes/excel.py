"""The report as an Excel workbook: the findings, and the numbers behind the charts."""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any

from deungdae.reports.causes.excel_sheets import sheets
from deungdae.reports.causes.story import tell
from deungdae.reports.history import in_words
from deungdae.reports.paper.workbook import workbook
from deungdae.reports.words import Words


def render_excel(
    document: Mapping[str, Any],
    figures: Mapping[str, Any] | None,
    understanding: Mapping[str, Any],
    lang: str,
    *,
    title: str,
    demo: bool = False,
    generated: datetime,
    zone: tzinfo,
) -> bytes:
    """Return the report as an XLSX workbook of five sheets.

    Findings, bins behind the charts, what was set aside, columns, and how it was computed. The
    arguments are those of `render_html`; the same arguments give the same bytes.
    """
    words = Words(lang)
    understanding, document, figures = in_words(words, understanding, document, figures)
    story = tell(document, understanding, words)
    return workbook(
        words,
        words.say("Causes of defects"),
        sheets(words, story, document, figures, understanding, demo=demo),
        title=title,
        demo=demo,
        generated=generated,
        zone=zone,
    )
