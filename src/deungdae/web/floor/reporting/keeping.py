"""Makes reports when shifts end, holds them against late data, and sends them to who wants them.

The event of a shift's end leaves a row that waits for its figures (revision 0), so that no question
to the monitor is asked while the database is locked. A row whose figures cannot be had yet is tried
again; nothing is lost while the monitor is away. Each organisation has its turn in every pass, so
that one whose figures cannot be had holds up no other.
"""

import logging
import traceback
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import F, QuerySet
from django.db.utils import OperationalError
from django.utils import translation

from deungdae import bus
from deungdae.web.core import line, outgoing
from deungdae.web.core.models import Membership, Organisation
from deungdae.web.core.scope import Scope, SystemActor
from deungdae.web.floor.models import Asset, ReportSubscription, ShiftReport
from deungdae.web.floor.reasons import words
from deungdae.web.floor.reporting.comparing import changes
from deungdae.web.floor.reporting.gathering import NotThere, gather, good
from deungdae.web.floor.reporting.telling import letter

ACTOR: Final = SystemActor("shift reports")
_EVERYWHERE: Final = Scope.everything(ACTOR)

#: So long a report is held against what the monitor says, which may learn more.
REVISED_FOR: Final = timedelta(days=3)
LOOKED_EVERY: Final = timedelta(minutes=20)
#: A shift whose figures cannot be had for so long has none.
GIVEN_UP: Final = timedelta(days=7)
#: Of a report that is made later than this after its shift, nobody is told by mail.
LATE: Final = timedelta(hours=12)
#: Reports of one organisation in one pass.
FILLED_AT_ONCE: Final = 50
REVIEWED_AT_ONCE: Final = 10

Work = Callable[[ShiftReport, datetime], bool]

log = logging.getLogger(__name__)


def ended(organisation: Organisation, event: Mapping[str, Any], now: datetime) -> None:
    """Take note that a shift has ended; the figures follow (`fill`)."""
    document = event["document"]
    scope = Scope.of_system(ACTOR, organisation)
    asset = Asset.objects.within(scope).filter(public_id=document["asset"]).first()
    if asset is None or not document.get("name"):
        return
    rows = ShiftReport.objects.within(scope)
    where = {"asset": asset, "day": document["day"], "shift": document["name"]}
    if not rows.filter(**where).exists():
        rows.create(
            organisation=organisation,
            **where,
            began_at=_moment(document["start"]),
            ended_at=_moment(document["end"]),
            made_at=now,
        )


def fill(now: datetime) -> int:
    """Make the reports whose shifts have ended; return how many."""
    waiting = ShiftReport.objects.within(_EVERYWHERE).filter(revision=0)
    waiting.filter(made_at__lt=now - GIVEN_UP).delete()
    return _each_in_turn(waiting, now, _fill, FILLED_AT_ONCE)


def review(now: datetime) -> int:
    """Hold the reports of the last days against what is known now; return how many changed."""
    rows = ShiftReport.objects.within(_EVERYWHERE).filter(
        current=True, revision__gt=0, ended_at__gte=now - REVISED_FOR
    )
    due = rows.filter(looked_at__lt=now - LOOKED_EVERY)
    return _each_in_turn(due, now, _review, REVIEWED_AT_ONCE)


def pass_once(now: datetime) -> None:
    """Do what is due."""
    fill(now)
    review(now)


def _each_in_turn(due: "QuerySet[ShiftReport]", now: datetime, work: Work, most: int) -> int:
    """Do the work with some reports of every organisation, those first that waited longest."""
    done = 0
    for organisation in sorted(set(due.order_by().values_list("organisation_id", flat=True))):
        own = due.filter(organisation_id=organisation).select_related("asset", "organisation")
        order = (F("looked_at").asc(nulls_first=True), "-ended_at", "pk")
        for report in own.order_by(*order)[:most]:
            try:
                done += _careful(report, now, work)
            except bus.Unavailable as error:
                if not line.stands():
                    raise
                log.info("the report of %s is not to be had now: %s", report, error)
                break  # it would be so with the next one; other organisations have their turn
    return done


def _careful(report: ShiftReport, now: datetime, work: Work) -> int:
    """Do it; one that fails is noted, and stands behind the others then."""
    try:
        return int(work(report, now))
    except NotThere:
        _looked(report, now)  # the monitor knows no such shift any more, or not yet
    except bus.Unavailable:
        _looked(report, now)
        raise
    except bus.Refusal as error:
        _looked(report, now)
        log.info("the report of %s is not to be had: %s", report, error)
    except OperationalError:
        raise
    except Exception:  # noqa: BLE001 - written to the log; the other reports must be made
        log.error("A shift report was not made: %s\n%s", report, traceback.format_exc())
        _looked(report, now)
    return 0


def _looked(report: ShiftReport, now: datetime) -> None:
    ShiftReport.objects.within(_EVERYWHERE).filter(pk=report.pk).update(looked_at=now)


def _figures(document: Mapping[str, Any]) -> dict[str, Any]:
    shift = document["shift"]
    return {"good": good(shift), "oee": (shift.get("figures") or {}).get("oee")}


def _gather(report: ShiftReport) -> dict[str, Any]:
    scope = Scope.of_system(ACTOR, report.organisation)
    return gather(scope, report.asset, _day(report.day).isoformat(), report.shift)


def _day(day: Any) -> date:
    return day if isinstance(day, date) else date.fromisoformat(str(day))


def _fill(report: ShiftReport, now: datetime) -> bool:
    document = _gather(report)
    with transaction.atomic():
        mine = ShiftReport.objects.within(_EVERYWHERE).filter(pk=report.pk, revision=0)
        values = {"revision": 1, "document": document, "made_at": now, "looked_at": now}
        if not mine.update(**values, **_figures(document)):
            return False  # another worker was first
        report.refresh_from_db()
        _send(report, now)
    return True


def _review(report: ShiftReport, now: datetime) -> bool:
    document = _gather(report)
    found = changes(report.document, document)
    rows = ShiftReport.objects.within(_EVERYWHERE).filter(pk=report.pk, current=True)
    if not found:
        rows.update(looked_at=now)
        return False
    with transaction.atomic():
        if not rows.update(current=False, looked_at=now):
            return False
        ShiftReport.objects.create(
            organisation=report.organisation,
            asset=report.asset,
            day=report.day,
            shift=report.shift,
            revision=report.revision + 1,
            began_at=report.began_at,
            ended_at=report.ended_at,
            document=document,
            changes=found,
            made_at=now,
            looked_at=now,
            **_figures(document),
        )
    return True


def _send(report: ShiftReport, now: datetime) -> None:
    scope = Scope.of_system(ACTOR, report.organisation)
    asked = ReportSubscription.objects.within(scope).filter(asset=report.asset)
    members = set(
        Membership.objects.within(scope)
        .filter(organisation=report.organisation, person__is_active=True)
        .values_list("person_id", flat=True)
    )
    for one in asked.select_related("person"):
        if one.person_id not in members:
            continue
        person = one.person
        with translation.override(person.language):
            reasons = words(scope, report.organisation)
            subject, text = letter(report, person.language, reasons)
        outgoing.add(
            report.organisation,
            "report",
            f"report:{report.public_id}:{person.public_id}",
            outgoing.Letter(person.email, subject, text, person=person),
            now,
            late=now - report.ended_at > LATE,
        )


def _moment(microseconds: int) -> datetime:
    return datetime.fromtimestamp(microseconds / 1e6, UTC)
