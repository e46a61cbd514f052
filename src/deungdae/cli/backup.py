"""`deungdae backup` and `restore`: copies of the whole installation, and one made from a copy."""

import argparse
import json
from pathlib import Path
from typing import Any

from deungdae.cli.status import DONE, FAILED
from deungdae.records.environment import Settings
from deungdae.reports.words import Words
from deungdae.runs import clock


def add(commands: Any) -> None:
    """Add the parsers of the commands."""
    backup = commands.add_parser("backup", help="copy the whole installation while it works")
    backup.add_argument("folder", metavar="FOLDER", type=Path, help="where the copies are kept")
    backup.add_argument(
        "--keep", metavar="N", type=_count, help="afterwards, let go of all but the newest N copies"
    )
    backup.add_argument(
        "--check", action="store_true", help="make no copy: read those that are there, and compare"
    )
    backup.add_argument("--json", action="store_true", help="print what was done as JSON")
    restore = commands.add_parser("restore", help="make an installation from a copy")
    restore.add_argument("folder", metavar="FOLDER", type=Path, help="where the copies are kept")
    restore.add_argument("--at", metavar="NAME", help="this copy; otherwise the newest")
    restore.add_argument("--json", action="store_true", help="print what was done as JSON")


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise ValueError(text)
    return count


def run(options: argparse.Namespace, settings: Settings, words: Words) -> int:
    """Copy, check or restore."""
    if options.command == "restore":
        return _restore(options, settings, words)
    return (_check if options.check else _backup)(options, settings, words)


def _backup(options: argparse.Namespace, settings: Settings, words: Words) -> int:
    from deungdae import backup

    made = backup.take(settings, options.folder, clock.now())
    gone, freed = backup.keep(options.folder, options.keep) if options.keep else ([], 0)
    if options.json:
        done = {"name": made.name, **made.counts, "removed": gone, "freed_bytes": freed}
        print(json.dumps(done, ensure_ascii=False))
        return DONE
    print(
        words.say(
            "The copy {name} is whole: {files} files ({bytes} bytes, {new} of them new), "
            "{messages} messages of the bus.",
            name=made.name,
            files=made.counts["files"],
            bytes=made.counts["bytes"],
            new=made.counts["new_bytes"],
            messages=made.counts["messages"],
        )
    )
    if gone:
        print(words.say("Older copies were let go: {names}.", names=", ".join(gone)))
    print(words.say("It holds the secrets of this installation: keep it where only you can read."))
    return DONE


def _check(options: argparse.Namespace, settings: Settings, words: Words) -> int:
    from deungdae import backup

    found = backup.check(options.folder)
    if options.json:
        print(json.dumps(found, ensure_ascii=False))
    elif not found:
        print(words.say("There are no copies in {folder}.", folder=str(options.folder)))
    else:
        for name, damaged in found.items():
            if damaged:
                print(
                    words.say(
                        "{name}: damaged, {count} contents are missing or changed: {first}",
                        name=name,
                        count=len(damaged),
                        first=damaged[0],
                    )
                )
            else:
                print(words.say("{name}: every byte is as it was.", name=name))
    return DONE if found and not any(found.values()) else FAILED


def _restore(options: argparse.Namespace, settings: Settings, words: Words) -> int:
    from deungdae import backup

    made = backup.restore(settings, options.folder, options.at)
    if options.json:
        print(json.dumps({"name": made.name, **made.counts}, ensure_ascii=False))
        return DONE
    print(
        words.say(
            "{home} is as it was at {made}: {files} files, {messages} messages of the bus.",
            home=str(settings.home),
            made=made.made,
            files=made.counts["files"],
            messages=made.counts["messages"],
        )
    )
    print(
        words.say(
            "What edge agents sent after that moment is gone; they and the page on counts say so."
        )
    )
    return DONE
