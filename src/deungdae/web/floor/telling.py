"""Tells the monitor what people said, and the bus what is drawn here; repeated once a minute.

Nothing here raises while there is no bus or no monitor: each function says whether it was
confirmed. A row remembers how far it was told, so that a page can say what does not count yet.
"""

import logging
from typing import Any, Final

from deungdae import bus
from deungdae.web.core import line
from deungdae.web.core.models import Organisation
from deungdae.web.core.scope import Scope, SystemActor
from deungdae.web.floor.models import ScrapSaid, StopSaid
from deungdae.web.plant.models.told import Told

ACTOR: Final = SystemActor("floor")
WITHIN: Final = 4.0  #: seconds that the monitor has to confirm

log = logging.getLogger(__name__)


def tell_stop(said: StopSaid) -> bool:
    """Tell why a machine stood, or that it is no longer said."""
    if said.withdrawn_at is not None:
        return _asked(said, "unsay", _named(said))
    return _asked(
        said,
        "say_stop",
        _named(said)
        | {
            "asset": str(said.asset.public_id),
            "start": said.began_us,
            "end": said.ended_us,
            "state": said.state,
            "reason": said.reason,
            "by": said.by.name if said.by else None,
        },
    )


def tell_scrap(said: ScrapSaid) -> bool:
    """Tell what was set aside by hand, or that it is no longer said."""
    if said.withdrawn_at is not None:
        return _asked(said, "unsay", _named(said))
    return _asked(
        said,
        "say_scrap",
        _named(said)
        | {
            "asset": str(said.asset.public_id),
            "at": said.at_us,
            "count": said.count,
            "kind": said.kind,
            "reason": said.reason,
        },
    )


def scope_of(organisation: Organisation) -> Scope:
    """Return the scope in which this part of the program acts by itself."""
    return Scope.of_system(ACTOR, organisation)


def _named(said: Told) -> dict[str, Any]:
    return {"id": str(said.public_id), "revision": said.revision}


def _asked(row: Told, name: str, given: dict[str, Any]) -> bool:
    question = bus.Question("monitor", name, str(row.organisation.public_id), given, within=WITHIN)
    try:
        with line.ask(question) as answer:
            answer.json()
    except (bus.Unavailable, bus.Refusal) as error:
        log.info("%s was not told: %s", row, error)
        return False
    confirmed(row)
    return True


def confirmed(row: Told) -> None:
    """Note that the present revision of a row is known where it should be."""
    if row.told != row.revision:
        rows = type(row).objects.within(scope_of(row.organisation))
        rows.filter(pk=row.pk, told__lt=row.revision).update(told=row.revision)
        row.told = row.revision
