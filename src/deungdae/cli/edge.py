"""`deungdae edge …`: an agent on the plant floor (the commands themselves belong to the edge)."""

import argparse
from typing import Any

from deungdae.edge import command
from deungdae.records.environment import Settings
from deungdae.reports.words import Words


def add(commands: Any) -> None:
    """Add the parsers of the commands."""
    command.add(commands)


def run(options: argparse.Namespace, settings: Settings, words: Words) -> int:
    """Carry out one of them."""
    return command.run(options, words.say_message)
