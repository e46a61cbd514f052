"""Shift reports: the list, and one report as it is read, printed, and added to."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from deungdae import bus
from deungdae.web.core.access import needs
from deungdae.web.core.lists import Column, Filter, Listing
from deungdae.web.core.scope import Scope
from deungdae.web.floor import asking, metering, picturing, standing
from deungdae.web.floor.access import get_asset
from deungdae.web.floor.actions.reporting import Subscribe, Unsubscribe
from deungdae.web.floor.actions.said import WriteNote
from deungdae.web.floor.models import Asset, ReportSubscription, ShiftNote, ShiftReport
from deungdae.web.floor.reasons import words as reason_words
from deungdae.web.floor.reporting import telling
from deungdae.web.floor.reporting.gathering import NotThere, gather, good, of_member
from deungdae.web.floor.shown.documents import Figures, Past, Waterfall
from deungdae.web.floor.shown.durations import clock, count, lasting, money, percent
from deungdae.web.floor.shown.words import LOSS_WORDS, Reasons, why
from deungdae.web.floor.span import FIRST_DAY
from deungdae.web.floor.views.site import url_of
from deungdae.web.plant.errors import Refused
from deungdae.web.plant.live.board import now_us

LONGEST_NAME = 40
LONGEST_NOTE = 2000
MOST_STOPS = 10
MOST_SHOWN = 8
FARTHEST: Final = timedelta(days=366)  #: of no later day is there a report, or a note


@needs("floor.see")
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List the reports, the newest first."""
    scope = request.tenant_scope
    shown = _listing(request)
    if shown.file is not None:
        return shown.file
    mine = ReportSubscription.objects.here(scope).filter(person=scope.person)
    context = {
        "list": shown,
        "rows": [_row(report) for report in shown.page],
        "count": ShiftReport.objects.here(scope).filter(current=True, revision__gt=0).count(),
        "assets": [
            (one, mine.filter(asset=one).exists())
            for one in standing.assets(scope)
            if one.is_line or one.line_id is None
        ],
        "can_mail": settings.CAN_SEND_EMAIL,
    }
    return render(request, "floor/shifts.html", context)


def _listing(request: HttpRequest) -> Listing:
    scope = request.tenant_scope
    rows = ShiftReport.objects.here(scope).filter(current=True, revision__gt=0)
    names = sorted(set(rows.values_list("shift", flat=True)))
    assets = [
        (str(one.public_id), one.name)
        for one in standing.assets(scope)
        if one.is_line or one.line_id is None
    ]
    today = timezone.localdate()
    days = (("7", _("last 7 days")), ("31", _("last 31 days")), ("92", _("last 92 days")))
    return Listing(
        request,
        rows.select_related("asset"),
        name="shift-reports",
        caption=_("Shift reports"),
        columns=(
            Column("day", _("Day and shift"), "began_at", lambda row: f"{row.day} {row.shift}"),
            Column("line", _("Line or machine"), "asset__name", lambda row: row.asset.name),
            Column("good", _("Good parts"), "good", lambda row: row.good, number=True),
            Column("plan", _("Plan"), "", lambda row: row.document["shift"].get("plan"),
                   number=True),
            Column("oee", "OEE", "oee", lambda row: row.oee, number=True),
            Column("waits", _("Without a reason"), "",
                   lambda row: len(row.document["shift"].get("reasons_missing") or ()),
                   number=True),
            Column("revision", _("Revision"), "", lambda row: row.revision, file_only=True),
        ),
        start="-day",
        search=_("Find by line or shift"),
        search_in=("asset__name", "shift"),
        filters=(
            Filter("asset", _("Line or machine"), assets,
                   lambda found, code: found.filter(asset__public_id=code)),
            Filter("shift", _("Shift"), [(name, name) for name in names],
                   lambda found, code: found.filter(shift=code)),
            Filter("days", _("Days"), days, lambda found, code: found.filter(
                day__gte=today - timedelta(days=int(code)))),
        ),
    )  # fmt: skip


def _row(report: ShiftReport) -> dict[str, Any]:
    shift = report.document["shift"]
    plan = shift.get("plan")
    return {
        "report": report,
        "day": telling.day_words(report.day),
        "good": count(report.good) or "–",
        "plan": count(plan) or "–",
        "behind": bool(plan and report.good is not None and report.good < 0.95 * plan),
        "oee": percent(report.oee) or "–",
        "waits": len(shift.get("reasons_missing") or ()),
    }


def _place(public_id: UUID, day: str, shift: str, request: HttpRequest) -> tuple[Asset, date]:
    asset = get_asset(request.tenant_scope, public_id)
    try:
        on = date.fromisoformat(day)
    except ValueError as error:
        raise Http404 from error
    if len(shift) > LONGEST_NAME or not FIRST_DAY <= on <= timezone.localdate() + FARTHEST:
        raise Http404
    return asset, on


