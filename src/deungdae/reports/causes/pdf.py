"""The report in print: a PDF with Korean letters on any machine, and its charts as vectors."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from functools import cache
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Any

from deungdae.reports.causes.conditions import units_of
from deungdae.reports.causes.pdf_layout import FONT, laid_out
from deungdae.reports.causes.story import tell
from deungdae.reports.words import Words

if TYPE_CHECKING:  # see below: both are imported where they are used
    import typst

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
    # these take a second to import; other reports do not need them
    import typst

    from deungdae.reports.causes.pictures import draw

    words = Words(lang)
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
    with as_file(files("deungdae.reports").joinpath("templates")) as folder:
        return typst.compile(
            folder / "causes.typ",
            root=folder,
            font_paths=_fonts(),
            ignore_system_fonts=True,
            sys_inputs={"report": json.dumps(layout, ensure_ascii=False)},
            timestamp=round(generated.astimezone(UTC).timestamp()),
        )


@cache
def _fonts() -> "typst.Fonts":
    """Return the packaged font alone, so that a report looks the same on each machine."""
    import pylopdf_fonts_ko
    import typst

    found = typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[pylopdf_fonts_ko.sans_path().parent],
    )
    if FONT not in found.families():
        raise RuntimeError(f"the packaged font {FONT} is not there")
    return found
