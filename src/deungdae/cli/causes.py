"""`deungdae causes`: a table in, the causes of its defects out."""

import argparse
import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from deungdae.cli import joining, running, writing
from deungdae.cli import options as shared
from deungdae.cli.status import DONE
from deungdae.records.environment import Settings
from deungdae.records.messages import Message, message
from deungdae.reports.words import Words

KINDS = ("pass_fail", "number", "count", "classes")
#: What a person may say of the table, by the names of the job's options.
OPTIONS = (
    *("target", "bad", "time", "by", "reason", "ignore"),
    *("kind", "worse", "spec", "good"),
)


def add(commands: Any) -> None:
    """Add the parser of the command."""
    parser = commands.add_parser("causes", help="find the causes of the defects in a table")
    shared.add_file(parser)
    parser.add_argument("--target", metavar="COLUMN", help="column with the inspection's result")
    for name, what in (
        ("bad", "values of it that mean a defect"),
        ("by", "columns that split the table, such as product and machine"),
        ("reason", "kind of defect: one column of words, or several of 0 and 1"),
        ("ignore", "columns that must not be named as causes"),
    ):
        metavar = "VALUE[,VALUE…]" if name == "bad" else "COLUMN[,…]"
        parser.add_argument(f"--{name}", metavar=metavar, type=shared.several, help=what)
    parser.add_argument("--kind", choices=KINDS, help="kind of result, guessed unless told")
    parser.add_argument(
        "--worse",
        metavar="WAY",
        help="high, low, away or away=x: how a measured value or a count is bad",
    )
    parser.add_argument(
        "--spec", metavar="COLUMN=LSL..USL", help="limits of a measured column; outside is bad"
    )
    parser.add_argument(
        "--good",
        metavar="CLASS[,CLASS…]",
        type=shared.several,
        help="quality classes that are as wanted",
    )
    parser.add_argument("--time", metavar="COLUMN", help="when the part was made")
    joining.add_options(parser)
    shared.add_output(parser)
    shared.add_json(parser)
    parser.add_argument("--seed", metavar="N", type=shared.seed, default=0, help="0 unless told")


def run(options: argparse.Namespace, settings: Settings, words: Words) -> int:
    """Analyse the file, print what was found, and write the reports that were asked for."""
    told = {
        name: list(value) if isinstance(value, tuple) else value
        for name in OPTIONS
        if (value := getattr(options, name)) is not None
    }
    joined = joining.asked(options, settings)
    given = (options.file, options.sheet, told, options.seed)
    analysed = analyse(*given, settings, words, joined=joined)
    if options.json:
        writing.print_document(analysed["document"])
    else:
        print(text(analysed, words), end="")
    if options.out is not None:
        notes = write_reports(options.out, options.file.name, analysed, settings, words, demo=False)
        for note in notes:
            print(words.say_message(note), file=sys.stderr if options.json else sys.stdout)
    return DONE


def analyse(
    file: Path,
    sheet: str | None,
    told: Mapping[str, Any],
    seed: int,
    settings: Settings,
    words: Words,
    *,
    joined: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Store the file as a table, find the causes; return document, figures and understanding.

    With `joined`, history is joined to the table first (see the job "join-history").
    """
    params = {"options": dict(told), "seed": seed, "told": [] if sheet is None else ["sheet"]}
    steps = {
        "joining": words.say("Reading the history of the machines"),
        "searching": words.say("Searching for causes"),
        "judging": words.say("Checking what was found"),
    }
    return running.analyse("causes", 1, file, sheet, params, settings, words, steps, joined)


def text(analysed: Mapping[str, Any], words: Words) -> str:
    """Return the report as text for this terminal."""
    from deungdae.reports.causes import render_text

    given = (analysed["document"], analysed["figures"], analysed["understanding"])
    return render_text(*given, words.lang, width=writing.width())


def write_reports(
    folder: Path,
    title: str,
    analysed: Mapping[str, Any],
    settings: Settings,
    words: Words,
    *,
    demo: bool,
) -> list[Message]:
    """Write the page and the PDF, and return the sentences that say where they are."""
    # charts take a second to import, and are drawn once for both
    from deungdae.reports.causes import render_html, render_pdf
    from deungdae.reports.causes.conditions import units_of
    from deungdae.reports.causes.pictures import draw
    from deungdae.reports.history import in_words

    zone = ZoneInfo(settings.time_zone)
    named, document, figures = in_words(
        words, analysed["understanding"], analysed["document"], analysed["figures"]
    )
    given = (document, figures, named)
    pictures = draw(words, document, figures, units_of(named), zone)
    generated = datetime.now(zone)  # noqa: TID251 - a program's edge asks the clock

    def rendered(render: Callable[..., Any]) -> Any:
        return render(
            *given,
            words.lang,
            title=title,
            demo=demo,
            generated=generated,
            zone=zone,
            pictures=pictures,
        )

    page, printed = folder / "report.html", folder / "report.pdf"
    writing.write(page, rendered(render_html).encode())
    writing.write(printed, rendered(render_pdf))
    return [
        message("The report is in {path}", path=str(page)),
        message("The report for print is in {path}", path=str(printed)),
    ]
