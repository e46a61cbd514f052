"""The language switch that stands on each page."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from deungdae.web.core.access import before_password, public
from deungdae.web.core.actions.accounts import ChangeProfile


def way_back(request: HttpRequest) -> str:
    """Return the page of ours that a form names as the next one; else the first page."""
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else "/"


def remember(request: HttpRequest, response: HttpResponse, language: str) -> None:
    """Let the browser keep the language, for pages before signing in."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=365 * 24 * 3600,
        secure=request.is_secure(),
        httponly=True,
        samesite=settings.LANGUAGE_COOKIE_SAMESITE,
    )


@public
@before_password
@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """Speak another language from now on: `language` is ko or en, `next` the page to show."""
    response = HttpResponseRedirect(way_back(request))
    wanted = request.POST.get("language", "")
    if wanted in dict(settings.LANGUAGES):
        scope = request.tenant_scope
        if scope.person and scope.person.language != wanted:
            ChangeProfile(scope=scope, name=scope.person.name, language=wanted).perform()
        remember(request, response, wanted)
    return response
