"""One line or machine as it is drawn: what it is, what its signals say, its ideal cycle."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from deungdae.web.companies.models import Site
from deungdae.web.core.access import beside, needs
from deungdae.web.core.scope import Scope
from deungdae.web.floor import asking
from deungdae.web.floor.access import get_asset
from deungdae.web.floor.actions.assets import (
    ChangeAsset,
    DrawAssets,
    Drawn,
    SetSignals,
    SignalSaid,
)
from deungdae.web.floor.drawing import lacking, proposing, signals, states
from deungdae.web.floor.forms.assets import AssetForm, initial_of, shown_of, unchanged
from deungdae.web.floor.kinds import STATES, TEMPLATES
from deungdae.web.floor.models import Asset, Signal
from deungdae.web.floor.views.structure import default_calendar
from deungdae.web.plant import speech
from deungdae.web.plant.errors import Refused

KINDS = ("line", "machine")


@needs("floor.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, kind: str) -> HttpResponse:
    """Draw a line or machine by hand."""
    if kind not in KINDS:
        raise Http404
    scope = request.tenant_scope
    asked: dict[str, Any] = {"parts_per_count": "1", "micro_stop_seconds": "300"}
    if kind == "machine" and (named := request.GET.get("line")):
        line = Asset.objects.here(scope).filter(kind="line", public_id=_uuid(named)).first()
        asked["line"] = line.pk if line else None
    form = AssetForm(scope, kind, None, request.POST or None, initial=asked)
    if request.method == "POST" and form.is_valid():
        site = form.cleaned_data.get("site")
        if site is None:
            site = Site.objects.here(scope).order_by("-main").first()
        if site is None:
            raise Http404
        values = form.values()
        try:
            made = DrawAssets(
                scope=scope, organisation=scope.current, site=site, fresh=True,
                drawn=[
                    Drawn(
                        "new", kind, values.pop("name"), values.pop("path"),
                        values.pop("template", "generic"), values=values,
                    )
                ],
            ).perform()["new"]  # fmt: skip
        except Refused as error:
            form.add_error("name", str(error.sentence))
        else:
            messages.success(request, _("%(name)s is drawn.") % {"name": made.name})
            return redirect(made)
    context = {"form": form, "kind": kind, "templates": TEMPLATES.values()}
    return render(request, "floor/structure/new.html", context)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@needs("floor.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show one line or machine, and keep what is said of it."""
    asset = get_asset(request.tenant_scope, public_id)
    if request.method != "POST":
        return _page(request, asset)
    return _keep(request, asset, pressed="what")


