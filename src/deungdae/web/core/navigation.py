"""Where one may go: each app adds its places, and a reader sees those they have a right to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise

from deungdae.web.core.rules import allowed
from deungdae.web.core.scope import Scope

Word: TypeAlias = str | Promise


@dataclass(frozen=True)
class Place:
    """A page that stands in the navigation.

    `url_name` is reversed without arguments; `icon` is a sign of icons.svg; `right` is asked in the
    organisation whose pages are shown; `order` sorts, from 0 (first) to 99; `group` is the heading
    under which the place stands, "" above all headings. `also` are further URL names during which
    the place is marked as the current one.
    """

    word: Word
    icon: str
    url_name: str
    right: str
    order: int = 50
    group: Word = ""
    also: Sequence[str] = ()
    #: URL name of `{"count": 3, "words": "3 wait …"}`, which the browser asks for beside the page
    counted: str = ""


@dataclass(frozen=True)
class Shown:
    """A place as one page shows it."""

    word: Word
    icon: str
    url: str
    current: bool
    counted: str = ""  #: where its count is asked for


@dataclass(frozen=True)
class Group:
    """The places under one heading."""

    heading: Word
    places: Sequence[Shown]


_PLACES: Final[list[Place]] = []


def add(*places: Place) -> None:
    """Add places; an app does so when it is ready. The same URL name twice is added once."""
    known = {place.url_name for place in _PLACES}
    _PLACES.extend(place for place in places if place.url_name not in known)
    _PLACES.sort(key=lambda place: place.order)


def groups(request: HttpRequest, scope: Scope) -> list[Group]:
    """Return what this reader may visit, in order, by heading."""
    match = request.resolver_match
    here = match.view_name if match else ""
    found: dict[str, Group] = {}
    for place in _PLACES:
        if not allowed(place.right, scope, scope.current):
            continue
        shown = Shown(
            place.word,
            place.icon,
            reverse(place.url_name),
            here == place.url_name or here in place.also,
            reverse(place.counted) if place.counted else "",
        )
        group = found.setdefault(str(place.group), Group(place.group, []))
        found[str(place.group)] = Group(group.heading, [*group.places, shown])
    return list(found.values())
