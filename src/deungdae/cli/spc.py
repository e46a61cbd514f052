"""`deungdae spc`: is the process in control, and what changed where it is not."""

import argparse
import csv
from typing import Any

from deungdae.cli import options as shared
from deungdae.cli import papers, running
from deungdae.records.environment import Settings
from deungdae.records.errors import UnusableOption
from deungdae.reports.words import Words


def add(commands: Any) -> None:
    """Add the parser of the command."""
    parser = commands.add_parser("spc", help="draw control charts and tell what is out of control")
    shared.add_file(parser)
    parser.add_argument(
        "--column",
        metavar="COLUMN[,…]",
        type=shared.several,
        help="what to chart; measured columns unless told",
    )
    parser.add_argument(
        "--chart",
        metavar="CHART",
        help="auto (unless told), imr, xbar-r, xbar-s, p, np, c, u, laney-p, laney-u, ewma, "
        "cusum or t2",
    )
    parser.add_argument(
        "--subgroup", metavar="COLUMN", help="rows with the same value are one sample"
    )
    parser.add_argument("--size", metavar="N", type=int, help="rows in a row that are one sample")
    parser.add_argument("--inspected", metavar="COLUMN", help="how many were inspected, for counts")
    parser.add_argument(
        "--rules",
        metavar="RULES",
        help="western-electric (unless told), nelson, none, or codes such as we1,n5",
    )
    parser.add_argument(
        "--baseline",
        metavar="WHICH",
        help="where the limits come from: 1-25, COLUMN=VALUE, or FROM..TO as times",
    )
    parser.add_argument("--stage", metavar="COLUMN", help="new limits wherever this column changes")
    parser.add_argument(
        "--stage-at",
        metavar="WHERE[,…]",
        type=shared.several,
        help="new limits from these points or times on",
    )
    parser.add_argument(
        "--leave-out",
        metavar="POINT=REASON",
        action="append",
        default=[],
        help="a point that neither counts nor is judged",
    )
    parser.add_argument("--time", metavar="COLUMN", help="when the row was made")
    parser.add_argument("--target", metavar="X", type=float, help="centre line, if it is known")
    parser.add_argument(
        "--sigma", metavar="X", type=float, help="standard deviation, if it is known"
    )
    for name, what in (
        ("weight", "weight of the newest point of an EWMA, 0.2 unless told"),
        ("width", "limits of an EWMA in sigmas, 3 unless told"),
        ("slack", "k of a CUSUM in sigmas, 0.5 unless told"),
        ("decision", "h of a CUSUM in sigmas, 5 unless told"),
    ):
        parser.add_argument(f"--{name}", metavar="X", type=float, help=what)
    parser.add_argument(
        "--spec",
        metavar="COLUMN=LSL..USL",
        action="append",
        default=[],
        help="limits of the parts, drawn beside; either side may be left open",
    )
    parser.add_argument(
        "--ignore",
        metavar="COLUMN[,…]",
        type=shared.several,
        help="columns that are neither charted nor compared",
    )
    shared.add_output(parser, papers.FILES)
    shared.add_json(parser)
    parser.add_argument("--seed", metavar="N", type=shared.seed, default=0, help="0 unless told")


def run(options: argparse.Namespace, settings: Settings, words: Words) -> int:
    """Chart the file, print what was found, and write the reports that were asked for."""
    told: dict[str, Any] = {
        name: list(value) if isinstance(value, tuple) else value
        for name in (
            "chart", "subgroup", "size", "inspected", "baseline", "stage", "time", "target",
            "sigma", "weight", "width", "slack", "decision", "ignore",
        )
        if (value := getattr(options, name)) is not None
    }  # fmt: skip
    if options.column is not None:
        told["columns"] = list(options.column)
    if options.rules is not None:
        told["rules"] = [] if options.rules.strip() == "none" else options.rules.split(",")
    if options.stage_at is not None:
        told["stage_at"] = list(options.stage_at)
    if options.leave_out:
        told["leave_out"] = dict(_reason(text) for text in options.leave_out)
    if options.spec:
        told["spec"] = dict(_limits(text) for text in options.spec)
    params = {
        "options": told,
        "seed": options.seed,
        "told": [] if options.sheet is None else ["sheet"],
    }
    steps = {
        "charting": words.say("Drawing the charts"),
        "comparing": words.say("Looking for what else changed"),
    }
    found = running.analyse("spc", 1, options.file, options.sheet, params, settings, words, steps)
    return papers.show("spc", found, options, settings, words)


def _reason(text: str) -> tuple[str, str]:
    point, sign, reason = text.partition("=")
    if not sign or not reason.strip():
        raise UnusableOption(
            "--leave-out: {text} gives no reason; write it as POINT=REASON.", text=text
        )
    return point.strip(), reason.strip()


def _limits(text: str) -> tuple[str, dict[str, float]]:
    column, sign, value = text.rpartition("=")
    low, dots, high = value.partition("..")
    if not sign or not column.strip() or not dots:
        raise UnusableOption(
            "--spec: {text} is not of the form COLUMN=LSL..USL; either side may be left open, "
            "as in COLUMN=..5.2",
            text=text,
        )
    try:
        limits = {
            name: float(side) for name, side in (("lower", low), ("upper", high)) if side.strip()
        }
    except ValueError as error:
        raise UnusableOption(
            "--{option}: {text} is not a number.", option="spec", text=value
        ) from error
    # A name in double quotes, as elsewhere.
    quoted = next(csv.reader([column.strip()]), [column])
    return (quoted[0] if len(quoted) == 1 else column.strip()), limits
