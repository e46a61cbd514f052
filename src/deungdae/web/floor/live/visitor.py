"""Who looks at an open page, and whether they still may: it stays open for hours and days."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest

from deungdae.web.core.access import CURRENT, scope_of
from deungdae.web.core.models import Person
from deungdae.web.core.rules import allowed


@dataclass(frozen=True)
class Visitor:
    """Who looks at what; `may` asks the database whether they still may, and blocks meanwhile.

    `assets` are the keys that the page shows, None for all of them.
    """

    person: int
    organisation: Any
    language: str
    assets: frozenset[str] | None
    may: Callable[[], bool]
    ended: str
    too_many: str


def may_see(session_key: str, organisation: str, right: str) -> Callable[[], bool]:
    """Return what says whether a session still shows an organisation to somebody with a right."""
    store = import_module(settings.SESSION_ENGINE).SessionStore

    def may() -> bool:
        again = HttpRequest()
        again.session = store(session_key)
        person = get_user(again)
        if not isinstance(person, Person) or not person.is_active:
            return False
        scope = scope_of(person, again.session.get(CURRENT))
        current = scope.current
        if current is None or str(current.public_id) != organisation:
            return False
        return allowed(right, scope, current)

    return may
