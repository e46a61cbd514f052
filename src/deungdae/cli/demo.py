"""`deungdae demo`: a generated table, its analysis and its report."""

import argparse
from typing import Any

from deungdae.cli import causes
from deungdae.cli import options as shared
from deungdae.cli.status import DONE
from deungdae.records.environment import Settings
from deungdae.reports.words import Words


def add(commands: Any) -> None:
    """Add the parser of the command."""
    parser = commands.add_parser(
        "demo", help="write a generated demo table, analyse it, show the report"
    )
    parser.add_argument("--rows", metavar="N", type=int, default=6000, help="parts in the table")
    parser.add_argument("--seed", metavar="N", type=shared.seed, default=7, help="of the table")
    shared.add_output(parser)


def run(options: argparse.Namespace, settings: Settings, words: Words) -> int:
    """Write the demo table, analyse it, and write its reports."""
    from deungdae.tables import demo  # only here: the pages are served without tables in memory

    out = options.out or settings.home / "demo"
    table = demo.write(
        out, seed=options.seed, rows=options.rows, lang="ko" if words.lang == "ko" else "en"
    )
    analysed = causes.analyse(table.path, None, {}, 0, settings, words)
    print(words.say("Demo: all values of this table were generated; no factory is behind them."))
    print()
    print(causes.text(analysed, words))
    notes = causes.write_reports(out, table.path.name, analysed, settings, words, demo=True)
    print(words.say("The demo table is in {path}", path=str(table.path)))
    for note in notes:
        print(words.say_message(note))
    return DONE
