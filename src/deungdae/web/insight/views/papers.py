"""The report of any method but causes, laid out for its page from the paper that was written."""

from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings

from deungdae.reports.charts.picture import Picture
from deungdae.reports.paper.model import Section
from deungdae.reports.paper.page import laid_out
from deungdae.reports.words import Words
from deungdae.web.insight import results
from deungdae.web.insight.methods import METHODS
from deungdae.web.insight.models import Analysis

#: How much a verdict asks for a look → the kind of pill and of tile that shows it.
PILLS: Final = {"now": "now", "soon": "soon", "fine": "none", "unknown": "not_enough_data"}
TILES: Final = {"now": "now", "soon": "soon", "unknown": "not_enough"}


def paper_of(analysis: Analysis, words: Words) -> dict[str, Any]:
    """Return what the page of a finished analysis shows."""
    paper = results.paper(analysis, words.lang)
    site = analysis.upload.site
    zone = ZoneInfo(site.time_zone if site else settings.PROGRAM.time_zone)
    sections = [_section(section, words, zone) for section in paper.sections]
    return {
        "paper": paper,
        "method": METHODS[analysis.method],
        "tiles": [{"it": tile, "state": TILES.get(tile.state or "", "")} for tile in paper.tiles],
        "sections": sections,
        "judged": [s for s in sections if s["verdict"] is not None],
        "has_sheet": "sheet" in analysis.files[words.lang],
        "downloads": [fmt for fmt in ("xlsx", "html", "pdf") if fmt in analysis.files[words.lang]],
    }


def _section(section: Section, words: Words, zone: ZoneInfo) -> dict[str, Any]:
    drawn = [
        _named(f"picture-{section.id}-{n}", picture) for n, picture in enumerate(section.pictures)
    ]
    return {
        "it": section,
        "verdict": section.verdict and {"kind": PILLS[section.verdict.look], "it": section.verdict},
        "beside": [p for p in drawn if not p["wide"]],
        "across": [p for p in drawn if p["wide"]],
        "tables": [laid_out(words, table, zone) for table in section.tables],
    }


def _named(place: str, picture: Picture) -> dict[str, Any]:
    """Give a picture the id of its place on the page."""
    return {
        "id": place,
        "title": picture.caption,
        "summary": picture.summary,
        "svg": picture.svg,
        "header": picture.header,
        "rows": picture.rows,
        "wide": picture.wide,
    }
