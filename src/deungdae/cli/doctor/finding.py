"""What one look found: how it stands, in a sentence, and what to do about it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from deungdae.records.environment import Settings
from deungdae.records.messages import Message


class Level(StrEnum):
    """How it stands. `WARNING`: it works, and will not for long, or not as well as it could."""

    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True)
class Finding:
    """One sentence on one matter; `help` says what to do."""

    matter: str
    level: Level
    what: Message
    help: Message | None = None


#: Looks at one matter; an installation that cannot even be looked at gives a finding as well.
Look = Callable[[Settings], Iterator[Finding]]


def good(matter: str, what: Message) -> Finding:
    """Return a finding that all is well."""
    return Finding(matter, Level.GOOD, what)


def warning(matter: str, what: Message, help: Message) -> Finding:  # noqa: A002 - the field's name
    """Return a finding that asks for attention."""
    return Finding(matter, Level.WARNING, what, help)


def bad(matter: str, what: Message, help: Message) -> Finding:  # noqa: A002 - the field's name
    """Return a finding that something does not work."""
    return Finding(matter, Level.BAD, what, help)
