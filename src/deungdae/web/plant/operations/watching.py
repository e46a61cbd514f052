"""The watch: once a minute it looks how each agent is, and notes what has changed since.

The bus keeps only what an agent told last. Whoever asks on Monday why Saturday night is missing
needs what was so on Saturday night, so the changes are kept as episodes: from when to when which
thing was so. What is still so has no end. Short breaks of one thing are one episode, with a count,
so that a machine that flickers does not fill the database.

Nothing here is done by somebody: these are observations, and no entries of the record.
"""

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction

from deungdae import bus
from deungdae.web.core import line
from deungdae.web.core.models import Organisation
from deungdae.web.core.scope import Scope, SystemActor
from deungdae.web.plant.models import Episode, Watched
from deungdae.web.plant.operations.clocks import BEARABLE_US
from deungdae.web.plant.operations.facts import Report, plain, report_of
from deungdae.web.plant.operations.judging import SILENT_US
from deungdae.web.plant.operations.spans import MINUTE_US, microseconds, moment

#: Between two looks at most; if it took longer, nobody watched in between.
MISSED_US: Final = 4 * MINUTE_US
#: What comes again within this time is the same episode.
AGAIN: Final = timedelta(minutes=5)
JUMP_US: Final = BEARABLE_US  #: by which a clock must have changed at once
KEPT: Final = timedelta(days=800)  #: after its end

WATCH: Final = Scope.everything(SystemActor("watch"))

_What = Episode.What
_log = logging.getLogger(__name__)


def observe(now: datetime) -> bool:
    """Look at all agents; False when the bus does not answer, and nothing was learned."""
    try:
        told = line.all(bus.STATUS)
    except bus.Unavailable as error:
        _log.info("the agents cannot be watched: %s", error)
        return False
    keys = {one.organisation for one in told}
    organisations = {str(o.public_id): o for o in Organisation.objects.filter(public_id__in=keys)}
    for organisation in organisations.values():
        mine = [one for one in told if one.organisation == str(organisation.public_id)]
        with transaction.atomic():
            _observe_one(organisation, mine, now)
    Episode.objects.within(WATCH).filter(ended_at__lt=now - KEPT).delete()
    return True


def _observe_one(organisation: Organisation, told: Iterable[Any], now: datetime) -> None:
    before = {
        row.edge: row for row in Watched.objects.within(WATCH).filter(organisation=organisation)
    }
    if before:
        last = max(row.at for row in before.values())
        if microseconds(now) - microseconds(last) > MISSED_US:
            Episode.objects.create(
                organisation=organisation, what=_What.UNWATCHED, began_at=last, ended_at=now
            )
    for status in told:
        known = report(status)
        _Look(organisation, status.edge, known, before.get(status.edge), now).note()
        Watched.objects.within(WATCH).update_or_create(
            organisation=organisation,
            edge=status.edge,
            defaults={"at": now, "document": _kept(known)},
        )


def report(status: bus.Status) -> Report:
    """Return what is known of an agent by its entry on the bus."""
    return report_of(
        status.seen_us,
        status.document,
        clock_error_us=status.clock_error_us,
        refusal=status.refusal_said or status.refusal,
    )


def _kept(known: Report) -> dict[str, Any]:
    """Return what the next look compares with."""
    return {
        "applied": known.applied,
        "clock_error_us": known.clock_error_us,
        "losses": [
            [loss.source, loss.reason, loss.readings, loss.last_us] for loss in known.losses
        ],
        "lags": {driver.name: driver.lag_us for driver in known.drivers},
    }


