"""Every configuration that an agent was given: who, when, why, and the way back."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from deungdae.web.core.access import needs
from deungdae.web.core.lists import Column, Filter, Listing
from deungdae.web.plant import chosen, standing
from deungdae.web.plant.access import get_agent
from deungdae.web.plant.actions.configurations import GoBack
from deungdae.web.plant.errors import Refused
from deungdae.web.plant.models import Agent, Configuration


@needs("plant.see")
@require_safe
def index(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """List the versions, the latest first."""
    scope = request.tenant_scope
    agent = get_agent(scope, public_id)
    listing = _listing(request, agent)
    if listing.file is not None:
        return listing.file
    context = {
        "agent": agent,
        "list": listing,
        "standing": standing.of(agent, timezone.now()),
        "manages": scope.may("plant.manage") and agent.revoked_at is None,
    }
    return render(request, "plant/versions.html", context)


def _listing(request: HttpRequest, agent: Agent) -> Listing:
    rows = Configuration.objects.within(request.tenant_scope).filter(agent=agent)
    return Listing(
        request,
        rows.select_related("made_by"),
        name="versions",
        caption=_("Versions"),
        columns=(
            Column(
                "number", _("Configuration version"), "number", lambda row: row.number,
                number=True,
            ),
            Column("what", _("What was done"), "what", lambda row: row.get_what_display()),
            Column("about", _("What it concerns"), "", lambda row: row.about, file_only=True),
            Column(
                "machines", _("Machines"), "", lambda row: ", ".join(names(row)),
            ),
            Column("by", _("Changed by"), "made_by__name", lambda row: str(row.made_by or "")),
            Column("at", _("Made on"), "made_at", lambda row: row.made_at),
        ),
        start="-number",
        search=_("Find a machine or a tag"),
        search_in=("about", "made_by__name"),
        filters=(
            Filter(
                "what", _("What was done"), Configuration.What.choices,
                lambda narrowed, code: narrowed.filter(what=code),
            ),
        ),
    )  # fmt: skip


def names(version: Configuration) -> list[str]:
    """Return the names of the machines of a version."""
    return [chosen.name_of(driver) for driver in version.drivers]


@needs("plant.manage")
@require_POST
def back(request: HttpRequest, public_id: UUID, number: int) -> HttpResponse:
    """Read what an earlier version read."""
    scope = request.tenant_scope
    agent = get_agent(scope, public_id)
    found = Configuration.objects.within(scope).filter(agent=agent, number=number).first()
    if found is None:
        raise Http404
    try:
        made = GoBack(scope=scope, organisation=agent.organisation, agent=agent, to=found).perform()
        messages.success(
            request,
            _("Version %(new)d reads what version %(old)d read.")
            % {"new": made.number, "old": number},
        )
    except Refused as error:
        messages.error(request, str(error.sentence))
    return redirect(agent)
