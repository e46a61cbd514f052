"""Who calls: the person of an access key, and what that person may do where.

A session's cookie counts for nothing here: a page of another host could make a browser send it.
"""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.cache import cache
from django.http import Http404, HttpRequest
from django.utils import timezone, translation
from ninja.security import HttpBearer
from ninja.throttling import BaseThrottle

from deungdae.web.core.access import scope_of
from deungdae.web.core.action import NotAllowed
from deungdae.web.core.models import Organisation, Person
from deungdae.web.core.scope import Scope
from deungdae.web.core.tokens import person_of, token_hash

WINDOW = 60  #: seconds over which requests of one key are counted


class AccessKey(HttpBearer):
    """A personal access key in the header `Authorization: Bearer`."""

    def authenticate(self, request: HttpRequest, token: str) -> Person | None:
        """Return whose key this is and put the scope in place; None leads to 401."""
        person = person_of(token, timezone.now())
        if person is None:
            return None
        request.tenant_scope = scope_of(person)
        request.access_key = token_hash(token)
        if "Accept-Language" not in request.headers:
            translation.activate(person.language)
        return person


class EachKey(BaseThrottle):
    """Lets each key make `settings.API_REQUESTS_A_MINUTE` requests in a minute of the clock."""

    def allow_request(self, request: HttpRequest) -> bool:
        """Count the request; False when there were too many in this minute."""
        place = f"api:{request.access_key}:{int(timezone.now().timestamp()) // WINDOW}"
        if cache.add(place, 1, 2 * WINDOW):
            return True
        try:
            counted: int = cache.incr(place)
        except ValueError:  # forgotten between the two calls: a new minute has begun
            return True
        return counted <= settings.API_REQUESTS_A_MINUTE

    def wait(self) -> float:
        """Return the seconds until the next minute begins."""
        return float(WINDOW - int(timezone.now().timestamp()) % WINDOW)


def scope_in(request: HttpRequest, organisation: UUID | None) -> Scope:
    """Return the caller's scope, with the organisation asked for as the current one.

    Without one it is the caller's only organisation, or the first by name. Raises Http404 for an
    organisation to which the caller does not belong.
    """
    scope: Scope = request.tenant_scope
    if organisation is None:
        return scope
    wanted = scope_of(scope.person, str(organisation))
    if wanted.current is None or wanted.current.public_id != organisation:
        raise Http404
    return wanted


def ask(scope: Scope, right: str, organisation: Organisation | None) -> None:
    """Raise `NotAllowed` unless the caller has a right in an organisation."""
    if organisation is None or not scope.may(right, organisation):
        raise NotAllowed(f"This needs the right {right}.")


def seen(scope: Scope, found: Any) -> Any:
    """Return what was found, once the caller's right to see it has been asked."""
    ask(scope, "insight.see", found.organisation)
    return found
