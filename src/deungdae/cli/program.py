"""The parser of all commands, and what every command shares: language, errors, exit status."""

import argparse
import os
import sys
import traceback
from collections.abc import Sequence
from importlib.metadata import version

from deungdae.cli.groups import GROUPS, NotInstalled, group_of
from deungdae.cli.status import FAILED, UNUSABLE
from deungdae.records.environment import Settings
from deungdae.records.errors import PublicError, RunFailed, UnusableFile, UnusableOption
from deungdae.reports.words import Words


def build_parser(command: str | None = None) -> argparse.ArgumentParser:
    """Return the parser of one command, or of all; the reference page is held to it by a test.

    Where the agent alone is installed, all are those that it can carry out, and asking for another
    raises `NotInstalled`.
    """
    parser = argparse.ArgumentParser(
        prog="deungdae", description="From a shop-floor table to the causes of its defects."
    )
    parser.add_argument("--version", action="version", version=f"deungdae {version('deungdae')}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for group in GROUPS:
        if command is None or command in group.commands:
            try:
                group.load().add(commands)
            except NotInstalled:
                if command is not None:
                    raise
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0 done, 1 failed, 2 unusable file or option."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show Korean gets question marks, not a traceback.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    typed = sys.argv[1:] if arguments is None else list(arguments)
    known = group_of(typed[0]) if typed else None
    if typed == ["--version"]:  # no module of a command is needed for that
        print(f"deungdae {version('deungdae')}")
        return 0
    words = Words("en")
    try:
        parser = build_parser(typed[0] if known is not None else None)
    except NotInstalled as error:
        _complain(words, error)
        return FAILED
    options = parser.parse_args(typed)
    try:
        settings = Settings.from_environment(os.environ)
        words = Words(getattr(options, "lang", None) or settings.language)
        group = group_of(options.command)
        assert group is not None, "the parser knows the commands of the groups and no other"
        status: int = group.load().run(options, settings, words)
        return status
    except PublicError as error:
        _complain(words, error)
        return UNUSABLE if isinstance(error, UnusableFile | UnusableOption) else FAILED
    except BrokenPipeError:
        # Whoever read our output has seen enough (`| head`); nothing more can be said there.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except KeyboardInterrupt:
        print(words.say("Stopped. Nothing was lost."), file=sys.stderr)
        return FAILED
    except Exception:  # noqa: BLE001 - recorded below; a person never sees a traceback
        log = settings.home / "errors.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a", encoding="utf-8") as file:
            file.write(traceback.format_exc())
        _complain(
            words,
            RunFailed(
                "Something went wrong that should not have. Your file was not changed; what "
                "happened is written in {log}.",
                log=str(log),
            ),
        )
        return FAILED


def _complain(words: Words, error: PublicError) -> None:
    print(words.say_message(error.message), file=sys.stderr)
