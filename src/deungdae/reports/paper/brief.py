"""The words of a paper at once: written down to be read, before its pictures are drawn."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from deungdae.reports.paper.files import ReportFolder
from deungdae.reports.paper.methods import teller_of
from deungdae.reports.paper.model import Paper, cleaned
from deungdae.reports.words import LANGUAGES, Words

_GRAVEST: Final = ("now", "soon", "unknown", "fine")


def brief(
    method: str,
    document: Mapping[str, Any],
    understanding: Mapping[str, Any],
    time_zone: str,
    into: Path,
) -> dict[str, Any]:
    """Write `paper.LANG.json` without pictures into a folder, and return what a list says of it.

    That is answer {language: sentence}, verdict (the look of the gravest one, "" without any),
    verdict_word {language: word}, and rows. Needs no chart and no library that is slow to load.
    """
    folder = ReportFolder(into)
    tell = teller_of(method)
    zone = ZoneInfo(time_zone)
    papers: dict[str, Paper] = {}
    for lang in LANGUAGES:
        papers[lang] = cleaned(tell(document, None, understanding, Words(lang), zone))
        folder.write(f"paper.{lang}.json", as_json(papers[lang], drawn=False))
    verdicts = {
        lang: min(
            (s.verdict for s in paper.sections if s.verdict is not None),
            key=lambda verdict: _GRAVEST.index(verdict.look),
            default=None,
        )
        for lang, paper in papers.items()
    }
    looks = {verdict.look for verdict in verdicts.values() if verdict is not None}
    return {
        "answer": {lang: paper.answer for lang, paper in papers.items()},
        "verdict": looks.pop() if len(looks) == 1 else "",
        "verdict_word": {lang: verdict and verdict.word for lang, verdict in verdicts.items()},
        "rows": document["input"].get("rows_used"),
    }


def as_json(paper: Paper, *, drawn: bool) -> bytes:
    """Return the paper as it is written down; `drawn` says whether it has its pictures."""
    written = {"drawn": drawn, "paper": paper.to_document()}
    return json.dumps(written, ensure_ascii=False, allow_nan=False).encode()
