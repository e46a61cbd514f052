"""`deungdae company`, `password`, `erase` and `audit`: who may sign in, and what was done."""

import argparse
from typing import Any

from deungdae.cli.account_words import show_account
from deungdae.cli.status import DONE, FAILED
from deungdae.records.environment import Settings
from deungdae.reports.words import Words


def add(commands: Any) -> None:
    """Add the parsers of the commands."""
    company = commands.add_parser("company", help="register a company and its owner")
    company.add_argument("name", metavar="NAME", help="name of the company")
    company.add_argument("email", metavar="EMAIL", help="e-mail address of its owner")
    company.add_argument("--owner", metavar="NAME", help="name of its owner")
    password = commands.add_parser("password", help="give a person a new one-time password")
    password.add_argument("email", metavar="EMAIL", help="e-mail address of the person")
    password.add_argument(
        "--drop-second-factor", action="store_true", help="forget the phone as well"
    )
    erase = commands.add_parser("erase", help="erase what is known of a person")
    erase.add_argument("email", metavar="EMAIL", help="e-mail address of the person")
    audit = commands.add_parser("audit", help="look after the record of what was done")
    audit.add_subparsers(dest="audit", required=True, metavar="COMMAND").add_parser(
        "verify", help="check that no entry of the record was changed"
    )


def run(options: argparse.Namespace, settings: Settings, words: Words) -> int:
    """Carry out the command that was typed."""
    return {"company": _company, "password": _password, "erase": _erase, "audit": _audit}[
        options.command
    ](options, words)


def _company(options: argparse.Namespace, words: Words) -> int:
    from deungdae.web.project import start

    owner = options.owner or options.email.partition("@")[0]
    account = start.new_company(options.name, options.email, owner, words.lang)
    print(words.say("The company {name} is registered.", name=options.name))
    if account is not None:
        show_account(account.email, account.password, words)
    return DONE


def _password(options: argparse.Namespace, words: Words) -> int:
    from deungdae.web.project import start

    account = start.new_password(options.email, drop_second_factor=options.drop_second_factor)
    show_account(account.email, account.password, words)
    return DONE


def _erase(options: argparse.Namespace, words: Words) -> int:
    from deungdae.web.project import start

    count = start.erase(options.email)
    print(
        words.say(
            "What was known of {email} is erased; {count} entries of the record lost their words.",
            email=options.email,
            count=count,
        )
    )
    return DONE


def _audit(options: argparse.Namespace, words: Words) -> int:
    from deungdae.web.project import record

    return DONE if record.verify(words, print) else FAILED
