"""`deungdae up`, `web` and `worker`: the pages, and the runs that they ask for."""

import argparse
from pathlib import Path
from typing import Any

from deungdae.cli import options as shared
from deungdae.cli.account_words import show_account
from deungdae.cli.status import DONE, FAILED
from deungdae.records.environment import Settings
from deungdae.reports.words import Words


def add(commands: Any) -> None:
    """Add the parsers of the commands."""
    up = commands.add_parser("up", help="serve pages and carry out runs, with a demo company")
    web = commands.add_parser("web", help="serve the pages")
    for parser in (up, web):
        parser.add_argument("--port", metavar="N", type=shared.port, help="port; 0: a free one")
    commands.add_parser("worker", help="carry out the runs that the pages ask for")


def run(options: argparse.Namespace, settings: Settings, words: Words) -> int:
    """Serve until stopped."""
    from deungdae.web.project import serve

    if options.command == "worker":
        return DONE if serve.worker() else FAILED
    if options.command == "up":
        return _up(options, settings, words)

    def announce(url: str) -> None:
        print(words.say("Open {url} in a browser.", url=url), flush=True)

    serve.web(settings, options.port, announce)
    return DONE


def _up(options: argparse.Namespace, settings: Settings, words: Words) -> int:
    from deungdae.web.project import serve, start

    def demo_table(folder: Path) -> Path:
        from deungdae.tables import demo

        return demo.write(folder, seed=7, rows=6000, lang="ko" if words.lang == "ko" else "en").path

    port = settings.web.port if options.port is None else options.port
    # Told at once when the port is taken, before a minute of preparations.
    with serve.listening(settings.web.bind, port) as opened:
        port = opened.getsockname()[1]
    start.bring_tables_up_to_date()
    account = start.first_company(demo_table, words.lang)
    if account is not None:
        print(words.say("There is a demo company; all its values are generated."))
        show_account(account.email, account.password, words)
    serve.Watch([[str(port), "web"], ["worker"]]).run()
    return DONE
