"""`deungdae doctor`: looks at everything an installation needs, and says what to do.

finding   what a look found        machine   disk, programs, secrets, clock, copies
web       database, pages, queue   plant     bus, gateway, writer, lake, questions, monitor, MQTT
"""

import argparse
import json
from typing import Any

from deungdae.cli.doctor import machine, plant, web
from deungdae.cli.doctor.finding import Finding, Level, Look
from deungdae.cli.status import DONE, FAILED
from deungdae.records.environment import Settings
from deungdae.reports.words import Words

LOOKS: tuple[Look, ...] = (*machine.LOOKS, *web.LOOKS, *plant.LOOKS)
_MARKS = {Level.GOOD: "  ", Level.WARNING: "! ", Level.BAD: "✗ "}


def add(commands: Any) -> None:
    """Add the parser of the command."""
    doctor = commands.add_parser("doctor", help="look whether everything works, and what to do")
    doctor.add_argument("--json", action="store_true", help="print the findings as JSON")


def run(options: argparse.Namespace, settings: Settings, words: Words) -> int:
    """Look at everything; exit status 1 when something does not work."""
    found: list[Finding] = []
    for look in LOOKS:
        for finding in look(settings):
            found.append(finding)
            if not options.json:
                _say(finding, words)
    worst = [finding for finding in found if finding.level is Level.BAD]
    warned = [finding for finding in found if finding.level is Level.WARNING]
    if options.json:
        print(json.dumps([_document(finding, words) for finding in found], ensure_ascii=False))
    elif worst:
        print(words.say("{count} things do not work.", count=len(worst)))
    elif warned:
        print(words.say("Everything works; {count} things need attention.", count=len(warned)))
    else:
        print(words.say("Everything works."))
    return FAILED if worst else DONE


def _say(finding: Finding, words: Words) -> None:
    print(f"{_MARKS[finding.level]}{words.say_message(finding.what)}", flush=True)
    if finding.help is not None:
        print(f"    → {words.say_message(finding.help)}")


def _document(finding: Finding, words: Words) -> dict[str, Any]:
    return {
        "matter": finding.matter,
        "level": finding.level.value,
        "what": words.say_message(finding.what),
        "help": None if finding.help is None else words.say_message(finding.help),
    }
