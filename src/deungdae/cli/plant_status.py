"""`deungdae plant status`: how the data of all organisations comes in, for who runs the server."""

import argparse
import json
from typing import Any

from deungdae.cli.status import DONE, FAILED
from deungdae.records.environment import Settings
from deungdae.reports.words import Words


def add(commands: Any) -> None:
    """Add the parsers of the commands."""
    plant = commands.add_parser("plant", help="look how the data of machines comes in")
    status = plant.add_subparsers(dest="plant", required=True, metavar="COMMAND").add_parser(
        "status", help="each source of each organisation in one line, who needs somebody first"
    )
    status.add_argument("--json", action="store_true", help="print one JSON document")


def run(options: argparse.Namespace, settings: Settings, words: Words) -> int:
    """Print how each source is; 1 when one is silent, books do not agree, or nobody answers."""
    from deungdae.web.project import start

    start.bring_tables_up_to_date()
    from django.utils import timezone

    from deungdae.web.core import line
    from deungdae.web.plant.operations import everywhere

    try:
        found = everywhere.look(words.lang, timezone.now())
    finally:
        line.hang_up()
    if options.json:
        document = {
            "well": found.well,
            "away": sorted(found.away),
            "sources": [row.document for row in found.rows],
        }
        print(json.dumps(document, ensure_ascii=False, indent=1))
    else:
        _print(found, words)
    return DONE if found.well else FAILED


def _print(found: Any, words: Words) -> None:
    for row in found.rows:
        print(row.text)
    if not found.rows:
        print(words.say("Nothing sends data here yet."))
    if "gateway" in found.away:
        print(words.say("The gateway does not answer: how the agents are is not known."))
    if "history" in found.away:
        print(words.say("The history does not answer: what came in is not known."))
