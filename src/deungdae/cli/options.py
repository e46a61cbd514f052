"""Options that several commands share, and how their values are read."""

import argparse
import csv
from pathlib import Path

from deungdae.reports.words import LANGUAGES


def add_file(parser: argparse.ArgumentParser) -> None:
    """Add the table that is analysed, and the sheet of it."""
    parser.add_argument("file", metavar="FILE", type=Path, help="CSV, TSV, XLSX, XLS or Parquet")
    parser.add_argument("--sheet", metavar="NAME", help="sheet of a workbook")


def add_language(parser: argparse.ArgumentParser) -> None:
    """Add `--lang`."""
    parser.add_argument("--lang", choices=tuple(LANGUAGES), help="language of the report")


def add_output(parser: argparse.ArgumentParser, files: str = "report.html and report.pdf") -> None:
    """Add `--lang` and `--out`, under which `files` are written."""
    add_language(parser)
    parser.add_argument("--out", metavar="DIR", type=Path, help=f"write {files} there")


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add `--json`."""
    parser.add_argument("--json", action="store_true", help="print one JSON document, no text")


def several(text: str) -> tuple[str, ...]:
    """Split at commas; a name that holds a comma stands in double quotes, as in a CSV file."""
    return tuple(name.strip() for name in next(csv.reader([text], skipinitialspace=True), []))


def seed(text: str) -> int:
    """Return a whole number from 0 upwards; raises ArgumentTypeError for any other."""
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError("a seed is a whole number from 0 upwards")
    return number


def port(text: str) -> int:
    """Return the number of a port; raises ArgumentTypeError for what is none."""
    number = int(text)
    if not 0 <= number <= 65535:
        raise argparse.ArgumentTypeError("a port is a whole number from 0 to 65535")
    return number
