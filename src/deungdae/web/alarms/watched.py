"""Anomaly watches as alarms look at them: what they are called, and what they found.

The rows of watches belong to an app beside this one; what it told the bus is enough.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from deungdae import bus
from deungdae.web.alarms.models import AlarmRule
from deungdae.web.core import line, tags
from deungdae.web.core.models import Organisation
from deungdae.web.core.scope import Scope
from deungdae.web.floor import asking

SECOND_US: Final = 1_000_000
MINUTE_US: Final = 60 * SECOND_US
LONGEST_US: Final = 24 * 60 * MINUTE_US  #: of what is looked at behind the beginning of an alarm


@dataclass(frozen=True)
class Blamed:
    """A tag to blame, and how much of what is unlike comes from it."""

    name: str
    tag: str
    percent: int


@dataclass(frozen=True)
class Anomaly:
    """What a watch found at the time of an alarm. `began` names it in its address."""

    began: int
    tags: Sequence[Blamed]


def known(organisation: Organisation) -> dict[str, Mapping[str, Any]]:
    """Return the watches of an organisation by id; {} while the bus is away."""
    key = str(organisation.public_id)
    try:
        records = line.all(bus.WATCHES)
    except bus.Unavailable:
        return {}
    return {one.watch: one.document for one in records if one.organisation == key}


def anomaly(scope: Scope, rule: AlarmRule, since_us: int, until_us: int) -> Anomaly | None:
    """Return what the rule's watch found when an alarm came; None where nobody knows."""
    start = since_us - round(rule.seconds("on_seconds") * SECOND_US) - MINUTE_US
    given = {
        "watch": str(rule.watch_id),
        "start": start,
        "end": min(max(until_us, since_us) + 1, since_us + LONGEST_US),
    }
    heard = asking.ask(rule.organisation, "watch", given)
    found = (heard.found or {}).get("anomalies") or []
    if not found:
        return None
    # The one during which it came; an alarm far below the limit may have come before it.
    before = [one for one in found if one["began"] <= since_us]
    one = before[-1] if before else found[0]
    about = tags.described(scope, rule.organisation)
    blamed = [
        Blamed(_name(about, tag), tag, round(100 * share)) for tag, share, _far in one["blames"]
    ]
    return Anomaly(one["began"], blamed)


def _name(about: Mapping[str, tags.Described], tag: str) -> str:
    label = about[tag].label if tag in about else ""
    return label or tag.rpartition("/")[2]
