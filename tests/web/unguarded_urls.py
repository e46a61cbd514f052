"""An address whose view was never given a guard."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def bare(request: HttpRequest) -> HttpResponse:
    """Answer whoever asks: a mistake."""
    return HttpResponse("seen")


urlpatterns = [path("bare/", bare), path("", include("deungdae.web.core.urls"))]
