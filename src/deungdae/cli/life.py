"""`deungdae life`: how long machines still live, from lives before or from one signal."""

import argparse
from typing import Any

from deungdae.cli import options as shared
from deungdae.cli import papers, running
from deungdae.records.environment import Settings
from deungdae.reports.words import Words

_TOLD = ("unit", "age", "failed", "signals", "ignore", "cap", "signal", "limit")


def add(commands: Any) -> None:
    """Add the parser of the command."""
    parser = commands.add_parser("life", help="tell how long machines still live")
    shared.add_file(parser)
    for name, what in (
        ("unit", "which machine, tool or part a row is about"),
        ("age", "cycles, hours or time of the row"),
        ("failed", "says whether the life of the unit has ended"),
        ("signal", "one signal that is followed to --limit"),
    ):
        parser.add_argument(f"--{name}", metavar="COLUMN", help=what)
    for name, what in (
        ("signals", "columns that are learned from; all unless told"),
        ("ignore", "columns that are not learned from"),
    ):
        parser.add_argument(f"--{name}", metavar="COLUMN[,…]", type=shared.several, help=what)
    parser.add_argument(
        "--limit", metavar="X", type=float, help="value at which it must be changed"
    )
    parser.add_argument(
        "--cap", metavar="X", type=float, help="remaining lives above it are learned as this"
    )
    shared.add_output(parser, papers.FILES)
    shared.add_json(parser)
    parser.add_argument("--seed", metavar="N", type=shared.seed, default=0, help="0 unless told")


def run(options: argparse.Namespace, settings: Settings, words: Words) -> int:
    """Predict, print what was found, and write the reports that were asked for."""
    told = {
        name: list(value) if isinstance(value, tuple) else value
        for name in _TOLD
        if (value := getattr(options, name)) is not None
    }
    params = {
        "options": told,
        "seed": options.seed,
        "told": [] if options.sheet is None else ["sheet"],
    }
    steps = {"learning": words.say("Learning from the lives before")}
    found = running.analyse("life", 1, options.file, options.sheet, params, settings, words, steps)
    return papers.show("life", found, options, settings, words)
