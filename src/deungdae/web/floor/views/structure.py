"""The structure: which lines and machines there are."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from deungdae.web.core.access import needs
from deungdae.web.floor.models import Asset


@needs("floor.see")
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List lines and machines."""
    scope = request.tenant_scope
    return render(
        request,
        "floor/structure.html",
        {"assets": Asset.objects.here(scope).filter(retired_at=None)},
    )
