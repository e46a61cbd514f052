"""Options by which a command takes the history of machines along, and what they ask for."""

import argparse
import csv
from collections.abc import Mapping
from typing import Any, Final

from deungdae.cli import options as shared
from deungdae.records.environment import Settings
from deungdae.records.errors import UnusableOption

_UNITS: Final[Mapping[str, float]] = {
    "": 1, "ms": 0.001, "s": 1, "sec": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400,
}  # fmt: skip
EVERY: Final = "all"
_NEEDS_HISTORY: Final = (
    "organisation",
    "window",
    "delay",
    "hold",
    "cycle",
    "lot",
    "lot_span",
    "line",
)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options to the parser of a command."""
    parser.add_argument(
        "--history",
        metavar="TAG[,TAG…]",
        type=shared.several,
        help="join what machines measured: tags, * for anything, or all",
    )
    for name, metavar, what in (
        ("organisation", "ID", "whose history, if there is that of several"),
        ("window", "TIME", "how long before a part to look, 30s unless told"),
        ("delay", "TIME", "how long before its time in the table a part was made"),
        ("hold", "TIME", "how long a value stands without a new one, 10min unless told"),
        ("cycle", "TAG[=COLUMN]", "take the machine cycle of a part, by this counter"),
        ("lot", "TAG=COLUMN", "take the time in which the tag showed the lot in the column"),
        ("lot-span", "START,END", "take the time between two columns"),
        ("line", "COLUMN[=VALUE:TAGS,…]", "column of the machine, and how its tags begin"),
    ):
        parser.add_argument(f"--{name}", metavar=metavar, help=f"with --history: {what}")


def asked(options: argparse.Namespace, settings: Settings) -> dict[str, Any] | None:
    """Return what the options ask for, as the job "join-history" takes it; None without --history.

    Raises UnusableOption for what cannot be read, and when nobody knows whose history is meant.
    """
    if options.history is None:
        for name in _NEEDS_HISTORY:
            if getattr(options, name) is not None:
                raise UnusableOption(
                    "{option} needs --history, which names the tags.",
                    option="--" + name.replace("_", "-"),
                )
        return None
    tags = [tag for tag in options.history if tag]
    told: dict[str, Any] = {
        "organisation": _organisation(options.organisation, settings),
        "tags": [] if tags == [EVERY] else tags,
    }
    for name in ("window", "delay", "hold"):
        value = getattr(options, name)
        if value is not None:
            told[f"{name}_s"] = seconds(value, f"--{name}")
    if options.cycle is not None:
        tag, _, column = options.cycle.partition("=")
        told["cycle"] = {"tag": tag, **({"column": column} if column else {})}
    if options.lot is not None:
        tag, sign, column = options.lot.partition("=")
        if not (tag and sign and column):
            raise UnusableOption("Write --lot TAG=COLUMN, such as --lot line1/lot=lot.")
        told["lot"] = {"tag": tag, "column": column}
    if options.lot_span is not None:
        columns = shared.several(options.lot_span)
        if len(columns) != 2:
            raise UnusableOption("Write --lot-span START,END: the names of two columns of times.")
        told["span"] = {"start": columns[0], "end": columns[1]}
    if options.line is not None:
        told["line"] = _line(options.line)
    return told


def seconds(text: str, option: str) -> float:
    """Return a length of time such as 30, 30s, 5min or 2h; raises UnusableOption for another."""
    number = text.strip().rstrip("abcdefghijklmnopqrstuvwxyz").rstrip()
    unit = text.strip()[len(number) :].strip()
    try:
        return float(number) * _UNITS[unit]
    except (ValueError, KeyError) as error:
        raise UnusableOption(
            "{option}: write a time such as 30s, 5min or 2h; {value} is none.",
            option=option,
            value=text,
        ) from error


def _organisation(told: str | None, settings: Settings) -> str:
    from deungdae.lake.telemetry.series import organisations

    known = organisations(settings.home)
    if told is not None:
        return told
    if not known:
        raise UnusableOption(
            "There is no history of machines in {folder} yet.", folder=str(settings.home)
        )
    if len(known) > 1:
        raise UnusableOption(
            "There is the history of several organisations; say with --organisation whose: "
            "{known}.",
            known=", ".join(known),
        )
    return known[0]


def _line(text: str) -> dict[str, Any]:
    column, _, pairs = text.partition("=")
    prefixes = {}
    for pair in next(csv.reader([pairs]), []):
        value, sign, prefix = pair.partition(":")
        if not sign:
            raise UnusableOption(
                "Write --line COLUMN=VALUE:TAGS,…, such as --line machine=1:line1,2:line2."
            )
        prefixes[value.strip()] = prefix.strip()
    return {"column": column, "prefixes": prefixes}
