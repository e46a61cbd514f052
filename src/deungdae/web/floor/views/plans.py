"""How many parts are to be made: per line or machine, day and shift."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from deungdae.web.core.access import needs
from deungdae.web.core.scope import Scope
from deungdae.web.floor.actions.plans import MOST_PARTS, Planned, SetPlans
from deungdae.web.floor.models import Asset, Plan, ShiftCalendar
from deungdae.web.floor.working import pasted, presets
from deungdae.web.plant.errors import Refused

MOST_DAYS = 62
FARTHEST = timedelta(days=3650)


@needs("floor.see")
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """Show and keep the plans of one day."""
    scope = request.tenant_scope
    today = timezone.localdate()
    day = _day(request.GET.get("day", ""), today)
    if request.method == "POST":
        return _keep(request, day)
    return render(request, "floor/plans/index.html", _context(scope, day, request))


def _day(text: str, today: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return today
    return day if abs(day - today) < FARTHEST else today


def _assets(scope: Scope, request: HttpRequest) -> list[Asset]:
    rows = Asset.objects.here(scope).filter(retired_at=None).select_related("line")
    wanted = request.GET.get("q", "").replace("\x00", "").strip()[:100].casefold()
    found = [
        row
        for row in rows
        if wanted in row.name.casefold() or (row.line and wanted in row.line.name.casefold())
    ]
    lines = {row.pk: row.order for row in rows if row.is_line}
    return sorted(
        found,
        key=lambda row: (
            lines.get(row.pk if row.is_line else row.line_id, 1 << 30), not row.is_line, row.order,
        ),
    )  # fmt: skip


def shifts_of(scope: Scope) -> list[str]:
    """Return the names of all shifts of the calendars in use, in their order."""
    told: dict[str, Any] | None = None
    names: dict[str, None] = {}
    for calendar in ShiftCalendar.objects.here(scope).filter(retired_at=None):
        for version in calendar.versions.within(scope):
            if "preset" in version.pattern and told is None:
                told = presets.known(scope.current)[0]
            whole = presets.whole(version.pattern, told or {}) or {}
            names |= dict.fromkeys(shift["name"] for shift in whole.get("shifts", ()))
    return list(names)


def _context(scope: Scope, day: date, request: HttpRequest) -> dict[str, Any]:
    assets = _assets(scope, request)
    rows = Plan.objects.here(scope).filter(day=day, asset__in=[asset.pk for asset in assets])
    known = {(row.asset_id, row.shift): row.count for row in rows}
    # A plan of a shift that there is no longer is shown as well.
    shifts = list(dict.fromkeys([*shifts_of(scope), *(s for _a, s in known if s)]))
    return {
        "day": day,
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1),
        "shifts": shifts,
        "rows": [
            (asset, [(s, known.get((asset.pk, s), "")) for s in [*shifts, ""]]) for asset in assets
        ],
        "total": sum(known.values()),
        "planned": len({asset for asset, _shift in known}),
        "any_assets": Asset.objects.here(scope).filter(retired_at=None).exists(),
        "manages": scope.may("floor.manage"),
        "text": "",
    }


@needs("floor.manage")
def _keep(request: HttpRequest, day: date) -> HttpResponse:
    scope = request.tenant_scope
    assets = {str(row.public_id): row for row in Asset.objects.here(scope).filter(retired_at=None)}
    try:
        until = (
            date.fromisoformat(request.POST.get("until", "")) if request.POST.get("until") else day
        )
    except ValueError:
        until = day
    days = [day + timedelta(days=n) for n in range(min(MOST_DAYS, max(0, (until - day).days)) + 1)]
    if "workdays" in request.POST:
        days = [one for one in days if one == day or one.weekday() < 5]
    plans = []
    for field, text in request.POST.items():
        kind, _sep, rest = field.partition(":")
        key, _sep, shift = rest.partition(":")
        asset = assets.get(key)
        if kind != "plan" or asset is None:
            continue
        typed = text.strip().replace(",", "")
        if typed and not (typed.isascii() and typed.isdigit() and int(typed) <= MOST_PARTS):
            messages.error(
                request,
                _("%(name)s: “%(text)s” is no number of parts. Nothing was kept.")
                % {"name": asset.name, "text": text.strip()[:30]},
            )
            return render(
                request, "floor/plans/index.html", _context(scope, day, request), status=400
            )
        plans += [Planned(asset, one, shift[:40], int(typed) if typed else None) for one in days]
    return _entered(request, plans, day)


def _entered(request: HttpRequest, plans: list[Planned], day: date) -> HttpResponse:
    scope = request.tenant_scope
    try:
        count = SetPlans(scope=scope, organisation=scope.current, plans=plans).perform()
    except Refused as error:
        messages.error(request, str(error.sentence))
    else:
        messages.success(
            request, ngettext("%(n)d plan was changed.", "%(n)d plans were changed.", count)
            % {"n": count},
        )  # fmt: skip
    return redirect(f"{reverse('floor:plans')}?day={day.isoformat()}")


@needs("floor.manage")
@require_POST
def paste(request: HttpRequest) -> HttpResponse:
    """Take plans from a spreadsheet; nothing is kept while a line is not understood."""
    scope = request.tenant_scope
    today = timezone.localdate()
    assets = list(Asset.objects.here(scope).filter(retired_at=None))
    text = request.POST.get("text", "")[:500_000]
    found = pasted.read(text, assets, shifts_of(scope), today)
    if found.errors or not found.plans:
        context = _context(scope, _day("", today), request) | {
            "text": text, "errors": found.errors, "empty": not found.plans,
        }  # fmt: skip
        return render(request, "floor/plans/index.html", context, status=400)
    return _entered(request, list(found.plans), min(plan.day for plan in found.plans))
