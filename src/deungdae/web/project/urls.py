"""All addresses of the project."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import include, path

from deungdae.web.core.access import needs
from deungdae.web.core.styleguide import styleguide
from deungdae.web.core.views.language import switch
from deungdae.web.floor.models import Asset


@needs("core.change_self")
def home(request: HttpRequest) -> HttpResponse:
    """Lead to the first page of the organisation that is shown."""
    if request.tenant_scope.current is None:
        return render(request, "core/no_organisation.html")
    drawn = Asset.objects.here(request.tenant_scope).filter(retired_at=None).exists()
    return redirect("floor:site" if drawn else "insight:home")


urlpatterns = [
    path("", home, name="home"),
    path("language/", switch, name="set_language"),
    path("", include("deungdae.web.core.urls")),
    path("", include("deungdae.web.companies.urls")),
    path("causes/", include("deungdae.web.insight.urls")),
    path("plant/", include("deungdae.web.plant.urls")),
    path("floor/", include("deungdae.web.floor.urls")),
    path("alarms/", include("deungdae.web.alarms.urls")),
    path("watches/", include("deungdae.web.watches.urls")),
    path("api/v1/", include("deungdae.web.api.urls")),
]
if settings.STYLEGUIDE:
    urlpatterns.append(path("styleguide/", styleguide, name="styleguide"))
