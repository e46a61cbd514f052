"""Tells the bus which watches there are; repeated once a minute.

Nothing here but `reconcile` raises while there is no bus. A row remembers how far it was told.
"""

import logging
from datetime import datetime
from typing import Final

from deungdae import bus
from deungdae.web.core import line
from deungdae.web.core.scope import Scope, SystemActor
from deungdae.web.watches import copies
from deungdae.web.watches.models import Watch

ACTOR: Final = SystemActor("watches")

log = logging.getLogger(__name__)


def tell_watch(watch: Watch) -> bool:
    """Tell one watch, or that it is no longer in use; say whether it was confirmed."""
    try:
        _send(watch)
    except bus.Unavailable as error:
        log.info("the watch %s was not told: %s", watch, error)
        return False
    return True


def reconcile(now: datetime) -> None:
    """Tell whatever the bus does not know; raises `bus.Unavailable`."""
    rows = Watch.objects.within(Scope.everything(ACTOR)).select_related("asset", "organisation")
    known = set()
    for watch in rows:
        _send(watch)
        if watch.retired_at is None:
            known.add(str(watch.public_id))
    for record in line.all(bus.WATCHES):
        if record.watch not in known:
            line.delete(bus.WATCHES, record.organisation, record.watch)


def _send(watch: Watch) -> None:
    key = (str(watch.organisation.public_id), str(watch.public_id))
    told = line.get(bus.WATCHES, *key)
    if watch.retired_at is not None:
        if told is not None:
            line.delete(bus.WATCHES, *key)
    elif told != (record := copies.record(watch)):
        line.put(bus.WATCHES, record, *key)
    if watch.untold:
        scope = Scope.of_system(ACTOR, watch.organisation)
        mine = Watch.objects.within(scope).filter(pk=watch.pk, told__lt=watch.revision)
        mine.update(told=watch.revision)
