"""Job "render-paper": the files of a report of any method, written by a process of its own.

Charts, print and workbooks need libraries that take seconds and hundreds of megabytes to load; a
web process must not. It shows what is written here, each file as soon as it is there.
"""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from deungdae import runs
from deungdae.reports.paper.brief import as_json
from deungdae.reports.paper.files import ReportFolder
from deungdae.reports.paper.methods import encloser_of, teller_of
from deungdae.reports.paper.model import cleaned
from deungdae.reports.words import LANGUAGES, Words
from deungdae.runs.job import check_params


def run(context: runs.JobContext, params: dict[str, Any]) -> dict[str, Any]:
    """Write the report on a run of any method that tells papers as files, in every language.

    Parameters: method; run, the id of its run; understanding, the document of the table it read
    ({} where the method reads a file by itself); title; demo; generated, an aware ISO time;
    time_zone of the clocks that are shown; into, the folder below the home folder where the files
    shall lie; first (optional), the language that somebody waits for.
    Steps: drawing and writing for that language, others for the rest.

    Files are `paper.LANG.json`, the words and pictures for a page, then `report.LANG.html`,
    `.xlsx` and `.pdf`, and `sheet.LANG.xlsx` if the method has a workbook to go with its report.
    Each appears when it is whole; one of that name is replaced. Returns files, their names.

    Raises RunFailed when the disk does not take them, UnusableOption for a method that tells none.
    """
    # only here: they are slow to load, and the list of jobs is not
    from deungdae.reports.paper.excel import render_excel
    from deungdae.reports.paper.page import render_html
    from deungdae.reports.paper.pdf import render_pdf

    needed = ["method", "run", "understanding", "title", "demo", "generated", "time_zone", "into"]
    check_params(params, needed, ["first"])
    tell = teller_of(params["method"])
    found = runs.result(context.home, params["run"])
    document, figures = found["document"], found["figures"]
    enclose = encloser_of(params["method"], document.get("kind"))
    zone = ZoneInfo(params["time_zone"])
    how: dict[str, Any] = {
        "title": params["title"],
        "demo": params["demo"],
        "generated": datetime.fromisoformat(params["generated"]),
        "zone": zone,
    }
    folder = ReportFolder(context.home / params["into"])
    for number, lang in enumerate(sorted(LANGUAGES, key=lambda lang: lang != params.get("first"))):
        context.progress("others" if number else "drawing", 0.0)
        words = Words(lang)
        if enclose is not None:
            folder.write(f"sheet.{lang}.xlsx", enclose(document, words))
        paper = cleaned(tell(document, figures, params["understanding"], words, zone))
        folder.write(f"paper.{lang}.json", as_json(paper, drawn=True))
        if not number:
            context.progress("writing", 0.0)
        folder.write(f"report.{lang}.html", render_html(paper, lang, **how).encode())
        folder.write(f"report.{lang}.xlsx", render_excel(paper, lang, **how))
        folder.write(f"report.{lang}.pdf", render_pdf(paper, lang, **how))
    return {"files": folder.written}
