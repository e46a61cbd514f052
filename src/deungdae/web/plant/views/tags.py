"""The tags that somebody chose or described."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from deungdae.web.core.access import needs
from deungdae.web.core.lists import Column, Listing
from deungdae.web.plant.models import Tag


@needs("plant.see")
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List the tags."""
    listing = _listing(request)
    return listing.file or render(request, "plant/tags.html", {"list": listing})


def _listing(request: HttpRequest) -> Listing:
    return Listing(
        request,
        Tag.objects.here(request.tenant_scope).select_related("agent", "site"),
        name="tags",
        caption=_("Tags"),
        columns=(
            Column("path", _("Name"), "path", lambda row: row.path),
            Column("unit", _("Unit"), "unit", lambda row: row.unit),
        ),
        start="path",
        search=_("Find by name"),
        search_in=("path", "label"),
    )