@needs("floor.see")
@require_safe
def one(request: HttpRequest, public_id: UUID, day: str, shift: str) -> HttpResponse:
    """Show one report: as it was kept, or as it stands while the shift goes on."""
    asset, on = _place(public_id, day, shift, request)
    with timezone.override(ZoneInfo(asset.site.time_zone)):
        return _one(request, asset, on, shift)


def _one(request: HttpRequest, asset: Asset, on: date, shift: str) -> HttpResponse:
    scope = request.tenant_scope
    rows = ShiftReport.objects.within(scope).filter(asset=asset, day=on, shift=shift)
    revisions = list(rows.filter(revision__gt=0).order_by("-revision"))
    wanted = request.GET.get("revision", "")
    report = next((one for one in revisions if str(one.revision) == wanted), None)
    report = report or (revisions[0] if revisions else None)
    problem, document = "", None if report is None else report.document
    of_line = None if document is not None else _kept_of_line(scope, asset, on, shift)
    if of_line is not None:
        document = of_member(of_line.document, asset)
    if document is None:
        problem, document = _now(request, asset, on, shift)
    context: dict[str, Any] = {
        "asset": asset,
        "asset_url": url_of(asset),
        "day": on.isoformat(),
        "day_words": telling.day_words(on),
        "shift": shift,
        "report": report,
        "of_line": of_line,
        "newest": report is None or report.current,
        "revisions": [(one, telling.changed(one.changes)) for one in revisions],
        "problem": problem,
        "list_url": f"{reverse('floor:shifts')}?asset={asset.public_id}",
        "notes": ShiftNote.objects.within(scope)
        .filter(organisation=asset.organisation_id, day=on, shift=shift)
        .filter(asset__in=[asset, *([asset.line] if asset.line else [])])
        .select_related("by"),
        "say": scope.may("floor.say", asset.organisation),
        "subscribed": ReportSubscription.objects.within(scope)
        .filter(person=scope.person, asset=asset)
        .exists(),
        "subscribable": asset.is_line or asset.line_id is None,
        "can_mail": settings.CAN_SEND_EMAIL,
    }
    if document is not None:
        context |= _shown(document, reason_words(scope, asset.organisation))
        began = int(document["shift"]["start"])
        if now_us() - began < asking.LONG_US:  # no page of a machine finds what lies farther back
            context["look_url"] = f"{context['asset_url']}?span=shift&at={began}"
        for row, (key, _name, _shift) in zip(
            context["members"], document.get("members") or (), strict=True
        ):
            row["url"] = reverse("floor:shift", args=(key, on.isoformat(), shift))
    return render(request, "floor/shift.html", context, status=404 if not document else 200)


def _kept_of_line(scope: Scope, asset: Asset, on: date, shift: str) -> ShiftReport | None:
    """Return the kept report in which a machine of a line stands, if there is one."""
    if asset.line is None:
        return None
    rows = ShiftReport.objects.within(scope).filter(asset=asset.line, day=on, shift=shift)
    kept: ShiftReport | None = rows.filter(current=True, revision__gt=0).first()
    return kept if kept is not None and of_member(kept.document, asset) else None


def _now(request: HttpRequest, asset: Asset, on: date, shift: str) -> tuple[str, Any]:
    try:
        return "", gather(request.tenant_scope, asset, on.isoformat(), shift)
    except NotThere:
        return _("Nothing is known of such a shift."), None
    except bus.Refusal:
        return _("Nothing is known of such a shift."), None
    except bus.Unavailable:
        return asking.away_words(), None


def _shown(document: Mapping[str, Any], reasons: Reasons) -> dict[str, Any]:
    shift = document["shift"]
    past = Past.of(
        {name: shift[name] for name in ("figures", "waterfall", "pareto") if shift.get(name)}
    )
    figures = Figures.of(shift.get("figures") or {})
    counts = shift.get("counts") or {}
    parts, plan = good(shift), shift.get("plan")
    longest_waiting = sorted(shift.get("reasons_missing") or (), key=lambda stop: stop[0] - stop[1])
    return {
        "document": document,
        "final": bool(shift.get("final")),
        "crew": shift.get("crew") or "",
        "from": clock(int(shift["start"])),
        "to": clock(int(shift["end"])),
        "summary": telling.summary(document),
        "losses": picturing.losses(past),
        "pareto": picturing.pareto(past, reasons),
        "good": count(parts),
        "plan_note": _("of %(plan)s planned") % {"plan": count(plan)} if plan else _("no plan"),
        "behind": bool(plan and parts is not None and parts < 0.95 * plan),
        "oee": percent(figures.oee),
        "oee_note": _range(figures),
        "availability": percent(figures.availability) or "–",
        "effectiveness": percent(figures.effectiveness) or "–",
        "quality": percent(figures.quality) or "–",
        "scrap": count(counts.get("scrapped")),
        "rework": count(counts.get("reworked")) if counts.get("reworked") else "",
        "stops_count": shift.get("stops"),
        "micro": shift.get("micro_stops"),
        "lost": money(shift.get("lost_cost")),
        "energy": f"{shift['energy_kwh']:,.1f}" if shift.get("energy_kwh") is not None else "",
        "energy_tiles": metering.of_shift(shift),
        "members": [_member(row) for row in document.get("members") or ()],
        "stops": _stops(document, reasons),
        "scrap_rows": [
            (reasons.get(str(code), str(code)) if code else _("without a reason"), count(number))
            for code, number in (shift.get("scrap") or ())
        ],
        "waiting": [
            {
                "from": clock(int(start)),
                "to": clock(int(end)),
                "lasted": lasting((end - start) / 1e6),
            }
            for start, end in longest_waiting[:MOST_SHOWN]
        ],
        "waiting_more": max(0, len(longest_waiting) - MOST_SHOWN),
        "alarms": _alarms(document),
        "alarms_known": document.get("alarms") is not None,
        "alarms_count": len(document.get("alarms") or ()),
    }


