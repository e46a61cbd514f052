"""What a configuration tells of a tag beside where it comes from: for those who look at it."""

from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol, TypeVar

from deungdae.edge.fields import NO_TAG, Fields
from deungdae.records.messages import message
from deungdae.records.readings import TagPath

MOST_UNIT_SIGNS = 32
LONGEST_SECONDS = 31_622_400.0  #: a year


class About(NamedTuple):
    """Unit and expected interval of a tag, where they are known."""

    unit: str | None
    expected_seconds: float | None


def about(fields: Fields) -> About:
    """Read both from a table that names one tag."""
    unit = fields.text("unit") if fields.has("unit") else None
    if unit is not None and len(unit) > MOST_UNIT_SIGNS:
        fields.complain(message("The unit is longer than {most} signs.", most=MOST_UNIT_SIGNS))
    if not fields.has("expected_seconds"):
        return About(unit, None)
    return About(unit, fields.number("expected_seconds", 0.001, LONGEST_SECONDS))


class Wanted(Protocol):
    """What a driver is to read of a machine under one tag."""

    @property
    def tag(self) -> TagPath:
        """Where its readings go."""


Each = TypeVar("Each", bound=Wanted)


def read_each(
    fields: Fields, name: str, read: Callable[[Fields], Each]
) -> tuple[tuple[Each, ...], list[TagPath], Mapping[str, About]]:
    """Read the tables of a driver whose tags are written one by one, each tag once.

    Returns what is wanted, the tags, and what is told of them.
    """
    wanted, known = [], {}
    for part in fields.tables(name):
        wanted.append(read(part))
        known[str(wanted[-1].tag)] = about(part)
        part.close()
    tags = [one.tag for one in wanted if one.tag != NO_TAG]
    for tag in sorted({tag for tag in tags if tags.count(tag) > 1}):
        fields.complain(message("The tag “{tag}” is named twice.", tag=tag))
    return tuple(wanted), tags, known


def about_tags(fields: Fields) -> Mapping[str, About]:
    """Read the tables [[driver.tag]] of a driver whose tags are not written one by one."""
    found = {}
    for part in fields.tables("tag", needed=False):
        found[str(part.tag("tag"))] = about(part)
        part.close()
    return found
