"""`deungdae gauge`: can the measuring system be trusted; and the sheet for the next study."""

import argparse
from typing import Any

from deungdae.cli import options as shared
from deungdae.cli import papers, running, writing
from deungdae.cli.status import DONE
from deungdae.records.environment import Settings
from deungdae.records.errors import UnusableOption
from deungdae.records.messages import message
from deungdae.reports.words import Words

_STUDIES = ("crossed", "nested", "type1", "linearity", "attribute")


def add(commands: Any) -> None:
    """Add the parsers of the commands."""
    parser = commands.add_parser("gauge", help="tell whether a measuring system can be trusted")
    shared.add_file(parser)
    parser.add_argument(
        "sheet_for",
        metavar="STUDY",
        nargs="?",
        choices=_STUDIES,
        help="with the word template as FILE: write the empty sheet of this study to --out",
    )
    parser.add_argument("--study", choices=_STUDIES, help="guessed unless told")
    for name, what in (
        ("part", "which part was measured"),
        ("operator", "who measured it"),
        ("value", "what was measured or judged"),
    ):
        parser.add_argument(f"--{name}", metavar="COLUMN", help=what)
    parser.add_argument(
        "--reference", metavar="COLUMN|VALUE", help="known values: a column, or the value itself"
    )
    parser.add_argument("--tolerance", metavar="X", type=float, help="USL minus LSL")
    parser.add_argument(
        "--process-sigma", metavar="X", type=float, help="standard deviation of the process"
    )
    parser.add_argument(
        "--bad", metavar="VALUE[,VALUE…]", type=shared.several, help="judgements that mean a defect"
    )
    shared.add_output(parser, papers.FILES)
    shared.add_json(parser)
    parser.add_argument("--seed", metavar="N", type=shared.seed, default=0, help="0 unless told")
    for name, what in (
        ("parts", "template: parts to be measured; in a nested study of each operator"),
        ("operators", "template: people who measure"),
        ("trials", "template: times that each part is measured"),
    ):
        parser.add_argument(f"--{name}", metavar="N", type=int, help=what)


def run(options: argparse.Namespace, settings: Settings, words: Words) -> int:
    """Analyse a study, or write the sheet for one."""
    if str(options.file) == "template":
        return _template(options, words)
    told = {
        name: list(value) if isinstance(value, tuple) else value
        for name in ("study", "part", "operator", "value", "reference", "tolerance",
                     "process_sigma", "bad")
        if (value := getattr(options, name)) is not None
    }  # fmt: skip
    params = {
        "options": told,
        "seed": options.seed,
        "told": [] if options.sheet is None else ["sheet"],
    }
    steps = {"judging": words.say("Separating the gauge from the parts")}
    found = running.analyse("gauge", 1, options.file, options.sheet, params, settings, words, steps)
    return papers.show("gauge", found, options, settings, words)


def _template(options: argparse.Namespace, words: Words) -> int:
    from deungdae.reports.gauge.template import csv_of, usual, workbook_of

    numbers = {
        name: value
        for name in ("parts", "operators", "trials")
        if (value := getattr(options, name)) is not None
    }
    if options.sheet_for is None or options.out is None:
        raise UnusableOption(
            "To write an empty sheet say which study it is for and where it goes: "
            "deungdae gauge template STUDY --out FILE.xlsx"
        )
    plan = usual(options.sheet_for, words.lang, options.seed, **numbers)
    makers = {".xlsx": workbook_of, ".csv": csv_of}
    make = makers.get(options.out.suffix.lower())
    if make is None:
        raise UnusableOption("--out: {file} must end in .xlsx or .csv.", file=options.out.name)
    writing.write(options.out, make(plan, words))
    done = message("The sheet to be filled is in {path}", path=str(options.out))
    print(words.say_message(done))
    return DONE
