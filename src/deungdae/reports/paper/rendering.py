"""Job "render-paper": the files of a report of any method, written by a process of its own.

Charts, print and workbooks need libraries that take seconds and hundreds of megabytes to load; a
web process must not. It shows what is written here.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from deungdae import runs
from deungdae.lake import Store, TableRef
from deungdae.reports.paper.methods import encloser_of, teller_of
from deungdae.reports.paper.model import Paper, cleaned
from deungdae.reports.words import LANGUAGES, Words
from deungdae.runs.job import check_params

FOLDER = "files"  #: below the folder of the run


def run(context: runs.JobContext, params: dict[str, Any]) -> dict[str, Any]:
    """Write the report on a run of any method that tells papers as files, in every language.

    Parameters: method; run, the id of its run; table, the one it read (None where a method reads a
    file by itself); title; demo; generated, an aware ISO time; time_zone of the clocks that are
    shown.
    Steps: rendering.

    Returns answer {language: sentence}, summary (look of the gravest verdict, its word by
    language, rows used) and files {language: {"html" | "pdf" | "xlsx" | "paper" | "sheet": name
    below `FOLDER`}}, where "paper" is the JSON of `Paper.to_document`, and "sheet" a workbook that
    goes with the report, if the method has one.
    """
    check_params(params, ["method", "run", "title", "demo", "generated", "time_zone"], ["table"])
    tell = teller_of(params["method"])
    found = runs.result(context.home, params["run"])
    table = params.get("table")
    understanding: Mapping[str, Any] = {}
    if table is not None:
        understanding = Store(context.home).understanding(TableRef.from_document(table))
    zone = ZoneInfo(params["time_zone"])
    enclose = encloser_of(params["method"], found["document"].get("kind"))
    folder = context.folder / FOLDER
    folder.mkdir()
    papers: dict[str, Paper] = {}
    files: dict[str, dict[str, str]] = {}
    for number, lang in enumerate(LANGUAGES):
        context.progress("rendering", number / len(LANGUAGES))
        paper = tell(found["document"], found["figures"], understanding, Words(lang), zone)
        papers[lang] = cleaned(paper)
        files[lang] = write(papers[lang], lang, folder, f".{lang}", params, zone)
        if enclose is not None:
            files[lang]["sheet"] = f"sheet.{lang}.xlsx"
            content = enclose(found["document"], Words(lang))
            (folder / files[lang]["sheet"]).write_bytes(content)
    return {
        "answer": {lang: paper.answer for lang, paper in papers.items()},
        "summary": {**_summary(papers), "rows": found["document"]["input"].get("rows_used")},
        "files": files,
    }


def write(
    paper: Paper, lang: str, folder: Path, mark: str, about: Mapping[str, Any], zone: ZoneInfo
) -> dict[str, str]:
    """Write the paper in every medium; return the names of the files by kind."""
    # only here: they are slow to load, and the list of jobs is not
    from deungdae.reports.paper.excel import render_excel
    from deungdae.reports.paper.page import render_html
    from deungdae.reports.paper.pdf import render_pdf

    how: dict[str, Any] = {
        "title": about["title"],
        "demo": about["demo"],
        "generated": datetime.fromisoformat(about["generated"]),
        "zone": zone,
    }
    contents = {
        "html": render_html(paper, lang, **how).encode(),
        "pdf": render_pdf(paper, lang, **how),
        "xlsx": render_excel(paper, lang, **how),
    }
    names = {}
    for kind, content in contents.items():
        names[kind] = f"report{mark}.{kind}"
        (folder / names[kind]).write_bytes(content)
    names["paper"] = f"paper{mark}.json"
    told = json.dumps(paper.to_document(), ensure_ascii=False, allow_nan=False)
    (folder / names["paper"]).write_text(told, encoding="utf-8")
    return names


def _summary(papers: Mapping[str, Paper]) -> dict[str, Any]:
    verdicts = {
        lang: min(
            (s.verdict for s in paper.sections if s.verdict is not None),
            key=lambda verdict: ("now", "soon", "unknown", "fine").index(verdict.look),
            default=None,
        )
        for lang, paper in papers.items()
    }
    looks = {verdict.look for verdict in verdicts.values() if verdict is not None}
    return {
        "look": looks.pop() if len(looks) == 1 else None,
        "word": {lang: verdict and verdict.word for lang, verdict in verdicts.items()},
    }
