"""The edge agents of an organisation."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from deungdae.web.core.access import needs
from deungdae.web.core.lists import Column, Listing
from deungdae.web.plant.models import Agent


@needs("plant.see")
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List the agents."""
    listing = _listing(request)
    return listing.file or render(request, "plant/agents.html", {"list": listing})


def _listing(request: HttpRequest) -> Listing:
    return Listing(
        request,
        Agent.objects.here(request.tenant_scope).select_related("site"),
        name="agents",
        caption=_("Edge agents"),
        columns=(
            Column("name", _("Name"), "name", lambda row: row.name),
            Column("site", _("Site"), "site__name", lambda row: str(row.site)),
        ),
        start="name",
        search=_("Find by name"),
        search_in=("name", "host"),
    )
