"""`deungdae capability`: do the parts keep within their limits, and how surely."""

import argparse
import csv
from typing import Any

from deungdae.cli import options as shared
from deungdae.cli import papers, running
from deungdae.records.environment import Settings
from deungdae.records.errors import UnusableOption
from deungdae.reports.words import Words

_DISTRIBUTIONS = (
    "auto", "normal", "lognormal", "weibull", "gamma", "largest_extreme", "smallest_extreme",
    "percentile",
)  # fmt: skip
_WITHIN = ("auto", "pooled", "rbar", "sbar", "mr")


def add(commands: Any) -> None:
    """Add the parser of the command."""
    parser = commands.add_parser(
        "capability", help="tell whether measured parts keep within their limits"
    )
    shared.add_file(parser)
    parser.add_argument(
        "--spec", metavar="COLUMN=LSL..USL", action="append", default=[],
        help="limits of a column; either side may be left open",
    )  # fmt: skip
    for name, what in (
        ("target", "the value to aim at"),
        ("boundary", "a value that nature does not let it pass, such as 0"),
    ):
        parser.add_argument(
            f"--{name}", metavar="COLUMN=VALUE", action="append", default=[], help=what
        )
    parser.add_argument("--subgroup", metavar="COLUMN", help="column that numbers the subgroups")
    parser.add_argument("--size", metavar="N", type=int, help="parts in a subgroup, in row order")
    parser.add_argument("--time", metavar="COLUMN", help="when the part was made")
    parser.add_argument(
        "--by", metavar="COLUMN[,…]", type=shared.several, help="columns whose levels are compared"
    )
    parser.add_argument("--distribution", choices=_DISTRIBUTIONS, help="auto unless told")
    parser.add_argument("--within", choices=_WITHIN, help="how the spread within is estimated")
    parser.add_argument("--wanted", metavar="X", type=float, help="index wanted, 1.33 unless told")
    shared.add_output(parser, papers.FILES)
    shared.add_json(parser)
    parser.add_argument("--seed", metavar="N", type=shared.seed, default=0, help="0 unless told")


def run(options: argparse.Namespace, settings: Settings, words: Words) -> int:
    """Study the file, print what was found, and write the reports that were asked for."""
    told = {
        name: list(value) if isinstance(value, tuple) else value
        for name in ("subgroup", "size", "time", "by", "distribution", "within", "wanted")
        if (value := getattr(options, name)) is not None
    }
    told["specs"] = specs(options.spec, options.target, options.boundary)
    params = {
        "options": told,
        "seed": options.seed,
        "told": [] if options.sheet is None else ["sheet"],
    }
    steps = {"judging": words.say("Fitting shapes and working out the indices")}
    found = running.analyse(
        "capability", 1, options.file, options.sheet, params, settings, words, steps
    )
    return papers.show("capability", found, options, settings, words)


def specs(
    limits: list[str], targets: list[str], boundaries: list[str]
) -> dict[str, dict[str, float]]:
    """Return the limits by column from "COLUMN=LSL..USL", and "COLUMN=VALUE" of the others.

    Raises UnusableOption for a text of another form, or a target without limits.
    """
    found: dict[str, dict[str, float]] = {}
    for text in limits:
        column, value = _named("spec", text)
        low, dots, high = value.partition("..")
        if not dots:
            raise UnusableOption(
                "--spec: {text} is not of the form COLUMN=LSL..USL; either side may be left open, "
                "as in COLUMN=..5.2",
                text=text,
            )
        sides = {"lower": low.strip(), "upper": high.strip()}
        found[column] = {name: _number("spec", side) for name, side in sides.items() if side}
    for option, texts in (("target", targets), ("boundary", boundaries)):
        for text in texts:
            column, value = _named(option, text)
            if column not in found:
                raise UnusableOption(
                    "--{option}: {column} has no limits; tell them with --spec.",
                    option=option,
                    column=column,
                )
            found[column][option] = _number(option, value)
    return found


def _named(option: str, text: str) -> tuple[str, str]:
    """Split at the last equals sign: a column's name may hold others."""
    column, sign, value = text.rpartition("=")
    if not sign or not column.strip():
        raise UnusableOption(
            "--{option}: {text} names no column; it begins with COLUMN=", option=option, text=text
        )
    # A name in double quotes, as elsewhere.
    quoted = next(csv.reader([column.strip()]), [column])
    return quoted[0] if len(quoted) == 1 else column.strip(), value


def _number(option: str, text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise UnusableOption(
            "--{option}: {text} is not a number.", option=option, text=text
        ) from error
