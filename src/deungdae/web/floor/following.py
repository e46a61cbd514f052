"""Follows the monitor's events: what ended, what alarms are to be told, which watch drifted.

    following.HANDLERS["shift_ended"] = hear     # (organisation, event, now); when an app is ready

How far the events were followed is stored in the transaction that holds what came of them, so that
an event is neither lost nor counted twice, whichever of several workers took it. A handler that
fails on one event is logged, and the next event is taken: one poisoned event must not silence all
alarms. No more may one organisation of which nothing can be asked silence those behind it.
"""

import logging
import threading
import traceback
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from django.db import close_old_connections, connections, transaction
from django.db.utils import OperationalError
from django.utils import timezone

from deungdae import bus
from deungdae.web.core import line
from deungdae.web.core.models import Organisation
from deungdae.web.core.scope import Scope, SystemActor
from deungdae.web.floor.models import Asset, Followed

ACTOR: Final = SystemActor("following")
_EVERYWHERE: Final = Scope.everything(ACTOR)

EVERY_SECONDS: Final = 1.0  #: an alarm is to be told within seconds
AGAIN_SECONDS: Final = 5.0  #: while there is no bus or no monitor
AT_ONCE: Final = 200

Handler = Callable[[Organisation, Mapping[str, Any], datetime], None]
#: Kind of event → what takes note of it, inside a transaction.
HANDLERS: Final[dict[str, Handler]] = {}

log = logging.getLogger(__name__)


class Follower(threading.Thread):
    """Follows the events of all organisations until `stop` is set."""

    def __init__(self, stop: threading.Event) -> None:
        super().__init__(name="following", daemon=True)
        self._stop_asked = stop

    def run(self) -> None:
        """Go on through bad moments: what was not taken note of is asked for again."""
        try:
            while not self._stop_asked.is_set():
                self._stop_asked.wait(EVERY_SECONDS if self._once() else AGAIN_SECONDS)
        finally:
            connections.close_all()

    @staticmethod
    def _once() -> bool:
        try:
            return follow_all(timezone.now())
        except (bus.Unavailable, OperationalError) as error:
            log.info("the monitor's events were not followed: %s", error)
            return False
        except Exception:  # noqa: BLE001 - written to the log, and tried again
            log.error("The events were not followed, by a mistake:\n%s", traceback.format_exc())
            return False
        finally:
            close_old_connections()


def follow_all(now: datetime) -> bool:
    """Take note of what is new in every organisation that has a line or machine.

    Return whether all could be asked; what failed in one is logged, and the next is taken. Raises
    `bus.Unavailable` when the bus itself is gone, and `OperationalError` when the database is.
    """
    having = Asset.objects.within(_EVERYWHERE).values_list("organisation_id", flat=True)
    all_well = True
    for organisation in Organisation.objects.filter(pk__in=set(having)):
        try:
            while follow(organisation, now):
                pass
        except (bus.Refusal, bus.Unavailable) as error:
            if isinstance(error, bus.Unavailable) and not line.stands():
                raise
            log.info("the events of %s were not followed: %s", organisation.public_id, error)
            all_well = False
        except OperationalError:
            raise
        except Exception:  # noqa: BLE001 - written to the log; the others' alarms must be told
            log.error(
                "The events of %s were not followed, by a mistake:\n%s",
                organisation.public_id,
                traceback.format_exc(),
            )
            all_well = False
    return all_well


def follow(organisation: Organisation, now: datetime) -> bool:
    """Take note of the next events of one organisation; say whether there may be more.

    Raises `bus.Unavailable` when nobody answers.
    """
    rows = Followed.objects.within(_EVERYWHERE)
    place, _ = rows.get_or_create(organisation=organisation)
    question = bus.Question(
        "monitor",
        "events",
        str(organisation.public_id),
        {"after": place.number, "kinds": sorted(HANDLERS), "limit": AT_ONCE},
    )
    with line.ask(question) as answer:
        told = answer.json()
    if place.epoch != told["epoch"] and place.number:
        # A new list: it may begin below where we were. What was sent is known by its key.
        rows.filter(pk=place.pk).update(epoch=told["epoch"], number=0)
        return True
    taken = [_take(organisation, place, told["epoch"], event, now) for event in told["events"]]
    if poisoned := taken.count(False):
        log.warning("of %d events of %s, %d could not be told", len(taken), organisation, poisoned)
    return len(told["events"]) >= AT_ONCE


def _take(
    organisation: Organisation, place: Followed, epoch: str, event: Mapping[str, Any], now: datetime
) -> bool:
    """Take note of one event; False for one that was passed over, for nothing can be made of it."""
    rows = Followed.objects.within(_EVERYWHERE).filter(pk=place.pk, number__lt=event["n"])
    try:
        with transaction.atomic():
            if rows.update(number=event["n"], epoch=epoch):
                HANDLERS[event["kind"]](organisation, event, now)
    except OperationalError:
        raise  # nothing was stored; the event is asked for again
    except bus.Unavailable:
        raise  # what the handler needs is not there yet
    except Exception:  # noqa: BLE001 - written to the log; the other events must be told
        log.error("An event could not be told: %s\n%s", event["key"], traceback.format_exc())
        rows.update(number=event["n"], epoch=epoch)
        return False
    return True