def _range(figures: Figures) -> str:
    known = 1.0 if figures.known is None else figures.known
    if figures.oee is None:
        return _("too little is known")
    if known > 0.995 or figures.low is None or figures.high is None:
        return ""
    return _("%(low)s to %(high)s; %(share)s of the time unknown") % {
        "low": percent(figures.low),
        "high": percent(figures.high),
        "share": percent(1 - known),
    }


def _member(row: Any) -> dict[str, str]:
    _key, name, shift = row
    figures = Figures.of(shift.get("figures") or {})
    fall = Waterfall.of(shift.get("waterfall"))
    biggest = fall.biggest if fall else None
    return {
        "name": str(name),
        "good": count(good(shift)) or "–",
        "scrap": count((shift.get("counts") or {}).get("scrapped")) or "–",
        "oee": percent(figures.oee) or "–",
        "availability": percent(figures.availability) or "–",
        "loss": f"{LOSS_WORDS[biggest[0]]} {lasting(biggest[1])}" if biggest else "–",
    }


def _stops(document: Mapping[str, Any], reasons: Reasons) -> list[dict[str, str]]:
    names = document.get("names") or {}
    alone = len(names) < 2
    found = []
    for row in (document.get("stops") or ())[:MOST_STOPS]:
        asset, start, end, state, reason, *rest = row
        fault = str(rest[1]) if len(rest) > 1 and rest[1] else ""
        found.append(
            {
                "from": clock(int(start)),
                "to": clock(int(end)),
                "lasted": lasting((end - start) / 1e6),
                "machine": "" if alone else str(names.get(asset, "")),
                "reason": why(str(reason or state), reasons, _("without a reason")),
                "fault": fault,
            }
        )
    return found


def _alarms(document: Mapping[str, Any]) -> list[dict[str, str]]:
    words = {"high": _("high"), "medium": _("medium"), "low": _("low")}
    return [
        {
            "at": clock(int(since)),
            "lasted": lasting((ended - since) / 1e6) if ended else _("still there"),
            "name": str(name),
            "priority": words.get(str(priority), ""),
            "place": str(place),
        }
        for since, ended, name, priority, place in (document.get("alarms") or ())[:MOST_SHOWN]
        if since is not None
    ]


@needs("floor.say")
@require_POST
def note(request: HttpRequest, public_id: UUID, day: str, shift: str) -> HttpResponse:
    """Write down what the next shift should know."""
    asset, on = _place(public_id, day, shift, request)
    action = WriteNote(
        scope=request.tenant_scope,
        organisation=asset.organisation,
        asset=asset,
        day=on,
        shift=shift,
        text=request.POST.get("text", "")[:LONGEST_NOTE],
    )
    try:
        action.perform()
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The note stands in the report."))
    return redirect(f"{reverse('floor:shift', args=(asset.public_id, day, shift))}#notes")


@needs("floor.see")
@require_POST
def subscribe(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Get the reports of a line by mail from now on."""
    asset = get_asset(request.tenant_scope, public_id)
    Subscribe(scope=request.tenant_scope, organisation=asset.organisation, asset=asset).perform()
    messages.success(
        request,
        _("You get the report of %(line)s by mail at the end of each shift.") % {"line": asset},
    )
    return redirect(f"{reverse('floor:shifts')}?asset={asset.public_id}")


@needs("floor.see")
@require_POST
def unsubscribe(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Get the reports of a line by mail no more."""
    asset = get_asset(request.tenant_scope, public_id)
    Unsubscribe(scope=request.tenant_scope, organisation=asset.organisation, asset=asset).perform()
    messages.success(request, _("You get no more reports of %(line)s.") % {"line": asset})
    return redirect(f"{reverse('floor:shifts')}?asset={asset.public_id}")
