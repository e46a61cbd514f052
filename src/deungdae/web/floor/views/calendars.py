"""Shift calendars: from a usual pattern or one's own, by versions, with days off and extra work."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from deungdae.web.core.access import needs
from deungdae.web.core.lists import Column, Filter, Listing
from deungdae.web.floor import copies
from deungdae.web.floor.access import get_calendar, get_exception
from deungdae.web.floor.actions.calendars import (
    AddException,
    ChangeCalendar,
    MakeCalendar,
    RemoveException,
    RemoveVersion,
    RetireCalendar,
    SetPattern,
)
from deungdae.web.floor.forms.calendars import CalendarForm, ExceptionForm, SinceForm
from deungdae.web.floor.models import CalendarException, ShiftCalendar
from deungdae.web.floor.working import beside, clock, patterns, presets, weeks
from deungdae.web.plant.errors import Refused

show_or_send = require_http_methods(["GET", "HEAD", "POST"])


@needs("floor.see")
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List the calendars."""
    scope = request.tenant_scope
    rows = ShiftCalendar.objects.here(scope).filter(retired_at=None)
    calendars = list(rows.annotate(used=Count("assets", filter=Q(assets__retired_at=None))))
    told = presets.known(scope.current)[0] if calendars else {}
    for calendar in calendars:
        version = _present(request, calendar)
        calendar.summary = _summary(version, told)
    context = {"calendars": calendars, "manages": scope.may("floor.manage")}
    return render(request, "floor/calendars/index.html", context)


def _present(request: HttpRequest, calendar: ShiftCalendar) -> Any:
    rows = calendar.versions.within(request.tenant_scope).filter(since__lte=timezone.localdate())
    return rows.order_by("-since").first() or calendar.versions.within(request.tenant_scope).first()


def _summary(version: Any, told: Mapping[str, dict[str, Any]]) -> str:
    if version is None:
        return ""
    whole = presets.whole(version.pattern, told)
    return patterns.summary(whole) or str(version.pattern.get("preset", ""))


@needs("floor.manage")
@show_or_send
def new(request: HttpRequest) -> HttpResponse:
    """Make a calendar, from a usual pattern or from nothing."""
    scope = request.tenant_scope
    chosen = request.POST.get("preset") or request.GET.get("preset", "")
    told, problem = presets.known(scope.current)
    offered = [(n, words, patterns.summary(told.get(n))) for n, words in presets.NAMES.items()]
    if not chosen:
        context: dict[str, Any] = {"offered": offered, "problem": problem}
        return render(request, "floor/calendars/choose.html", context)
    if chosen not in presets.NAMES and chosen != "own":
        raise Http404
    form = CalendarForm(request.POST or None, initial={
        "name": chosen if chosen != "own" else "", "country": "KR", "time_zone": "Asia/Seoul",
        "day_cut": _cut(told.get(chosen)),
    })  # fmt: skip
    since = SinceForm(
        request.POST or None, initial={"since": date(timezone.localdate().year, 1, 1)}
    )
    typed = _typed(request, told.get(chosen))
    context = {"form": form, "since": since, "typed": typed, "chosen": chosen, "problem": problem}
    if request.method != "POST":
        return render(request, "floor/calendars/new.html", context)
    pattern = typed.pattern if typed is not None else {"preset": chosen}
    if pattern is None or not (form.is_valid() & since.is_valid()):
        return render(request, "floor/calendars/new.html", context, status=400)
    values = form.cleaned_data
    document = _document(values, [(since.cleaned_data["since"], pattern)])
    looked = weeks.look(scope.current, document, _monday())
    if looked.refused or request.POST.get("do") == "look":
        return render(
            request, "floor/calendars/new.html", context | {"weeks": looked},
            status=400 if looked.refused else 200,
        )  # fmt: skip
    try:
        made = MakeCalendar(
            scope=scope, organisation=scope.current, pattern=pattern,
            since=since.cleaned_data["since"], **values,
        ).perform()  # fmt: skip
    except Refused as error:
        form.add_error("name", str(error.sentence))
        return render(request, "floor/calendars/new.html", context, status=400)
    messages.success(request, _("The calendar %(name)s counts now.") % {"name": made.name})
    return redirect(made)


def _cut(pattern: Mapping[str, Any] | None) -> str:
    if not pattern:
        return "08:00"
    return clock.written(min(shift["start"] for shift in pattern["shifts"]))


def _typed(request: HttpRequest, pattern: Mapping[str, Any] | None) -> patterns.Typed | None:
    """Return the pattern as it is typed; None where a preset is taken that nobody tells now."""
    if request.method == "POST" and "p0-name" in request.POST:
        return patterns.taken(request.POST)
    if pattern is not None:
        return patterns.shown(pattern)
    chosen = request.POST.get("preset") or request.GET.get("preset", "")
    return None if chosen in presets.NAMES else patterns.empty()


