"""`deungdae quota`: how many points a minute a company may send, for who runs the server."""

import argparse
import re
from typing import Any

from deungdae.cli.status import DONE
from deungdae.records.environment import Settings
from deungdae.records.errors import RunFailed, UnusableOption
from deungdae.reports.words import Words

NO_BOUND = "none"
_AMOUNT = re.compile(r"[0-9]{1,15}")


def add(commands: Any) -> None:
    """Add the parser of the command."""
    quota = commands.add_parser("quota", help="bound how many points a company may send")
    quota.add_argument("company", metavar="COMPANY", help="name of the company, or its id")
    quota.add_argument(
        "points", metavar="POINTS", nargs="?", help=f"points a minute, or {NO_BOUND}; shown without"
    )


def run(options: argparse.Namespace, settings: Settings, words: Words) -> int:
    """Show or change how much a company may send; it counts within a moment."""
    points: str | None = options.points
    if points is not None and points != NO_BOUND and _AMOUNT.fullmatch(points) is None:
        raise UnusableOption(
            "{text} is no number of points; write a whole number, or {none}.",
            text=points,
            none=NO_BOUND,
        )
    from deungdae import bus
    from deungdae.web.core import line

    name, key = _company(options.company)
    try:
        if points == NO_BOUND:
            line.delete(bus.QUOTAS, key)
        elif points is not None:
            line.put(bus.QUOTAS, bus.Quota(key, int(points)), key)
        known = line.get(bus.QUOTAS, key)
    except bus.Unavailable as error:
        raise RunFailed(
            "The bus does not answer; start it first with: {command}", command="deungdae gateway"
        ) from error
    finally:
        line.hang_up()
    if known is None:
        print(words.say("{name} may send as many points as it likes.", name=name))
    else:
        most = known.points_per_minute
        print(words.say("{name} may send {most} points a minute.", name=name, most=most))
    return DONE


def _company(text: str) -> tuple[str, str]:
    """Return name and id of the company that is meant."""
    from deungdae.web.project import start

    start.bring_tables_up_to_date()
    from deungdae.web.core.models import Organisation

    found = [
        (company.name, str(company.public_id))
        for company in Organisation.objects.all()
        if text in (company.name, str(company.public_id))
    ]
    if not found:
        raise UnusableOption("There is no company {name}.", name=text)
    if len(found) > 1:
        raise UnusableOption(
            "{count} companies are called {name}; give the id of one: {ids}.",
            count=len(found),
            name=text,
            ids=", ".join(key for _, key in found),
        )
    return found[0]
