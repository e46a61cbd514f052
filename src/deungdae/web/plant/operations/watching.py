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
        row = before.get(status.edge)
        _Look(organisation, status, row, now).note()
        Watched.objects.within(WATCH).update_or_create(
            organisation=organisation,
            edge=status.edge,
            defaults={"at": now, "document": _kept(status)},
        )


def _kept(status: Any) -> dict[str, Any]:
    """Return what the next look compares with."""
    document = status.document
    return {
        "seen_us": status.seen_us,
        "applied": document.get("applied"),
        "clock_error_us": document.get("clock_error_us"),
        "losses": document.get("losses") or [],
        "lags": {
            driver.get("name", ""): driver.get("source_lag_us")
            for driver in document.get("drivers") or []
        },
    }


class _Look:
    """One look at one agent."""

    def __init__(
        self, organisation: Organisation, status: Any, row: Watched | None, now: datetime
    ) -> None:
        self._organisation, self._edge, self._now = organisation, status.edge, now
        self._seen_us: int = status.seen_us
        self._new: Mapping[str, Any] = status.document
        self._old: Mapping[str, Any] = row.document if row else {}
        #: Since when what is new may have been so.
        self._since = row.at if row else now
        self._known = row is not None
        open_now = Episode.objects.within(WATCH).filter(
            organisation=organisation, edge=self._edge, ended_at=None
        )
        self._open = {(one.what, one.subject): one for one in open_now}

    def note(self) -> None:
        """Open and close episodes."""
        silent = microseconds(self._now) - self._seen_us > SILENT_US
        self._hold(_What.SILENT, "", silent, began=moment(self._seen_us))
        if silent:
            return  # it tells nothing of its machines; what was so may still be
        drivers = [one for one in self._new.get("drivers") or [] if isinstance(one, dict)]
        names = {str(driver.get("name", "")) for driver in drivers}
        for driver in drivers:
            problem, name = driver.get("problem"), str(driver.get("name", ""))
            last = driver.get("last_us")
            began = max(self._since, moment(last)) if isinstance(last, int) else self._since
            self._hold(
                _What.UNREACHABLE, name, bool(problem), began=min(began, self._now), problem=problem
            )
        for what, subject in list(self._open):
            if what == _What.UNREACHABLE and subject not in names:
                self._hold(_What.UNREACHABLE, subject, False)  # it is no longer configured
        refused = self._new.get("refused") or {}
        self._hold(_What.REFUSED, "", bool(refused), number=refused.get("number"))
        if self._known:
            self._changes()

    def _changes(self) -> None:
        applied = self._new.get("applied")
        if applied is not None and applied != self._old.get("applied"):
            self._point(_What.CONFIGURED, "", number=applied)
        by_us = _difference(self._new.get("clock_error_us"), self._old.get("clock_error_us"))
        if abs(by_us) >= JUMP_US:
            self._point(_What.CLOCK, "", by_us=by_us)
        for name, lag_us in _kept_lags(self._new).items():
            # Behind by less than before: the machine's clock went forward.
            by_us = -_difference(lag_us, (self._old.get("lags") or {}).get(name))
            if abs(by_us) >= 2 * JUMP_US:
                self._point(_What.MACHINE_CLOCK, name, by_us=by_us)
        before = {
            (one.get("source"), one.get("reason")): one for one in self._old.get("losses") or []
        }
        for loss in self._new.get("losses") or []:
            known = before.get((loss.get("source"), loss.get("reason"))) or {}
            more = (loss.get("readings") or 0) - (known.get("readings") or 0)
            if more > 0:
                first = loss["first_us"] if not known else max(known["last_us"], loss["first_us"])
                self._lost(f"{loss['source']}:{loss['reason']}", more, first, loss["last_us"])

    def _hold(
        self, what: str, subject: str, so: bool, began: datetime | None = None, **about: Any
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
            now_open.ended_at = max(self._now, now_open.began_at)
            if what == _What.SILENT:  # it was heard from before this look
                now_open.ended_at = max(moment(self._seen_us), now_open.began_at)
            now_open.save(update_fields=["ended_at"])

    def _point(self, what: str, subject: str, **about: Any) -> None:
        self._make(what, subject, self._now, self._now, about=about)

    def _lost(self, subject: str, more: int, first_us: int, last_us: int) -> None:
        again = self._latest(_What.LOST, subject)
        began, ended = moment(first_us), moment(max(first_us, last_us))
        if again and again.ended_at and began - again.ended_at < AGAIN:
            again.ended_at, again.count = max(ended, again.ended_at), again.count + more
            again.save(update_fields=["ended_at", "count"])
        else:
            self._make(_What.LOST, subject, began, ended, count=more)

    def _latest(self, what: str, subject: str) -> Episode | None:
        found: Episode | None = (
            Episode.objects.within(WATCH)
            .filter(organisation=self._organisation, edge=self._edge, what=what, subject=subject)
            .first()
        )
        return found

    def _make(
        self, what: str, subject: str, began: datetime, ended: datetime | None, **more: Any
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


def _kept_lags(document: Mapping[str, Any]) -> dict[str, Any]:
    return {
        str(driver.get("name", "")): driver.get("source_lag_us")
        for driver in document.get("drivers") or []
    }


def _difference(new: Any, old: Any) -> int:
    return new - old if isinstance(new, int) and isinstance(old, int) else 0
