"""`deungdae energy`: demand, cost by tariff period, energy per part, forecast and peak warning."""

import argparse
from typing import Any

from deungdae.cli import options as shared
from deungdae.cli import papers, running
from deungdae.records.environment import Settings
from deungdae.records.errors import UnusableOption
from deungdae.reports.words import Words

_TOLD = ("time", "use", "kind", "parts", "tariff", "prices", "base", "contract")


def add(commands: Any) -> None:
    """Add the parser of the command."""
    parser = commands.add_parser("energy", help="tell what metered electricity says and costs")
    shared.add_file(parser)
    for name, what in (
        ("time", "end of each metered period"),
        ("use", "metered column"),
        ("parts", "parts made in the period"),
    ):
        parser.add_argument(f"--{name}", metavar="COLUMN", help=what)
    parser.add_argument("--kind", choices=("kwh", "kw", "meter"), help="what the column holds")
    parser.add_argument("--tariff", metavar="NAME", help="tariff; an unknown name lists them")
    parser.add_argument(
        "--prices", metavar="X,…", type=shared.several,
        help="nine prices per kWh in place of the tariff's",
    )  # fmt: skip
    parser.add_argument("--base", metavar="X", type=float, help="price per kW of billed demand")
    parser.add_argument("--contract", metavar="KW", type=float, help="contracted power")
    shared.add_output(parser, papers.FILES)
    shared.add_json(parser)
    parser.add_argument("--seed", metavar="N", type=shared.seed, default=0, help="0 unless told")


def run(options: argparse.Namespace, settings: Settings, words: Words) -> int:
    """Study the file, print what was found, and write the reports that were asked for."""
    told = {name: value for name in _TOLD if (value := getattr(options, name)) is not None}
    if "prices" in told:
        try:
            told["prices"] = [float(word) for word in told["prices"]]
        except ValueError as error:
            raise UnusableOption("--prices: {given} is no list of numbers.",
                                 given=",".join(options.prices)) from error  # fmt: skip
    params = {
        "options": told,
        "seed": options.seed,
        "told": [] if options.sheet is None else ["sheet"],
    }
    steps = {"forecasting": words.say("Forecasting the next day")}
    found = running.analyse(
        "energy", 1, options.file, options.sheet, params, settings, words, steps
    )
    return papers.show("energy", found, options, settings, words)
