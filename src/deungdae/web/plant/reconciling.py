"""The pass of each minute: what the bus tells us is noted, what it lost is told again.

The worker runs it; apps above this one add their own work with `add`. A revocation that could not
be told when it was made is told here at last, and a bus that was replaced learns everything anew.
"""

import logging
import threading
import traceback
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from django.db import close_old_connections, connections
from django.db.utils import OperationalError
from django.utils import timezone

from deungdae import bus
from deungdae.web.core import line
from deungdae.web.core.models import Organisation
from deungdae.web.core.scope import Scope
from deungdae.web.plant import copies, telling
from deungdae.web.plant.actions.agents import NoteJoin
from deungdae.web.plant.models import Agent, ClockShift, Source, SparkplugGroup, Tag
from deungdae.web.plant.operations import watching

EVERY_SECONDS = 60.0
AGAIN_SECONDS = 5.0  #: while there is no bus
#: For a while the same PC may ask again with its code, should the answer have been lost.
USED_STAYS = timedelta(hours=1)

log = logging.getLogger(__name__)

_MORE: dict[str, Callable[[datetime], None]] = {}


def add(name: str, work: Callable[[datetime], None]) -> None:
    """Have more done each minute, while there is a bus; an app does so when it is ready.

    What fails is written to the log and tried again a minute later; the others go on.
    """
    _MORE[name] = work


class Keeper(threading.Thread):
    """Reconciles at its start and then each minute, until `stop` is set."""

    def __init__(self, stop: threading.Event) -> None:
        super().__init__(name="plant", daemon=True)
        self._stop_asked = stop

    def run(self) -> None:
        """Go on through bad minutes: the next one repairs what this one could not."""
        try:
            while not self._stop_asked.is_set():
                self._stop_asked.wait(EVERY_SECONDS if self._once() else AGAIN_SECONDS)
        finally:
            connections.close_all()

    @staticmethod
    def _once() -> bool:
        now = timezone.now()
        works = (("plant", each_minute), *_MORE.items())
        # Whatever one of them meets, the others have their turn.
        return sum(_done(name, work, now) for name, work in works) == len(works)


def _done(name: str, work: Callable[[datetime], None], now: datetime) -> bool:
    try:
        work(now)
    except (bus.Unavailable, OperationalError) as error:
        log.info("the %s was not reconciled: %s", name, error)
        return False
    except Exception:  # noqa: BLE001 - written to the log, and the next minute tries again
        log.error("The %s was not reconciled, by a mistake:\n%s", name, traceback.format_exc())
    finally:
        close_old_connections()
    return True


def each_minute(now: datetime) -> None:
    """Bring database and bus together; raises `bus.Unavailable` when there is no bus."""
    reconcile(now)
    watching.observe(now)


def reconcile(now: datetime) -> None:
    """Note who joined and who was seen; tell the bus whatever it does not know."""
    everything = Scope.everything(telling.ACTOR)
    joins = line.items(bus.JOINS)
    agents = list(Agent.objects.within(everything).select_related("organisation", "site"))
    for agent in agents:
        note_join(agent, joins.get(agent.code_hash), now)
        telling.tell_agent(agent)
    _tidy_joins({agent.code_hash for agent in agents}, joins, now)
    _note_seen(everything, agents)
    for source in Source.objects.within(everything).select_related("organisation"):
        telling.tell_source(source)
    for group in SparkplugGroup.objects.within(everything).select_related("organisation"):
        telling.tell_group(group)
    _tell_tags(everything)


def note_join(agent: Agent, join: bus.Join | None, now: datetime) -> bool:
    """Write down that an agent has joined with its code; say whether there was something new."""
    if join is None or join.used_us is None or join.edge != agent.edge:
        return False
    if join.token == agent.token_hash:
        return False
    scope = Scope.of_system(telling.ACTOR, agent.organisation)
    NoteJoin(
        scope=scope, organisation=agent.organisation, agent=agent, join=join, now=now
    ).perform()
    return True


def _tidy_joins(current: set[str], joins: dict[str, bus.Join], now: datetime) -> None:
    """Remove codes that another one replaced, and those that were used a while ago."""
    past = copies.microseconds(now - USED_STAYS)
    for key, join in joins.items():
        if key not in current or (join.used_us is not None and join.used_us < past):
            line.delete(bus.JOINS, key)


def _note_seen(scope: Scope, agents: list[Agent]) -> None:
    for agent in agents:
        status = line.get(bus.STATUS, str(agent.organisation.public_id), agent.edge)
        if status is None:
            continue
        seen = datetime.fromtimestamp(status.seen_us / 1e6, UTC)
        if agent.seen_at is None or seen > agent.seen_at:
            Agent.objects.within(scope).filter(pk=agent.pk).update(seen_at=seen)


def _tell_tags(scope: Scope) -> None:
    described = Tag.objects.within(scope).exclude(origin="")
    sources = set(described.values_list("organisation_id", "origin"))
    sources |= set(ClockShift.objects.within(scope).values_list("organisation_id", "source"))
    organisations = Organisation.objects.in_bulk({key for key, _ in sources})
    for key, source in sorted(sources):
        telling.tell_tags(organisations[key], source)
