"""What tags and alarms are called on the pages of watches, and which tags a machine has."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from deungdae import bus
from deungdae.web.core import line
from deungdae.web.core.scope import Scope
from deungdae.web.floor.models import Asset, Signal
from deungdae.web.plant.explorer import finding
from deungdae.web.watches.models import Watch

MOST_TAGS: Final = 100
#: What these signals say is no matter of how the machine is: they count, or name something.
NO_LEVEL: Final = frozenset(
    {
        *(Signal.Role.COUNTER, Signal.Role.GOOD, Signal.Role.SCRAP, Signal.Role.REWORK),
        *(Signal.Role.STATE, Signal.Role.RUN, Signal.Role.PRODUCT, Signal.Role.LOT),
        *(Signal.Role.FAULT, Signal.Role.ENERGY),
    }
)


def names(scope: Scope) -> Mapping[str, str]:
    """Return the label of each tag, or the last part of its path."""
    known = finding.known(scope)
    return {path: about.label or path.rpartition("/")[2] for path, about in known.items()}


def units(scope: Scope) -> Mapping[str, str]:
    """Return the unit of each tag that has one."""
    return {path: about.unit for path, about in finding.known(scope).items() if about.unit}


def alarms(watch: Watch) -> Sequence[Mapping[str, str]]:
    """Return the alarms that look at a watch, by name; none while the bus is away.

    Their rows belong to an app beside this one; what it told the bus is enough.
    """
    mine = str(watch.organisation.public_id), str(watch.public_id)
    try:
        records = line.all(bus.ALARMS)
    except bus.Unavailable:
        return ()
    found = [
        {"rule": one.rule, "name": str(one.document.get("name") or "")}
        for one in records
        if (one.organisation, one.document.get("watch")) == mine
    ]
    return sorted(found, key=lambda one: one["name"])


def of_machine(scope: Scope, asset: Asset) -> list[str]:
    """Return the tags of a machine: its signals, and all below its path."""
    signals = Signal.objects.within(scope).filter(asset=asset).values_list("tag", flat=True)
    own = list(signals)
    if asset.path:
        below = asset.path.rstrip("/") + "/"
        own += sorted(path for path in finding.known(scope) if path.startswith(below))
    return list(dict.fromkeys(own))[:MOST_TAGS]


def without_level(scope: Scope, asset: Asset) -> set[str]:
    """Return the tags that only count or name something."""
    rows = Signal.objects.within(scope).filter(asset=asset, role__in=NO_LEVEL)
    return set(rows.values_list("tag", flat=True))


def with_levels(told: Iterable[Mapping[str, str]], without: set[str]) -> list[str]:
    """Return the tags of a preview that are worth watching."""
    return [one["tag"] for one in told if one["use"] == "yes" and one["tag"] not in without]
