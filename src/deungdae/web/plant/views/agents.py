"""The edge agents of an organisation: registered, joined, looked at, revoked."""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from deungdae import bus
from deungdae.records.environment import LOOPBACK
from deungdae.web.core import line
from deungdae.web.core.access import needs
from deungdae.web.core.lists import Column, Filter, Listing
from deungdae.web.core.scope import Scope
from deungdae.web.plant import chosen, copies, received, speech, standing
from deungdae.web.plant.access import get_agent
from deungdae.web.plant.actions.agents import ChangeAgent, RegisterAgent, RenewCode, RevokeAgent
from deungdae.web.plant.errors import Refused
from deungdae.web.plant.forms.agents import AgentForm
from deungdae.web.plant.machines import KINDS
from deungdae.web.plant.models import Agent, Configuration, Source, SparkplugGroup, Tag
from deungdae.web.plant.reconciling import note_join


@needs("plant.see")
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List the agents, each with its state and what it sent."""
    scope, now = request.tenant_scope, timezone.now()
    listing = _listing(request, now)
    if listing.file is not None:
        return listing.file
    counts = received.last_day(scope.current, now)
    rows = [_row(agent, now, counts) for agent in listing.page]
    context = {
        "list": listing,
        "rows": rows,
        "counted": counts is not None,
        "worried": [row for row in rows if row["standing"].code in ("silent", "refused")],
        "bus": line.stands(),
        "manages": scope.may("plant.manage"),
        "sources": Source.objects.here(scope).filter(revoked_at=None).count(),
        "groups": SparkplugGroup.objects.here(scope).filter(revoked_at=None).count(),
    }
    return render(request, "plant/agents.html", context)


def _row(agent: Agent, now: datetime, counts: received.Counts | None) -> dict[str, Any]:
    stands = standing.of(agent, now)
    return {
        "agent": agent,
        "standing": stands,
        "seen": speech.ago(stands.seen_at, now),
        "received": (counts or {}).get(agent.source),
    }


def _listing(request: HttpRequest, now: datetime) -> Listing:
    rows = Agent.objects.here(request.tenant_scope).select_related("site", "organisation")
    kept = {
        "joined": rows.filter(joined_at__isnull=False, revoked_at=None),
        "waiting": rows.filter(joined_at=None, revoked_at=None),
        "revoked": rows.filter(revoked_at__isnull=False),
    }
    # Those that were revoked stand in the list only when they are looked for.
    shown = rows if request.GET.get("state") == "revoked" else rows.filter(revoked_at=None)
    return Listing(
        request,
        shown,
        name="agents",
        caption=_("Edge agents"),
        columns=(
            Column("name", _("Name"), "name", lambda row: row.name),
            Column("state", _("State"), "", lambda row: standing.of(row, now).word),
            Column("site", _("Site"), "site__name", lambda row: str(row.site)),
            Column("seen", _("Last contact"), "seen_at", lambda row: row.seen_at),
            Column(
                "received", _("Points in 24 hours"), "", lambda row: None, number=True,
            ),
            Column("host", "PC", "host", lambda row: row.host, file_only=True),
            Column("edge", "ID", "edge", lambda row: row.edge, file_only=True),
        ),
        start="name",
        search=_("Find by name"),
        search_in=("name", "host"),
        filters=(
            Filter(
                "state", _("State"),
                (("joined", _("joined")), ("waiting", _("waiting to join")),
                 ("revoked", _("revoked"))),
                lambda narrowed, code: narrowed & kept[code],
            ),
        ),
    )  # fmt: skip


@needs("plant.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Register an agent; the line to paste is shown once."""
    scope = request.tenant_scope
    form = AgentForm(scope, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            agent, code = RegisterAgent(
                scope=scope, organisation=scope.current, now=timezone.now(), **form.cleaned_data
            ).perform()
        except Refused as error:
            form.add_error("name", str(error.sentence))
        else:
            return _code(request, agent, code)
    return render(request, "plant/new_agent.html", {"form": form})


@needs("plant.manage")
@require_POST
def code(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Make a new code for an agent, and show it once."""
    agent = get_agent(request.tenant_scope, public_id)
    try:
        made = RenewCode(
            scope=request.tenant_scope, organisation=agent.organisation, agent=agent,
            now=timezone.now(),
        ).perform()  # fmt: skip
    except Refused as error:
        messages.error(request, str(error.sentence))
        return redirect(agent)
    return _code(request, agent, made)


@never_cache
def _code(request: HttpRequest, agent: Agent, made: str) -> HttpResponse:
    address = urlsplit(settings.GATEWAY_URL)
    here = address.hostname in LOOPBACK
    context = {
        "agent": agent,
        "command": f"deungdae edge join {settings.GATEWAY_URL} {made}",
        "here": here,
        "plain": not here and address.scheme != "https",
        "expires_at": agent.code_expires_at,
        "told": not agent.untold,
    }
    return render(request, "plant/agent_code.html", context)


@needs("plant.see")
@require_safe
def joined(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Say whether an agent has joined with its code; once it has, lead to its page."""
    agent = get_agent(request.tenant_scope, public_id)
    try:
        join = line.get(bus.JOINS, agent.code_hash) if agent.code_hash else None
    except bus.Unavailable:
        return _waits(request, agent, away=True)
    if join is not None and join.used_us is not None:
        note_join(agent, join, timezone.now())
        messages.success(request, _("%(name)s has joined.") % {"name": agent.name})
        return HttpResponseClientRedirect(agent.get_absolute_url())
    return _waits(request, agent, away=False)


def _waits(request: HttpRequest, agent: Agent, *, away: bool) -> HttpResponse:
    if request.GET.get("away") == str(int(away)):
        # The page says so already; nobody is told the same every two seconds.
        return HttpResponse(status=204)
    return render(request, "plant/agent_waits.html", {"agent": agent, "away": away})


@needs("plant.see")
@require_safe
def show(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show an agent: how it is, what it reads, and its versions."""
    scope = request.tenant_scope
    agent = get_agent(scope, public_id)
    context = _shown(scope, agent)
    context |= {
        "form": AgentForm(
            scope, initial={"name": agent.name, "site": str(agent.site.public_id)}
        ),
        "kinds": list(KINDS.values()),
        "versions": Configuration.objects.within(scope).filter(agent=agent)
        .select_related("made_by")[:5],
    }  # fmt: skip
    return render(request, "plant/agent.html", context)


@needs("plant.see")
@require_safe
def state(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Return the part of an agent's page that changes by itself."""
    agent = get_agent(request.tenant_scope, public_id)
    return render(request, "plant/agent_state.html", _shown(request.tenant_scope, agent))


def _shown(scope: Scope, agent: Agent) -> dict[str, Any]:
    now = timezone.now()
    stands = standing.of(agent, now)
    configuration = (
        Configuration.objects.within(scope).filter(agent=agent, number=agent.number).first()
    )
    told = stands.machines()
    counts: dict[str, int] = {}
    for name in (
        Tag.objects.within(scope).filter(agent=agent, taken=True).values_list("machine", flat=True)
    ):
        counts[name] = counts.get(name, 0) + 1
    machines = [
        {
            "name": name,
            "kind": KINDS[driver["kind"]],
            "read": copies.is_read(driver),
            "tags": counts.get(name, 0),
            "told": told.get(name),
            "last": speech.ago((told.get(name) or {}).get("last_at"), now),
        }
        for driver in (configuration.drivers if configuration else [])
        for name in [chosen.name_of(driver)]
    ]
    books = received.last_day(scope.current, now)
    return {
        "agent": agent,
        "standing": stands,
        "seen": speech.ago(stands.seen_at, now),
        "machines": machines,
        "tags": sum(counts.values()),
        "received": None if books is None else books.get(agent.source, 0),
        "applying": stands.code == "connected"
        and agent.number > 0
        and stands.applied != agent.number,
        "code_open": agent.code_is_open(now),
        "waiting_points": stands.document.get("waiting"),
        "manages": scope.may("plant.manage") and agent.revoked_at is None,
        "admits": scope.may("plant.admit") and agent.revoked_at is None,
    }


@needs("plant.manage")
@require_POST
def change(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Store another name or another site."""
    scope = request.tenant_scope
    agent = get_agent(scope, public_id)
    form = AgentForm(scope, request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(e for found in form.errors.values() for e in found))
        return redirect(agent)
    try:
        ChangeAgent(
            scope=scope, organisation=agent.organisation, agent=agent, **form.cleaned_data
        ).perform()
        messages.success(request, _("The agent is changed."))
    except Refused as error:
        messages.error(request, str(error.sentence))
    return redirect(agent)


@needs("plant.admit")
@require_POST
def revoke(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Refuse an agent from now on."""
    agent = get_agent(request.tenant_scope, public_id)
    RevokeAgent(
        scope=request.tenant_scope, organisation=agent.organisation, agent=agent,
        now=timezone.now(),
    ).perform()  # fmt: skip
    agent.refresh_from_db()
    if agent.untold:
        messages.warning(
            request,
            _(
                "%(name)s is revoked here, but the gateway cannot be reached, so it is not refused "
                "yet. That follows by itself as soon as the gateway answers."
            )
            % {"name": agent.name},
        )
    else:
        messages.success(request, _("%(name)s is revoked and refused.") % {"name": agent.name})
    return redirect(agent)
