"""`deungdae history`: answering questions about what machines sent."""

import argparse
from typing import Any

from deungdae.cli.status import DONE
from deungdae.records.environment import Settings
from deungdae.reports.words import Words


def add(commands: Any) -> None:
    """Add the parser of the command."""
    commands.add_parser("history", help="answer the pages' questions about the machines' data")


def run(options: argparse.Namespace, settings: Settings, words: Words) -> int:
    """Answer until stopped."""
    from deungdae.gateway.answering import main

    main.run(settings, lambda: print(words.say("Questions can be asked."), flush=True))
    return DONE
