"""The structure: which lines and machines there are, in which order, and what they lack."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from deungdae.web.core.access import needs
from deungdae.web.core.lists import Column, Filter, Listing
from deungdae.web.core.scope import Scope
from deungdae.web.floor.access import get_asset
from deungdae.web.floor.actions.assets import BringBackAsset, MoveAsset, RetireAsset
from deungdae.web.floor.drawing import lacking
from deungdae.web.floor.kinds import TEMPLATES
from deungdae.web.floor.models import Asset, ShiftCalendar, Signal
from deungdae.web.plant.errors import Refused

LONGEST_NAME = 100
#: Roles that say more than their own value, in the order of their weight.
TELLING = [role for role in Signal.Role.values if role != "watched"]


@needs("floor.see")
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List lines and machines."""
    scope = request.tenant_scope
    listing = _listing(request)
    if listing.file is not None:
        return listing.file
    used = Asset.objects.here(scope).filter(retired_at=None)
    lines = list(
        used.filter(kind="line")
        .select_related("site", "calendar", "output")
        .annotate(count=Count("machines", filter=Q(machines__retired_at=None)))
    )
    default = default_calendar(scope)
    for line in lines:
        line.lacks = lacking.of_line(line, line.count, calendar=bool(line.calendar_id or default))
    machines = list(listing.page.object_list)
    fill(scope, machines, default)
    mark_taken(scope, [one for one in machines if one.retired_at])
    context = {
        "list": listing,
        "lines": lines,
        "machines": used.filter(kind="machine").count(),
        "silent": silent(scope),
        "manages": scope.may("floor.manage"),
        "default": default,
        "retired": Asset.objects.here(scope).exclude(retired_at=None).count(),
        "several_sites": len({line.site_id for line in lines}) > 1,
    }
    return render(request, "floor/structure/index.html", context)


def default_calendar(scope: Scope) -> ShiftCalendar | None:
    """Return the calendar that counts where no other is chosen."""
    rows = ShiftCalendar.objects.here(scope).filter(is_default=True, retired_at=None)
    found: ShiftCalendar | None = rows.first()
    return found


def silent(scope: Scope) -> int:
    """Count machines of which nothing tells whether they run."""
    telling = Signal.objects.here(scope).filter(role__in=lacking.RUNS)
    machines = Asset.objects.here(scope).filter(kind="machine", retired_at=None)
    return int(machines.exclude(pk__in=telling.values("asset")).count())


def fill(scope: Scope, machines: Sequence[Asset], default: ShiftCalendar | None) -> None:
    """Let each machine know what its signals tell, and what it lacks."""
    signals: Mapping[int, list[Signal]] = defaultdict(list)
    for signal in Signal.objects.within(scope).filter(asset__in=[m.pk for m in machines]):
        signals[signal.asset_id].append(signal)
    words = dict(Signal.Role.choices)
    for machine in machines:
        own = signals[machine.pk]
        roles = {signal.role for signal in own}
        machine.tells = [words[role] for role in TELLING if role in roles]
        machine.watched = sum(signal.role == "watched" for signal in own)
        machine.type_word = TEMPLATES.get(machine.template, TEMPLATES["generic"]).word
        if machine.is_line:
            machine.type_word = machine.get_kind_display()
        calendar = machine.calendar_id or (machine.line and machine.line.calendar_id) or default
        state = next((s.params.get("map") or {} for s in own if s.role == "state"), None)
        machine.lacks = lacking.of_machine(machine, roles, state, calendar=bool(calendar))


