"""What a configuration tells of a tag beside where it comes from: for those who look at it."""

from collections.abc import Mapping
from typing import NamedTuple

from deungdae.edge.fields import Fields
from deungdae.records.messages import message

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


def about_tags(fields: Fields) -> Mapping[str, About]:
    """Read the tables [[driver.tag]] of a driver whose tags are not written one by one."""
    found = {}
    for part in fields.tables("tag", needed=False):
        found[str(part.tag("tag"))] = about(part)
        part.close()
    return found
