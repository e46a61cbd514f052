"""What came of a finished analysis: its document, its figures, its files, and what changed."""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings

from deungdae import runs
from deungdae.reports.causes.conditions import units_of
from deungdae.reports.compare import Changes, compare, tell_changes
from deungdae.reports.paper import Paper
from deungdae.reports.words import Words
from deungdae.web.insight.folders import home_of
from deungdae.web.insight.methods import CAUSES
from deungdae.web.insight.models import Analysis

#: Format of a download → its kind.
FORMATS: Final[Mapping[str, str]] = {
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def document(analysis: Analysis) -> dict[str, Any]:
    """Return the document of a finished analysis."""
    found: dict[str, Any] = _result(analysis)["document"]
    return found


def figures(analysis: Analysis) -> dict[str, Any]:
    """Return the numbers from which the pictures of a finished analysis are drawn."""
    found: dict[str, Any] = _result(analysis)["figures"]
    return found


def pictures(analysis: Analysis, language: str) -> dict[str, Any]:
    """Return the pictures of a finished analysis in one language, as the charts take them."""
    found: dict[str, Any] = json.loads(
        (_folder(analysis) / analysis.files[language]["pictures"]).read_text("utf-8")
    )
    return found


def paper(analysis: Analysis, language: str) -> Paper:
    """Return the paper of a finished analysis in one language, as it was written down."""
    text = (_folder(analysis) / analysis.files[language]["paper"]).read_text("utf-8")
    return Paper.from_document(json.loads(text))


def report_file(analysis: Analysis, language: str, ending: str) -> Path | None:
    """Return the report as a file; None when there is none in this language and format."""
    name = (analysis.files or {}).get(language, {}).get(ending)
    return _folder(analysis) / name if name is not None and ending in FORMATS else None


def sheet_file(analysis: Analysis, language: str) -> Path | None:
    """Return the workbook that goes with the report, such as a sheet to be filled in."""
    name = (analysis.files or {}).get(language, {}).get("sheet")
    return None if name is None else _folder(analysis) / name


def file_name(analysis: Analysis, ending: str) -> str:
    """Return what a finished report is called where it is saved: the table's name and the day."""
    made: datetime = analysis.finished_at.astimezone(ZoneInfo(settings.TIME_ZONE))
    return f"{Path(analysis.title).stem} {made:%Y-%m-%d}.{ending}"


def changes(analysis: Analysis, words: Words) -> Changes | None:
    """Say what changed since the analysis before it; None for the first of its kind."""
    if analysis.previous is None or analysis.method != CAUSES:
        return None
    units = units_of(analysis.understanding or {})
    return tell_changes(words, compare(document(analysis.previous), document(analysis)), units)


def _result(analysis: Analysis) -> dict[str, Any]:
    return runs.result(home_of(analysis.organisation), analysis.run)


def _folder(analysis: Analysis) -> Path:
    return home_of(analysis.organisation) / "runs" / analysis.render_run / "files"
