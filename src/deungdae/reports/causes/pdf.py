"""The report in print."""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any

from deungdae.reports.causes.conditions import units_of
from deungdae.reports.causes.pdf_layout import laid_out
from deungdae.reports.causes.story import tell
from deungdae.reports.history import in_words
from deungdae.reports.paper.printing import printed
from deungdae.reports.words import Words

if TYPE_CHECKING:  # charts take a second to import
    from deungdae.reports.causes.pictures import Pictures


def render_pdf(
    document: Mapping[str, Any],
    figures: Mapping[str, Any] | None,
    understanding: Mapping[str, Any],
    lang: str,
    *,
    title: str,
    demo: bool = False,
    generated: datetime,
    zone: tzinfo,
    pictures: "Pictures | None" = None,
) -> bytes:
    """Return the report as an A4 PDF: the sentences and charts of the page, tables behind them.

    The arguments are those of `render_html`. No font of the machine is used and nothing is
    fetched; the same arguments give the same bytes. Text can be selected, searched and read
    aloud (the PDF is tagged); headings are bookmarks.
    """
    from deungdae.reports.causes.pictures import draw

    words = Words(lang)
    understanding, document, figures = in_words(words, understanding, document, figures)
    if pictures is None:
        pictures = draw(words, document, figures, units_of(understanding), zone)
    layout = laid_out(
        words,
        document,
        tell(document, understanding, words),
        pictures,
        title=title,
        demo=demo,
        generated=generated,
        zone=zone,
    )
    return printed("causes.typ", layout, generated)