def _document(values: Mapping[str, Any], versions: list[tuple[date, Any]]) -> dict[str, Any]:
    return {
        "name": values["name"],
        "time_zone": values["time_zone"],
        "day_cut": values["day_cut"],
        "country": values["country"] or None,
        "versions": [{"since": s.isoformat(), "pattern": p} for s, p in versions],
        "exceptions": [],
    }


def _monday() -> date:
    today = timezone.localdate()
    return today - timedelta(days=today.weekday())


@needs("floor.see")
@show_or_send
def show(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show a calendar: the next four weeks, its versions, its exceptions."""
    calendar = get_calendar(request.tenant_scope, public_id)
    if request.method == "POST":
        return _change(request, calendar)
    return _page(request, calendar)


@needs("floor.manage")
def _change(request: HttpRequest, calendar: ShiftCalendar) -> HttpResponse:
    form = CalendarForm(request.POST)
    if form.is_valid():
        try:
            ChangeCalendar(
                scope=request.tenant_scope, organisation=calendar.organisation, calendar=calendar,
                is_default="is_default" in request.POST, **form.cleaned_data,
            ).perform()  # fmt: skip
        except Refused as error:
            form.add_error("name", str(error.sentence))
        else:
            messages.success(request, _("%(name)s is changed.") % {"name": calendar.name})
            return redirect(calendar)
    return _page(request, calendar, form=form)


def _page(
    request: HttpRequest,
    calendar: ShiftCalendar,
    *,
    form: CalendarForm | None = None,
    exception: ExceptionForm | None = None,
) -> HttpResponse:
    scope = request.tenant_scope
    today = timezone.localdate()
    listing = _exceptions(request, calendar)
    if listing.file is not None:
        return listing.file
    for row in listing.page.object_list:
        row.said = _said(row)
    told, _problem = presets.known(calendar.organisation)
    versions = list(calendar.versions.within(scope).order_by("-since"))
    present = next((one for one in versions if one.since <= today), None)
    for version in versions:
        version.summary = _summary(version, told)
        version.present = version is present
    document = copies.calendar_document(scope, calendar, today)
    context = {
        "calendar": calendar,
        "form": form or CalendarForm(initial=_initial(calendar)),
        "exception": exception or ExceptionForm(_shifts(versions, told), initial={"day": today}),
        "list": listing,
        "versions": versions,
        "weeks": weeks.look(calendar.organisation, document, _monday()),
        "today": today,
        "manages": scope.may("floor.manage"),
    }
    status = 400 if form or exception else 200
    return render(request, "floor/calendars/show.html", context, status=status)


def _initial(calendar: ShiftCalendar) -> dict[str, Any]:
    return {
        "name": calendar.name,
        "country": calendar.country,
        "day_cut": clock.written(calendar.day_cut),
        "time_zone": calendar.time_zone,
    }


def _shifts(versions: list[Any], told: Mapping[str, dict[str, Any]]) -> list[str]:
    names: dict[str, None] = {}
    for version in versions:
        whole = presets.whole(version.pattern, told) or {}
        names |= dict.fromkeys(shift["name"] for shift in whole.get("shifts", ()))
    return list(names)


def _exceptions(request: HttpRequest, calendar: ShiftCalendar) -> Listing:
    scope = request.tenant_scope
    today = timezone.localdate()
    rows = CalendarException.objects.within(scope).filter(calendar=calendar)
    return Listing(
        request,
        rows,
        name="exceptions",
        caption=_("Days off and extra work"),
        columns=(
            Column("day", _("Day"), "day", lambda row: row.day),
            Column("what", _("What"), "closed", _said),
            Column("reason", _("Reason"), "reason", lambda row: row.reason),
        ),
        start="-day",
        search=_("Find by reason"),
        search_in=("reason",),
        filters=(
            Filter(
                "when", _("When"), (("next", _("to come")), ("past", _("past"))),
                lambda rows, code: rows.filter(
                    **({"day__gte": today} if code == "next" else {"day__lt": today})
                ),
            ),
        ),
    )  # fmt: skip


def _said(row: CalendarException) -> str:
    if row.closed:
        return _("%(shift)s off") % {"shift": row.shift} if row.shift else _("nobody works")
    extra = row.extra or {}
    begin, end = clock.written(extra.get("start", 0)), clock.written(extra.get("end", 0))
    return f"{extra.get('name', '')} {begin}–{end}"


@needs("floor.manage")
@show_or_send
def pattern(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Work by another pattern from a day on; `do=look` shows four weeks and keeps nothing."""
    scope = request.tenant_scope
    calendar = get_calendar(scope, public_id)
    told, problem = presets.known(calendar.organisation)
    present = _present(request, calendar)
    named = request.GET.get("preset", "")
    begun = told.get(named) if named in presets.NAMES else (
        presets.whole(present.pattern, told) if present else None
    )  # fmt: skip
    typed = (
        patterns.taken(request.POST) if request.method == "POST"
        else patterns.shown(begun) if begun else patterns.empty()
    )  # fmt: skip
    since = SinceForm(request.POST or None, initial={"since": timezone.localdate()})
    context: dict[str, Any] = {
        "calendar": calendar, "typed": typed, "since": since, "problem": problem,
        "names": list(presets.NAMES),
    }  # fmt: skip
    page = "floor/calendars/pattern.html"
    if request.method != "POST":
        return render(request, page, context)
    if typed.pattern is None or not since.is_valid():
        return render(request, page, context, status=400)
    begins: date = since.cleaned_data["since"]
    document = copies.calendar_document(scope, calendar, timezone.localdate())
    document["versions"] = [
        *(one for one in document["versions"] if one["since"] != begins.isoformat()),
        {"since": begins.isoformat(), "pattern": typed.pattern},
    ]
    looked = weeks.look(calendar.organisation, document, max(_monday(), begins))
    if looked.refused or request.POST.get("do") == "look":
        status = 400 if looked.refused else 200
        return render(request, page, context | {"weeks": looked}, status=status)
    SetPattern(
        scope=scope, organisation=calendar.organisation, calendar=calendar, since=begins,
        pattern=typed.pattern,
    ).perform()  # fmt: skip
    messages.success(request, _("These shifts count from %(day)s on.") % {"day": begins})
    return redirect(calendar)


@needs("floor.manage")
@require_POST
def remove_version(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Remove a version; `since` says which."""
    scope = request.tenant_scope
    calendar = get_calendar(scope, public_id)
    try:
        since = date.fromisoformat(request.POST.get("since", ""))
        RemoveVersion(
            scope=scope, organisation=calendar.organisation, calendar=calendar, since=since
        ).perform()
        messages.success(request, _("The version is removed; the one before it holds on."))
    except ValueError:
        messages.error(request, _("There is no such version."))
    except Refused as error:
        messages.error(request, str(error.sentence))
    return redirect(calendar)


@needs("floor.manage")
@require_POST
def add_exception(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Enter days off, or extra work."""
    scope = request.tenant_scope
    calendar = get_calendar(scope, public_id)
    told, _problem = presets.known(calendar.organisation)
    versions = list(calendar.versions.within(scope))
    names = _shifts(versions, told)
    if (typed := request.POST.get("shift", "")) and not told:
        names.append(typed[:40])  # the shifts of a preset are not known while nobody tells them
    form = ExceptionForm(names, request.POST)
    if not form.is_valid():
        return _page(request, calendar, exception=form)
    closed = form.cleaned_data["what"] == "closed"
    try:
        for day in form.days():
            AddException(
                scope=scope, organisation=calendar.organisation, calendar=calendar, day=day,
                shift=form.cleaned_data["shift"] if closed else "",
                extra=None if closed else form.extra, reason=form.cleaned_data["reason"],
            ).perform()  # fmt: skip
    except Refused as error:
        form.add_error("day", str(error.sentence))
        return _page(request, calendar, exception=form)
    messages.success(request, _("Entered. The picture shows it."))
    if form.extra is not None and not closed:
        document = copies.calendar_document(scope, calendar, timezone.localdate())
        for told_of in beside.overlaps(calendar.organisation, document, form.days(), form.extra):
            messages.warning(request, told_of)
    return redirect(calendar)


@needs("floor.manage")
@require_POST
def remove_exception(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Let a day be as the pattern says again."""
    scope = request.tenant_scope
    entry = get_exception(scope, public_id)
    calendar = RemoveException(
        scope=scope, organisation=entry.organisation, exception=entry
    ).perform()
    messages.success(request, _("The day is as the pattern says again."))
    return redirect(calendar)


@needs("floor.manage")
@require_POST
def retire(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take a calendar off the list."""
    scope = request.tenant_scope
    calendar = get_calendar(scope, public_id)
    try:
        RetireCalendar(scope=scope, organisation=calendar.organisation, calendar=calendar).perform()
        messages.success(request, _("%(name)s is off the list.") % {"name": calendar.name})
    except Refused as error:
        messages.error(request, str(error.sentence))
        return redirect(calendar)
    return redirect("floor:calendars")