@needs("floor.manage")
@require_POST
def set_signals(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Keep which tags say what of a machine."""
    return _keep(request, get_asset(request.tenant_scope, public_id), pressed="signals")


def _keep(
    request: HttpRequest, asset: Asset, *, pressed: str, seconds: float | None = None
) -> HttpResponse:
    """Keep all that was typed on the page, whichever of its buttons was pressed, or nothing.

    `pressed` is the part whose button it was: that one is kept though nothing was changed in it,
    since to press it confirms what stands there. `seconds` is an ideal cycle instead of the typed.
    """
    scope = beside(request.tenant_scope, asset, "floor.manage")
    before, data = list(asset.signals.within(scope)), request.POST.copy()
    for name, value in unchanged(data, asset).items():
        data[name] = value
    known, form, rows = None, None, None
    said: list[SignalSaid] = []
    if pressed == "signals" or "s0-role" in data:
        known = signals.received(scope)
        rows, said = signals.taken(data, before, known)
        if pressed != "signals" and not signals.differ(said, before) and _right(rows):
            rows = None
    if seconds is not None:
        data["ideal_seconds"] = f"{seconds:.10g}"
    if pressed == "what" or "name" in data:
        form = AssetForm(scope, asset.kind, asset, data, initial=initial_of(asset))
        if pressed != "what" and not form.touched:
            form = None
    refusal = ""
    if (form is None or form.is_valid()) and _right(rows):
        try:
            _change(scope, asset, form, None if rows is None else said)
        except Refused as error:
            asset.refresh_from_db()
            refusal = str(error.sentence)
        else:
            if rows is not None:
                doubts = signals.doubts(scope, asset, said, before)
                _say_of_signals(request, asset, rows, doubts)
            if form is not None:
                messages.success(request, _("%(name)s is changed.") % {"name": asset.name})
            return redirect(asset)
    return _page(request, asset, form=form, rows=rows, refusal=refusal, known=known)


def _right(rows: Sequence[signals.Row] | None) -> bool:
    return not any(row.error for row in rows or ())


def _change(
    scope: Scope, asset: Asset, form: AssetForm | None, said: Sequence[SignalSaid] | None
) -> None:
    """Keep both parts, or neither."""
    told: dict[str, Any] = {"scope": scope, "organisation": asset.organisation, "asset": asset}
    with transaction.atomic():
        if said is not None:
            SetSignals(**told, signals=said).perform()
        if form is not None:
            corrects = bool(form.cleaned_data.get("corrects"))
            ChangeAsset(**told, values=form.values(), corrects=corrects).perform()


def _say_of_signals(
    request: HttpRequest, asset: Asset, rows: Sequence[signals.Row], doubts: Sequence[str]
) -> None:
    for row in rows:
        if row.warning:
            messages.warning(request, f"{row.tag}: {row.warning}")
    for doubt in doubts:
        messages.warning(request, doubt)
    messages.success(request, _("The signals of %(name)s are kept.") % {"name": asset.name})


def _page(
    request: HttpRequest,
    asset: Asset,
    *,
    form: AssetForm | None = None,
    rows: list[signals.Row] | None = None,
    refusal: str = "",
    known: set[str] | None = None,
) -> HttpResponse:
    scope = beside(request.tenant_scope, asset, "floor.manage")
    context: dict[str, Any] = {
        "asset": asset,
        "form": form or AssetForm(scope, asset.kind, asset, initial=initial_of(asset)),
        "refusal": refusal,
        "shown": request.POST.get("shown") or shown_of(asset),
    }
    default = default_calendar(scope)
    machines = Asset.objects.within(scope).filter(line=asset, retired_at=None)
    if asset.is_line:
        calendar = bool(asset.calendar_id or default)
        context |= {
            "machines": list(machines),
            "lacks": lacking.of_line(asset, machines.count(), calendar=calendar),
        }
    else:
        own = list(asset.signals.within(scope))
        calendar = bool(asset.calendar_id or (asset.line and asset.line.calendar_id) or default)
        state = next((signal for signal in own if signal.role == "state"), None)
        means = None if state is None else state.params.get("map") or {}
        known = signals.received(scope) if known is None else known
        context |= {
            "rows": (shown := rows or signals.rows_of(scope, asset)),
            "watched": sum(row.is_watched for row in shown),
            "roles": Signal.Role.choices,
            "state": state,
            "offered": signals.offered(known, scope, asset),
            "counted": bool({signal.role for signal in own} & lacking.CYCLES),
            "lacks": lacking.of_machine(
                asset, {signal.role for signal in own}, means, calendar=calendar
            ),
        }
    status = 400 if refusal or (rows and any(row.error for row in rows)) else 200
    return render(request, "floor/structure/asset.html", context, status=status)


@needs("floor.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def state_map(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Say what each value of the state means; those that were seen are offered."""
    scope = request.tenant_scope
    asset = get_asset(scope, public_id)
    own = list(asset.signals.within(scope))
    signal = next((one for one in own if one.role == "state"), None)
    if signal is None:
        return redirect(asset)
    if request.method == "POST":
        said = [
            SignalSaid(
                one.role, one.tag,
                {**one.params, "map": states.taken(request.POST)} if one is signal else one.params,
            )
            for one in own
        ]  # fmt: skip
        SetSignals(
            scope=scope, organisation=asset.organisation, asset=asset, signals=said
        ).perform()
        messages.success(request, _("Kept. The states are worked out anew."))
        return redirect(asset)
    found = proposing.of_tag(asset.organisation, signal.tag)
    proposed: Mapping[str, str] = (found.params or {}).get("map", {}) if found else {}
    context = {
        "asset": asset,
        "signal": signal,
        "rows": states.meanings(
            signal.params.get("map") or {}, list(found.values) if found else [], proposed
        ),
        "states": STATES,
        "away": found is None,
    }
    return render(request, "floor/structure/states.html", context)


@needs("floor.manage")
@require_safe
def cycle(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show the cycle that its data propose; a piece of the machine's page."""
    scope = request.tenant_scope
    asset = get_asset(scope, public_id)
    heard = asking.ask(
        asset.organisation, "cycle", {"asset": str(asset.public_id)}, asking.LONG_SECONDS
    )
    told = heard.found if isinstance(heard.found, Mapping) else {}
    context = {
        "asset": asset,
        "problem": heard.problem,
        "typical": _number(told.get("typical")),
        "proposal": _number(told.get("proposal") or told.get("demonstrated")),
        "why": speech.told(told.get("why")),
        "parts": told.get("parts"),
    }
    return render(request, "floor/structure/cycle.html", context)


@needs("floor.manage")
@require_POST
def confirm_cycle(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take the proposed cycle as the ideal one."""
    scope = request.tenant_scope
    asset = get_asset(scope, public_id)
    seconds = _number(request.POST.get("seconds"))
    if seconds is None:
        messages.error(request, _("This is no number of seconds."))
        return redirect(asset)
    if "name" in request.POST:  # beside what else was typed on the page
        return _keep(request, asset, pressed="what", seconds=seconds)
    ChangeAsset(
        scope=scope, organisation=asset.organisation, asset=asset,
        values={"ideal_seconds": seconds, "ideal_confirmed": True},
    ).perform()  # fmt: skip
    messages.success(
        request,
        _("%(seconds)s s is the ideal cycle of %(name)s now.")
        % {"seconds": f"{seconds:g}", "name": asset.name},
    )
    return redirect(asset)


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return round(number, 3) if 0 < number <= 86_400 else None


@needs("floor.manage")
@require_safe
def from_data(request: HttpRequest) -> HttpResponse:
    """Offer what the data say; the looking itself is a piece that follows."""
    return render(request, "floor/structure/from_data.html", {})


@needs("floor.manage")
@require_safe
def found(request: HttpRequest) -> HttpResponse:
    """Show the lines, machines and roles that the data speak of."""
    scope = request.tenant_scope
    if scope.current is None:
        raise Http404
    proposal = proposing.propose(scope, scope.current)
    context = {
        "proposal": proposal,
        "roles": Signal.Role.choices,
        "templates": [(code, one.word) for code, one in TEMPLATES.items()],
        "machines": [(one, proposing.more_json(one)) for one in proposal.machines],
        "sites": list(Site.objects.here(scope)),
    }
    return render(request, "floor/structure/found.html", context)


@needs("floor.manage")
@require_POST
def take(request: HttpRequest) -> HttpResponse:
    """Draw what was taken of the proposal."""
    scope = request.tenant_scope
    drawn = proposing.taken(request.POST)
    machines = sum(one.kind == "machine" for one in drawn)
    if not machines:
        messages.warning(request, _("Nothing was taken: tick the machines that you want."))
        return redirect("floor:from_data")
    site = _site(scope, request.POST.get("site", ""))
    try:
        DrawAssets(scope=scope, organisation=scope.current, site=site, drawn=drawn).perform()
    except Refused as error:
        messages.error(request, str(error.sentence))
        return redirect("floor:from_data")
    messages.success(
        request, _("Drawn: %(n)s machines. Look through them, and confirm their ideal cycles.")
        % {"n": machines},
    )  # fmt: skip
    return redirect("floor:structure")


def _site(scope: Scope, named: str) -> Site:
    sites = Site.objects.here(scope)
    chosen = sites.filter(public_id=_uuid(named)).first() if named else None
    site = chosen or sites.order_by("-main").first()
    if site is None:
        raise Http404
    return site
