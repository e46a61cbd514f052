"""`deungdae reliability`: how long machines run between failures, and of which kind they are."""

import argparse
from typing import Any

from deungdae.cli import options as shared
from deungdae.cli import papers, running
from deungdae.records.environment import Settings
from deungdae.reports.words import Words

_TOLD = ("life", "failed", "machine", "start", "end", "reason", "failures")


def add(commands: Any) -> None:
    """Add the parser of the command."""
    parser = commands.add_parser("reliability", help="tell how long machines run between failures")
    shared.add_file(parser)
    for name, what in (
        ("life", "running time until the failure, or until now"),
        ("failed", "says which running times ended in a failure"),
        ("machine", "machine of a stop"),
        ("start", "when the stop began"),
        ("end", "when the machine ran again"),
        ("reason", "reason of the stop"),
    ):
        parser.add_argument(f"--{name}", metavar="COLUMN", help=what)
    parser.add_argument(
        "--failures", metavar="REASON[,…]", type=shared.several,
        help="reasons that are failures; every stop unless told",
    )  # fmt: skip
    shared.add_output(parser, papers.FILES)
    shared.add_json(parser)
    parser.add_argument("--seed", metavar="N", type=shared.seed, default=0, help="0 unless told")


def run(options: argparse.Namespace, settings: Settings, words: Words) -> int:
    """Study the records, print what was found, and write the reports that were asked for."""
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
    found = running.analyse("reliability", 1, options.file, options.sheet, params, settings, words)
    return papers.show("reliability", found, options, settings, words)
