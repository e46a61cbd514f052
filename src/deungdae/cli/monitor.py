"""`deungdae monitor`: looking after lines and machines, alarms and watches."""

import argparse
from typing import Any

from deungdae.cli.status import DONE
from deungdae.records.environment import Settings
from deungdae.reports.words import Words


def add(commands: Any) -> None:
    """Add the parser of the command."""
    commands.add_parser("monitor", help="follow what lines and machines do, and raise alarms")


def run(options: argparse.Namespace, settings: Settings, words: Words) -> int:
    """Look after the floor until stopped."""
    from deungdae.monitor import main

    main.run(settings, lambda: print(words.say("Machines are looked after."), flush=True))
    return DONE
