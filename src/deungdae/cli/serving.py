"""`deungdae up`, `web` and `worker`: the pages, and the runs that they ask for."""

import argparse
from typing import Any

from deungdae.cli import options as shared
from deungdae.cli.status import DONE, FAILED
from deungdae.records.environment import Settings
from deungdae.reports.words import Words


def add(commands: Any) -> None:
    """Add the parsers of the commands."""
    up = commands.add_parser("up", help="serve pages and carry out runs, with a demo company")
    web = commands.add_parser("web", help="serve the pages")
    for parser in (up, web):
        parser.add_argument("--port", metavar="N", type=shared.port, help="port; 0: a free one")
    up.add_argument(
        "--no-plant", action="store_true", help="without the simulated plant of the demo company"
    )
    commands.add_parser("worker", help="carry out the runs that the pages ask for")


def run(options: argparse.Namespace, settings: Settings, words: Words) -> int:
    """Serve until stopped."""
    from deungdae.web.project import serve

    if options.command == "worker":
        return DONE if serve.worker() else FAILED
    if options.command == "up":
        from deungdae.cli.up import Up

        Up(settings, words).run(options.port, plant=not options.no_plant)
        return DONE

    def announce(url: str) -> None:
        print(words.say("Open {url} in a browser.", url=url), flush=True)

    serve.web(settings, options.port, announce)
    return DONE
