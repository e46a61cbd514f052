"""The one chart wrapper: a Vega-Lite chart becomes an SVG that can stand in a page.

What every chart shares is set here: type, grid, colours, number format, size, a sentence for those
who cannot see it. Nothing is fetched: drawing may not read any address.

Importing this module is slow (Altair, 1 s); import it only where a chart is drawn.
"""

import re
from collections.abc import Sequence
from functools import cache
from html import escape
from typing import Any, Final

import altair as alt
import pylopdf_fonts_ko
import vl_convert

from deungdae.reports.charts.drawable import drawable
from deungdae.reports.charts.palette import (
    ALARM,
    FONT,
    GRID,
    INK,
    MEASURED,
    MUTED,
    NEUTRAL,
    REGION,
    themed,
)  # fmt: skip
from deungdae.reports.charts.picture import Picture

__all__ = [
    "ALARM",
    "FONT",
    "GRID",
    "INK",
    "MEASURED",
    "MUTED",
    "NEUTRAL",
    "REGION",
    "WIDE",
    "WIDTH",
    "Picture",
    "drawn",
    "values",
]

#: width of a drawing; on a phone it is shown at 0.85 of it, and 13 px type stays readable
WIDTH: Final = 420
#: width of a drawing across a page, such as a control chart; a phone scrolls it sideways
WIDE: Final = 880

_TYPE_SIZE: Final = 13


def values(rows: Sequence[dict[str, Any]]) -> Any:
    """Return rows as the data of a layer."""
    return alt.Data(values=list(rows))


def drawn(
    layers: Sequence[Any], *, height: int, lang: str, summary: str, prefix: str, width: int = WIDTH
) -> str:
    """Draw the layers over one another and return an SVG.

    `prefix` keeps the ids of several drawings on one page apart. Sizes are in CSS pixels; the
    SVG itself has no size and fills the width it is given.
    """
    _know_the_font()
    # The library checks each layer against the schema as it is put together, which is enough. What
    # all charts share is set in the document: the library would copy all data for each of it.
    chart = alt.layer(*layers).to_dict(validate=False)
    chart |= {
        "width": width,
        "height": height,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "config": _config(width),
    }
    svg: str = vl_convert.vegalite_to_svg(
        drawable(chart),
        vl_version="6.4",
        allowed_base_urls=[],
        format_locale="ko-KR" if lang == "ko" else "en-US",
    )
    return _fitted(themed(_unique(svg, prefix)), drawable(summary))


def _config(width: int) -> dict[str, Any]:
    return {
        "aria": False,
        "background": "transparent",
        "font": MEASURED,
        "padding": 2,
        "view": {"stroke": None},
        "text": {"font": MEASURED, "fontSize": _TYPE_SIZE, "color": INK},
        "axis": {
            "labelFont": MEASURED,
            "labelFontSize": _TYPE_SIZE,
            "labelColor": MUTED,
            "titleFont": MEASURED,
            "titleFontSize": _TYPE_SIZE,
            "titleFontWeight": "normal",
            "titleColor": MUTED,
            "titleLimit": width,
            "gridColor": GRID,
            "domainColor": NEUTRAL,
            "tickColor": NEUTRAL,
        },
    }


@cache
def _know_the_font() -> None:
    vl_convert.register_font_directory(str(pylopdf_fonts_ko.sans_path().parent))


def _unique(svg: str, prefix: str) -> str:
    """Prefix every id: clip paths of two drawings on one page would otherwise be mixed up."""
    svg = re.sub(r'\bid="([^"]+)"', rf'id="{prefix}-\1"', svg)
    svg = re.sub(r"url\(#([^)]+)\)", rf"url(#{prefix}-\1)", svg)
    return re.sub(r'href="#([^"]+)"', rf'href="#{prefix}-\1"', svg)


def _fitted(svg: str, summary: str) -> str:
    """Take the fixed size away and give the drawing its sentence."""
    head = re.match(r'<svg\b[^>]*?viewBox="([^"]+)"[^>]*>', svg)
    if head is None:
        raise ValueError("the drawing has no viewBox")
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="{head[1]}" '
        f'role="img" aria-label="{escape(summary, quote=True)}">'
    )
    # The drawing speaks as one picture: marks in it that claim to be pictures have no words.
    silent = re.sub(
        r' (?:role="graphics-[a-z]+"|aria-roledescription="[^"]*")', "", svg[head.end() :]
    )
    return opening + silent
