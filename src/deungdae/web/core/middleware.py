"""What happens to every request before its view: who asks, in which language, by which right."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import translation
from django.views.defaults import page_not_found, permission_denied
from django_htmx.http import HttpResponseClientRedirect

from deungdae.records.errors import DeungdaeError
from deungdae.web.core.access import CURRENT, scope_of
from deungdae.web.core.action import NotAllowed, NotThere
from deungdae.web.core.scope import Scope

Handler = Callable[[HttpRequest], HttpResponse]


class RightMissing(DeungdaeError):  # noqa: N818 - the words a reader would say
    """A view says neither which right it needs nor that it is public; nobody sees it."""


class ScopeMiddleware:
    """Puts `request.tenant_scope` in place, speaks the person's language, denies by default."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer one request."""
        person = request.user if request.user.is_authenticated else None
        request.tenant_scope = (
            scope_of(person, request.session.get(CURRENT)) if person else Scope.nobody()
        )
        if person:
            translation.activate(person.language)
            request.LANGUAGE_CODE = translation.get_language()
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, named: Any
    ) -> HttpResponse | None:
        """Refuse a view without a guard, and lead a one-time password to its change."""
        match = request.resolver_match
        if set(match.namespaces) & set(settings.SELF_GUARDED_NAMESPACES):
            return None
        if not hasattr(view, "guard"):
            raise RightMissing(f"{match.route} has neither @needs(right) nor @public.")
        person = request.tenant_scope.person
        if person and person.must_change_password and not getattr(view, "before_password", False):
            return HttpResponseRedirect(reverse("core:change_password"))
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer an action without its right (403), or with another company's row (404)."""
        if isinstance(error, NotThere):
            return page_not_found(request, error)
        return permission_denied(request, error) if isinstance(error, NotAllowed) else None


class SignInFirst(LoginRequiredMiddleware):
    """Leads whoever has not signed in to the sign-in page, from a part of a page as well."""

    def handle_no_permission(self, request: HttpRequest, view: Any) -> HttpResponse:
        """Answer somebody who has not signed in."""
        response = super().handle_no_permission(request, view)
        return HttpResponseClientRedirect(response.url) if request.htmx else response


class SecurityHeadersMiddleware:
    """Says in each answer what a browser may do with it."""

    #: No inline script or style, no other host.
    POLICY = "; ".join(
        (
            "default-src 'self'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data: blob:",
            "font-src 'self'",
            "connect-src 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer one request."""
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", self.POLICY)
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()"
        )
        if getattr(request, "user", None) is not None and request.user.is_authenticated:
            # What one person saw must not be shown to the next one at the same machine.
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response
