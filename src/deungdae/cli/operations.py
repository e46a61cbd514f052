"""`deungdae operations`: flow, waiting, use of machines and scrap, from an event log."""

import argparse
from typing import Any

from deungdae.cli import options as shared
from deungdae.cli import papers, running
from deungdae.records.environment import Settings
from deungdae.reports.words import Words

_TOLD = ("case", "activity", "resource", "start", "end", "good", "rejected", "rework")


def add(commands: Any) -> None:
    """Add the parser of the command."""
    parser = commands.add_parser("operations", help="tell what a log of work says of the floor")
    shared.add_file(parser)
    for name, what in (
        ("case", "order or lot"),
        ("activity", "what was done"),
        ("resource", "machine or person that did it"),
        ("start", "when the work began"),
        ("end", "when it was done"),
        ("good", "number of good parts"),
        ("rejected", "number of rejected parts"),
        ("rework", "mark, or number, of parts worked on again"),
    ):
        parser.add_argument(f"--{name}", metavar="COLUMN", help=what)
    shared.add_output(parser, papers.FILES)
    shared.add_json(parser)
    parser.add_argument("--seed", metavar="N", type=shared.seed, default=0, help="0 unless told")


def run(options: argparse.Namespace, settings: Settings, words: Words) -> int:
    """Study the log, print what was found, and write the reports that were asked for."""
    told = {name: value for name in _TOLD if (value := getattr(options, name)) is not None}
    params = {
        "options": told,
        "seed": options.seed,
        "told": [] if options.sheet is None else ["sheet"],
    }
    steps = {"following": words.say("Following the orders")}
    found = running.analyse(
        "operations", 1, options.file, options.sheet, params, settings, words, steps
    )
    return papers.show("operations", found, options, settings, words)
