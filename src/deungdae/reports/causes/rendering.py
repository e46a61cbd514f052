"""Job "render-causes": the files of a report, written by a process of its own.

Charts, print and workbooks need libraries that take seconds and hundreds of megabytes to load; a
web process must not. It shows what is written here.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from deungdae import runs
from deungdae.lake import Store, TableRef
from deungdae.reports.causes.conditions import units_of
from deungdae.reports.causes.page import render_html
from deungdae.reports.causes.story import tell
from deungdae.reports.words import LANGUAGES, Words
from deungdae.runs.job import check_params

FOLDER = "files"  #: below the folder of the run


def run(context: runs.JobContext, params: dict[str, Any]) -> dict[str, Any]:
    """Write the report on a run of the job "causes" as files, in every language.

    Parameters: run, the id of that run; table, the one it read; title; demo; generated, an aware
    ISO time; time_zone of the clocks that are shown.
    Steps: rendering.

    Returns answer {language: sentence}, summary (verdict, rows, bad, findings) and files
    {language: {"html" | "pdf" | "xlsx" | "pictures": name below `FOLDER`}}. `pictures` is JSON:
    reasons, timelines {stratum: picture} and causes {"stratum-cause": [picture]}.
    """
    # A chart's library takes a second to load: only here, in the run's own process.
    from deungdae.reports.causes.excel import render_excel
    from deungdae.reports.causes.pdf import render_pdf
    from deungdae.reports.causes.pictures import draw

    check_params(params, ["run", "table", "title", "demo", "generated", "time_zone"])
    found = runs.result(context.home, params["run"])
    document, figures = found["document"], found["figures"]
    understanding = Store(context.home).understanding(TableRef.from_document(params["table"]))
    zone = ZoneInfo(params["time_zone"])
    how: dict[str, Any] = {
        "title": params["title"],
        "demo": params["demo"],
        "generated": datetime.fromisoformat(params["generated"]),
        "zone": zone,
    }
    folder = context.folder / FOLDER
    folder.mkdir()
    answer, files = {}, {}
    for number, lang in enumerate(LANGUAGES):
        context.progress("rendering", number / len(LANGUAGES))
        words = Words(lang)
        answer[lang] = tell(document, understanding, words).answer
        pictures = draw(words, document, figures, units_of(understanding), zone)
        files[lang] = {
            "html": _write(
                folder / f"report.{lang}.html",
                render_html(
                    document, figures, understanding, lang, **how, pictures=pictures
                ).encode(),
            ),
            "pdf": _write(
                folder / f"report.{lang}.pdf",
                render_pdf(document, figures, understanding, lang, **how, pictures=pictures),
            ),
            "xlsx": _write(
                folder / f"report.{lang}.xlsx",
                render_excel(document, figures, understanding, lang, **how),
            ),
            "pictures": _write(
                folder / f"pictures.{lang}.json",
                json.dumps(
                    {
                        "reasons": pictures.reasons and asdict(pictures.reasons),
                        "timelines": {str(s): asdict(p) for s, p in pictures.timelines.items()},
                        "causes": {
                            f"{s}-{c}": [asdict(p) for p in several]
                            for (s, c), several in pictures.causes.items()
                        },
                    },
                    ensure_ascii=False,
                ).encode(),
            ),
        }
    return {"answer": answer, "summary": _summary(document, understanding), "files": files}


def _write(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    return path.name


def _summary(document: Mapping[str, Any], understanding: Mapping[str, Any]) -> dict[str, Any]:
    story = tell(document, understanding, Words("en"))
    return {
        "verdict": next((v for v, n in story.verdicts.items() if n), "not_enough_data"),
        "rows": story.rows,
        "bad": story.bad,
        "findings": sum(len(g.findings) for g in story.groups if g.shown_first),
    }
