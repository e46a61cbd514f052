"""Job "render-causes": the files of a report, written by a process of its own.

Charts, print and workbooks need libraries that take seconds and hundreds of megabytes to load; a
web process must not. It shows what is written here, each file as soon as it is there.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from deungdae import runs
from deungdae.reports.causes.conditions import units_of
from deungdae.reports.causes.page import render_html
from deungdae.reports.history import in_words
from deungdae.reports.paper.files import ReportFolder
from deungdae.reports.words import LANGUAGES, Words
from deungdae.runs.job import check_params

if TYPE_CHECKING:
    from deungdae.reports.causes.pictures import Pictures


def run(context: runs.JobContext, params: dict[str, Any]) -> dict[str, Any]:
    """Write the report on a run of the job "causes" as files, in every language.

    Parameters: run, the id of that run; understanding, the document of the table it read; title;
    demo; generated, an aware ISO time; time_zone of the clocks that are shown; into, the folder
    below the home folder where the files shall lie; first (optional), the language that somebody
    waits for.
    Steps: drawing and writing for that language, others for the rest.

    Files are `pictures.LANG.json`, then `report.LANG.html`, `.xlsx` and `.pdf`. Each appears when
    it is whole; one of that name is replaced. `pictures` is JSON: reasons, timelines {stratum:
    picture} and causes {"stratum-cause": [picture]}. Returns files, their names.

    Raises RunFailed when the disk does not take them.
    """
    # A chart's library takes a second to load: only here, in the run's own process.
    from deungdae.reports.causes.excel import render_excel
    from deungdae.reports.causes.pdf import render_pdf
    from deungdae.reports.causes.pictures import draw

    needed = ["run", "understanding", "title", "demo", "generated", "time_zone", "into"]
    check_params(params, needed, ["first"])
    found = runs.result(context.home, params["run"])
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
        named, document, figures = in_words(
            words, params["understanding"], found["document"], found["figures"]
        )
        pictures = draw(words, document, figures, units_of(named), zone)
        folder.write(f"pictures.{lang}.json", _as_json(pictures))
        if not number:
            context.progress("writing", 0.0)
        report = (document, figures, named, lang)
        page = render_html(*report, **how, pictures=pictures)
        folder.write(f"report.{lang}.html", page.encode())
        folder.write(f"report.{lang}.xlsx", render_excel(*report, **how))
        folder.write(f"report.{lang}.pdf", render_pdf(*report, **how, pictures=pictures))
    return {"files": folder.written}


def _as_json(pictures: "Pictures") -> bytes:
    document: Mapping[str, Any] = {
        "reasons": pictures.reasons and asdict(pictures.reasons),
        "timelines": {str(s): asdict(p) for s, p in pictures.timelines.items()},
        "causes": {
            f"{s}-{c}": [asdict(p) for p in several] for (s, c), several in pictures.causes.items()
        },
    }
    return json.dumps(document, ensure_ascii=False).encode()
