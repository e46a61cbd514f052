"""`deungdae gateway` and `token`: taking in the points of machines."""

import argparse
from typing import Any

from deungdae.cli import options as shared
from deungdae.cli.status import DONE
from deungdae.records.environment import Settings
from deungdae.reports.words import Words


def add(commands: Any) -> None:
    """Add the parsers of the commands."""
    gateway = commands.add_parser("gateway", help="take in points of machines, and keep them")
    gateway.add_argument("--port", metavar="N", type=shared.port, help="port; 0: a free one")
    token = commands.add_parser("token", help="let a source send points to the gateway")
    token.add_argument("organisation", metavar="ORGANISATION", help="whose points they are")
    token.add_argument("source", metavar="SOURCE", help="what the source is called")
    token.add_argument("--edge", metavar="NAME", help="for the edge agent of this name")


def run(options: argparse.Namespace, settings: Settings, words: Words) -> int:
    """Take points in until stopped, or make a token."""
    return (_gateway if options.command == "gateway" else _token)(options, settings, words)


def _gateway(options: argparse.Namespace, settings: Settings, words: Words) -> int:
    from deungdae.gateway import main as gateway
    from deungdae.web.project.serve import address, listening

    port = settings.gateway.port if options.port is None else options.port
    with listening(settings.gateway.bind, port) as opened:
        url = address(opened)
        gateway.run(
            settings,
            opened,
            lambda: print(words.say("Points are taken in at {url}", url=url), flush=True),
        )
    return DONE


def _token(options: argparse.Namespace, settings: Settings, words: Words) -> int:
    from deungdae.gateway import issuing

    token = issuing.issue(settings, options.organisation, options.source, edge=options.edge)
    print(words.say("Token: {token}", token=token))
    print(words.say("It is shown this once, and kept nowhere: the server knows only its SHA-256."))
    return DONE