def _listing(request: HttpRequest) -> Listing:
    scope = request.tenant_scope
    retired = request.GET.get("state") == "retired"
    rows = Asset.objects.here(scope).select_related("line", "site", "calendar")
    if not retired:  # what is retired stands in one list, lines too
        rows = rows.filter(kind="machine", retired_at=None)
    lines = Asset.objects.here(scope).filter(kind="line", retired_at=None)
    return Listing(
        request,
        rows,
        name="machines",
        caption=_("Machines"),
        columns=(
            Column("name", _("Name"), "name", lambda row: row.name),
            Column(
                "line", _("Its line"), "line__order", lambda row: row.line.name if row.line else "",
            ),
            Column(
                "type", _("Type"), "template",
                lambda row: str(TEMPLATES.get(row.template, TEMPLATES["generic"]).word),
            ),
            Column("tells", _("What it tells"), "", lambda row: _told(scope, row)),
            Column(
                "ideal", _("Ideal cycle (s)"), "ideal_seconds", lambda row: row.ideal_seconds,
                number=True,
            ),
            Column("path", _("Tags below"), "path", lambda row: row.path, file_only=True),
            Column(
                "calendar", _("Shift calendar"), "", lambda row: str(row.calendar or ""),
                file_only=True,
            ),
        ),
        start="line",
        search=_("Find by name"),
        search_in=("name", "path", "line__name"),
        filters=(
            Filter(
                "line", _("Its line"), [(str(line.public_id), line.name) for line in lines],
                lambda rows, code: rows.filter(line__public_id=code),
            ),
            Filter(
                "type", _("Type"), [(code, one.word) for code, one in TEMPLATES.items()],
                lambda rows, code: rows.filter(template=code),
            ),
            Filter(
                "state", _("State"),
                (("silent", _("nothing tells whether it runs")), ("retired", _("retired"))),
                lambda rows, code: _in_state(scope, rows, code),
            ),
        ),
    )  # fmt: skip


def _in_state(scope: Scope, rows: Any, code: str) -> Any:
    if code == "retired":
        return rows.exclude(retired_at=None)
    telling = Signal.objects.here(scope).filter(role__in=lacking.RUNS)
    return rows.exclude(pk__in=telling.values("asset"))


def _told(scope: Scope, row: Asset) -> str:
    roles = set(row.signals.within(scope).values_list("role", flat=True))
    words = dict(Signal.Role.choices)
    return ", ".join(str(words[role]) for role in TELLING if role in roles)


@needs("floor.manage")
@require_POST
def move(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Put a line or machine one place up or down."""
    scope = request.tenant_scope
    asset = get_asset(scope, public_id)
    MoveAsset(
        scope=scope, organisation=asset.organisation, asset=asset,
        up=request.POST.get("to") != "down",
    ).perform()  # fmt: skip
    return redirect(asset.line or "floor:structure")


@needs("floor.manage")
@require_POST
def retire(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take a line or machine out of the pages."""
    scope = request.tenant_scope
    asset = get_asset(scope, public_id)
    RetireAsset(scope=scope, organisation=asset.organisation, asset=asset).perform()
    messages.success(request, _("%(name)s is retired. Its history stays.") % {"name": asset.name})
    return redirect("floor:structure")


@needs("floor.manage")
@require_POST
def bring_back(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Put a retired line or machine back."""
    scope = request.tenant_scope
    asset = get_asset(scope, public_id)
    name = request.POST.get("name", "").strip()[:LONGEST_NAME]
    try:
        BringBackAsset(
            scope=scope, organisation=asset.organisation, asset=asset, name=name
        ).perform()
    except Refused as error:
        told = _(
            "%(name)s is not back: %(why)s Bring it back under another name, or rename the other "
            "one first."
        )
        messages.error(request, told % {"name": asset.name, "why": error.sentence})
        return redirect(f"{reverse('floor:structure')}?state=retired")
    messages.success(request, _("%(name)s is back.") % {"name": asset.name})
    return redirect("floor:structure")


def mark_taken(scope: Scope, retired: Sequence[Asset]) -> None:
    """Let retired lines and machines know who bears their name by now, and offer another one."""
    used = {
        (one.site_id, one.kind, one.name): one
        for one in Asset.objects.within(scope).filter(
            site__in={one.site_id for one in retired}, retired_at=None
        )
    }
    for one in retired:
        one.taken_by = used.get((one.site_id, one.kind, one.name))
        free = (f"{one.name[: LONGEST_NAME - 4]} ({n})" for n in range(2, len(used) + 3))
        one.free_name = next(n for n in free if (one.site_id, one.kind, n) not in used)
