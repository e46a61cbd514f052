"""The interface as one object: its description, its parts, and the door to each address."""

from collections.abc import Callable
from importlib.metadata import version
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation.trans_real import parse_accept_lang_header
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI

from deungdae.reports.words import LANGUAGES
from deungdae.web.api import account, analyses, errors, floor, sites, uploads
from deungdae.web.api.access import AccessKey, EachKey
from deungdae.web.api.paging import UnknownCursor
from deungdae.web.core.scope import Scope

View = Callable[..., HttpResponse]

DESCRIPTION = """\
Files in, causes of defects out; the history of machines; what lines and machines do. Every request
carries a personal access key in the header `Authorization: Bearer dgd_…`; a key may do what its
person may. An object of another organisation is not there (404). Sentences are Korean or English,
as `Accept-Language` asks. Every error has the shape `{"error": {"code", "message", "details"}}`.
"""


def make_interface() -> NinjaAPI:
    """Return the interface with all its parts."""
    made = NinjaAPI(
        title="Deungdae",
        version=version("deungdae"),
        description=DESCRIPTION,
        urls_namespace="api",
        auth=AccessKey(),
        throttle=EachKey(),
        docs_url=None,  # the pages of the library load scripts from other hosts
    )
    for part in (account, uploads, analyses, sites, floor):
        made.add_router("", part.router)
    errors.add_handlers(made)
    made.add_exception_handler(UnknownCursor, _unknown_cursor)
    return made


def _unknown_cursor(request: HttpRequest, error: Exception) -> HttpResponse:
    return errors.invalid([{"where": ["query", "cursor"], "problem": "unknown_cursor"}])


def door(view: View) -> View:
    """Let a request in without a session, and let no answer out that is not of our shape."""

    @login_not_required
    @csrf_exempt
    def answered(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
        request.tenant_scope = Scope.nobody()  # whatever a cookie said
        with translation.override(_language(request)):
            try:
                answer = view(request, *args, **named)
            except Http404:
                answer = errors.not_found()
            if answer.status_code == 405:
                answer = errors.method_not_allowed(answer["Allow"])
            answer["Content-Language"] = translation.get_language()
        answer["Cache-Control"] = "private, no-store"
        patch_vary_headers(answer, ("Accept-Language", "Authorization"))
        return answer

    return answered


def _language(request: HttpRequest) -> str:
    for asked, _weight in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        language: str = asked.partition("-")[0]
        if language in LANGUAGES:
            return language
    return str(settings.LANGUAGE_CODE)


def nothing_here(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Answer an address that does not exist."""
    raise Http404
