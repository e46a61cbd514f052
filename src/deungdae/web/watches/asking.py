"""Questions about watches to the monitor."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from deungdae.web.core.models import Organisation
from deungdae.web.floor import asking
from deungdae.web.floor.models import Asset
from deungdae.web.watches.models import Watch

QUICK_SECONDS: Final = 6.0
LONG_SECONDS: Final = 20.0


def now(organisation: Organisation) -> asking.Heard[Mapping[str, Any]]:
    """Return how each watch stands, by its id."""
    told = asking.ask(organisation, "watches", {}, QUICK_SECONDS)
    found = told.found.get("watches", {}) if isinstance(told.found, Mapping) else {}
    return asking.Heard(found, told.problem, told.away)


def one(watch: Watch, start_us: int, end_us: int) -> asking.Heard[Mapping[str, Any] | None]:
    """Return how a watch stands, what it learned, its scores and anomalies between two instants."""
    given = {"watch": str(watch.public_id), "start": start_us, "end": end_us}
    return asking.ask(watch.organisation, "watch", given, QUICK_SECONDS)


def preview(
    asset: Asset, tags: Sequence[str], start_us: int, end_us: int
) -> asking.Heard[Mapping[str, Any] | None]:
    """Return what a good period would be made of, and a proposal."""
    given = {
        "asset": asking.key(asset),
        "tags": list(tags),
        "start": start_us,
        "end": end_us,
    }
    return asking.ask(asset.organisation, "watch_preview", given, LONG_SECONDS)


def learn(watch: Watch) -> asking.Heard[Any]:
    """Have the same period learned once more."""
    given = {"watch": str(watch.public_id)}
    return asking.ask(watch.organisation, "watch_learn", given, QUICK_SECONDS)
