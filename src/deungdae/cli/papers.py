"""A method's result as text or JSON on the terminal, and as files where they are asked for."""

import argparse
import sys
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from deungdae.cli import writing
from deungdae.cli.status import DONE
from deungdae.records.environment import Settings
from deungdae.records.messages import message
from deungdae.reports.words import Words

FILES: Final = "report.html, report.pdf and report.xlsx"  #: what `--out` writes


def show(
    method: str,
    analysed: Mapping[str, Any],
    options: argparse.Namespace,
    settings: Settings,
    words: Words,
    *,
    demo: bool = False,
) -> int:
    """Print what `running.analyse` returned, write the files, and return the exit status.

    `options` are those of the command: file, json and out. Raises UnusableOption when a file
    cannot be written.
    """
    from deungdae.reports.paper.methods import teller_of

    zone = ZoneInfo(settings.time_zone)
    tell = teller_of(method)
    document, figures = analysed["document"], analysed["figures"]
    if options.json:
        writing.print_document(document)
    else:
        from deungdae.reports.paper import render_text

        # nothing is drawn for a terminal
        paper = tell(document, None, analysed["understanding"], words, zone)
        print(render_text(paper, words.lang, zone=zone, width=writing.width()), end="")
    if options.out is None:
        return DONE
    from deungdae.reports.paper import render_excel, render_html, render_pdf

    paper = tell(document, figures, analysed["understanding"], words, zone)
    how: dict[str, Any] = {
        "title": options.file.name,
        "demo": demo,
        "generated": datetime.now(zone),  # noqa: TID251 - a program's edge asks the clock
        "zone": zone,
    }
    page, printed, book = (options.out / f"report.{kind}" for kind in ("html", "pdf", "xlsx"))
    writing.write(page, render_html(paper, words.lang, **how).encode())
    writing.write(printed, render_pdf(paper, words.lang, **how))
    writing.write(book, render_excel(paper, words.lang, **how))
    for note in (
        message("The report is in {path}", path=str(page)),
        message("The report for print is in {path}", path=str(printed)),
        message("The report for Excel is in {path}", path=str(book)),
    ):
        print(words.say_message(note), file=sys.stderr if options.json else sys.stdout)
    return DONE