class _Look:
    """One look at one agent."""

    def __init__(
        self,
        organisation: Organisation,
        edge: str,
        known: Report,
        row: Watched | None,
        now: datetime,
    ) -> None:
        self._organisation, self._edge, self._now = organisation, edge, now
        self._new = known
        self._old: Mapping[str, Any] | None = row.document if row else None
        #: Since when what is new may have been so.
        self._since = row.at if row else now
        open_now = Episode.objects.within(WATCH).filter(
            organisation=organisation, edge=edge, ended_at=None
        )
        self._open = {(one.what, one.subject): one for one in open_now}

    def note(self) -> None:
        """Open and close episodes."""
        seen = moment(self._new.seen_us)
        silent = self._now - seen > timedelta(microseconds=SILENT_US)
        self._hold(_What.SILENT, "", silent, began=seen, ended=seen)
        if silent:
            return  # it tells nothing of its machines; what was so may still be
        names = {driver.name for driver in self._new.drivers}
        for driver in self._new.drivers:
            began = self._since
            if driver.last_us is not None:
                began = min(self._now, max(began, moment(driver.last_us)))
            so, problem = bool(driver.problem), plain(driver.problem)
            self._hold(_What.UNREACHABLE, driver.name, so, began=began, problem=problem)
        for what, subject in list(self._open):
            if what == _What.UNREACHABLE and subject not in names:
                self._hold(_What.UNREACHABLE, subject, False)  # it is no longer configured
        refused = self._new.refused
        number = refused[0] if refused else None
        self._hold(_What.REFUSED, "", refused is not None, number=number)
        if self._old is not None:
            self._changes(self._old)

    def _changes(self, old: Mapping[str, Any]) -> None:
        if self._new.applied is not None and self._new.applied != old["applied"]:
            self._point(_What.CONFIGURED, "", number=self._new.applied)
        by_us = _difference(self._new.clock_error_us, old["clock_error_us"])
        if abs(by_us) >= JUMP_US:
            self._point(_What.CLOCK, "", by_us=by_us)
        for driver in self._new.drivers:
            # Behind by less than before: the machine's clock went forward.
            by_us = -_difference(driver.lag_us, old["lags"].get(driver.name))
            if abs(by_us) >= 2 * JUMP_US:
                self._point(_What.MACHINE_CLOCK, driver.name, by_us=by_us)
        before = {(source, reason): rest for source, reason, *rest in old["losses"]}
        for loss in self._new.losses:
            readings, last_us = before.get((loss.source, loss.reason), (0, loss.first_us))
            # An agent with a new buffer counts from nothing again.
            more = loss.readings - readings if loss.readings >= readings else loss.readings
            if more > 0:
                first_us = min(max(last_us, loss.first_us), loss.last_us)
                self._lost(f"{loss.source}:{loss.reason}", more, first_us, loss.last_us)

    def _hold(
        self,
        what: Any,
        subject: str,
        so: bool,
        *,
        began: datetime | None = None,
        ended: datetime | None = None,
        **about: Any,
    ) -> None:
        """Let an episode be open as long as something is so."""
        now_open = self._open.get((what, subject))
        if so and now_open is None:
            began = began or self._since
            again = self._latest(what, subject)
            if again and again.ended_at and began - again.ended_at < AGAIN:
                again.ended_at, again.count, again.about = None, again.count + 1, about
                again.save(update_fields=["ended_at", "count", "about"])
            else:
                self._make(what, subject, began, None, about=about)
        elif so and now_open is not None and about and now_open.about != about:
            now_open.about = about
            now_open.save(update_fields=["about"])
        elif not so and now_open is not None:
            now_open.ended_at = max(ended or self._now, now_open.began_at)
            now_open.save(update_fields=["ended_at"])

    def _point(self, what: Any, subject: str, **about: Any) -> None:
        self._make(what, subject, self._now, self._now, about=about)

    def _lost(self, subject: str, more: int, first_us: int, last_us: int) -> None:
        again = self._latest(_What.LOST, subject)
        began, ended = moment(first_us), moment(max(first_us, last_us))
        if again and again.ended_at and began - again.ended_at < AGAIN:
            again.ended_at, again.count = max(ended, again.ended_at), again.count + more
            again.save(update_fields=["ended_at", "count"])
        else:
            self._make(_What.LOST, subject, began, ended, count=more)

    def _latest(self, what: Any, subject: str) -> Episode | None:
        found: Episode | None = (
            Episode.objects.within(WATCH)
            .filter(organisation=self._organisation, edge=self._edge, what=what, subject=subject)
            .first()
        )
        return found

    def _make(
        self, what: Any, subject: str, began: datetime, ended: datetime | None, **more: Any
    ) -> None:
        Episode.objects.create(
            organisation=self._organisation,
            edge=self._edge,
            what=what,
            subject=subject[:200],
            began_at=began,
            ended_at=ended,
            **more,
        )


def _difference(new: int | None, old: Any) -> int:
    return new - old if isinstance(new, int) and isinstance(old, int) else 0
