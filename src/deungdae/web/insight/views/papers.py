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
from deungdae.web.insight.models import Analysis, Job
from deungdae.web.insight.speech import error_sentence, words
from deungdae.web.insight.views.progress import told

#: How much a verdict asks for a look → the kind of pill and of tile that shows it.
PILLS: Final = {"now": "now", "soon": "soon", "fine": "none", "unknown": "not_enough_data"}
TILES: Final = {"now": "now", "soon": "soon", "unknown": "not_enough"}


def paper_of(analysis: Analysis, job: Job | None) -> dict[str, Any]:
    """Return what the page of a finished analysis shows; `job` is the latest that writes it."""
    spoken = words()
    written = results.paper(analysis, spoken.lang)
    given = {
        **standing(analysis, job, drawn=written is not None and written[1]),
        "about_method": METHODS[analysis.about.method] if analysis.about else None,
        "answer": (analysis.answer or {}).get(spoken.lang, ""),
        "places": "#writing,#downloads,#filled,#told",
        "has_sheet": results.sheet_file(analysis, spoken.lang) is not None,
        "paper": None,
    }
    if written is None:
        return given
    paper = written[0]
    site = analysis.upload.site
    zone = ZoneInfo(site.time_zone if site else settings.PROGRAM.time_zone)
    sections = [_section(section, spoken, zone) for section in paper.sections]
    return {
        **given,
        "paper": paper,
        "tiles": [{"it": tile, "state": TILES.get(tile.state or "", "")} for tile in paper.tiles],
        "sections": sections,
        "judged": [s for s in sections if s["verdict"] is not None],
    }


def standing(analysis: Analysis, job: Job | None, *, drawn: bool) -> dict[str, Any]:
    """Say what of a report is there, and whether the rest is still coming."""
    files = results.files(analysis, words().lang)
    whole = drawn and len(files) == len(results.FORMATS)
    coming = job is not None and job.is_open
    return {
        "drawing": not drawn and coming,
        "files": files,
        "formats": ("xlsx", "html", "pdf"),
        "writing": job if coming else None,
        "writing_progress": told(job) if job is not None and coming else None,
        # Neither there nor coming: somebody took them away, or the writing failed.
        "lacking": not whole and not coming,
        "why": error_sentence(job.error) if job is not None and not coming else "",
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
