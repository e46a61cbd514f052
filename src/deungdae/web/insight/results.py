"""What came of a finished analysis: its document, its figures, its files, and what changed."""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings

from deungdae import runs
from deungdae.records.errors import UnusableOption
from deungdae.reports.causes.conditions import units_of
from deungdae.reports.compare import Changes, compare, tell_changes
from deungdae.reports.history import in_words
from deungdae.reports.paper import Paper
from deungdae.reports.words import Words
from deungdae.web.insight.folders import home_of, report_folder
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
    told: dict[str, Any] = _result(analysis)["document"]
    return told


def figures(analysis: Analysis) -> dict[str, Any]:
    """Return the numbers from which the pictures of a finished analysis are drawn."""
    told: dict[str, Any] = _result(analysis)["figures"]
    return told


def found(analysis: Analysis) -> dict[str, Any] | None:
    """Return the document of a finished analysis; None when somebody took its files away."""
    try:
        return document(analysis)
    except (UnusableOption, OSError, ValueError, KeyError):
        return None


def pictures(analysis: Analysis, language: str) -> dict[str, Any] | None:
    """Return the pictures of a finished analysis in one language, as the charts take them.

    None while they are not drawn, and when they were taken away.
    """
    try:
        text = (_folder(analysis) / f"pictures.{language}.json").read_text("utf-8")
    except FileNotFoundError:
        return None
    drawn: dict[str, Any] = json.loads(text)
    return drawn


def paper(analysis: Analysis, language: str) -> tuple[Paper, bool] | None:
    """Return the paper of a finished analysis in one language, and whether its pictures are drawn.

    None when somebody took it away.
    """
    try:
        text = (_folder(analysis) / f"paper.{language}.json").read_text("utf-8")
    except FileNotFoundError:
        return None
    written: dict[str, Any] = json.loads(text)
    return Paper.from_document(written["paper"]), bool(written["drawn"])


def report_file(analysis: Analysis, language: str, ending: str) -> Path | None:
    """Return the report as a file; None when there is none in this language and format."""
    path = _folder(analysis) / f"report.{language}.{ending}"
    return path if ending in FORMATS and path.is_file() else None


def files(analysis: Analysis, language: str) -> list[str]:
    """Return the formats in which the report is there, in one language."""
    return [ending for ending in FORMATS if report_file(analysis, language, ending)]


def sheet_file(analysis: Analysis, language: str) -> Path | None:
    """Return the workbook that goes with the report, such as a sheet to be filled in."""
    path = _folder(analysis) / f"sheet.{language}.xlsx"
    return path if path.is_file() else None


def file_name(analysis: Analysis, ending: str) -> str:
    """Return what a finished report is called where it is saved: the table's name and the day."""
    made: datetime = analysis.finished_at.astimezone(ZoneInfo(settings.TIME_ZONE))
    return f"{Path(analysis.title).stem} {made:%Y-%m-%d}.{ending}"


def changes(analysis: Analysis, words: Words) -> Changes | None:
    """Say what changed since the analysis before it; None for the first of its kind.

    None as well when the result of the one before is no longer there, and for other methods.
    """
    compared = analysis.method == CAUSES and analysis.previous
    before = found(analysis.previous) if compared else None
    if before is None:
        return None
    assert analysis.previous is not None, "otherwise there was nothing before"
    _, before = in_words(words, analysis.previous.understanding or {}, before)
    named, after = in_words(words, analysis.understanding or {}, document(analysis))
    return tell_changes(words, compare(before, after), units_of(named))


def _result(analysis: Analysis) -> dict[str, Any]:
    return runs.result(home_of(analysis.organisation), analysis.run)


def _folder(analysis: Analysis) -> Path:
    return home_of(analysis.organisation) / report_folder(analysis.public_id)
