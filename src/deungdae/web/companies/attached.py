"""What hangs on a site: apps above this one say what it is, since this one does not know them."""

from collections.abc import Callable
from typing import Any, Final

from deungdae.web.companies.models import Site
from deungdae.web.core.scope import Scope

#: Counts what belongs to a site, and lets it belong to another one.
Count = Callable[[Scope, Site], int]
Move = Callable[[Scope, Site, Site], Any]

#: A page about a site: its word and its address, None where there is none for this site.
Page = Callable[[Scope, Site], tuple[str, str] | None]

_PAGES: Final[list[Page]] = []
_ATTACHED: Final[dict[str, tuple[Count, Move]]] = {}


def add(name: str, count: Count, move: Move) -> None:
    """Say what hangs on sites; an app does so when it is ready."""
    _ATTACHED[name] = (count, move)


def count(scope: Scope, site: Site) -> int:
    """Return how many things hang on a site."""
    return sum(counted(scope, site) for counted, _ in _ATTACHED.values())


def move(scope: Scope, site: Site, to: Site) -> None:
    """Let everything that hangs on a site hang on another one."""
    for _, moved in _ATTACHED.values():
        moved(scope, site, to)


def add_page(page: Page) -> None:
    """Say which page an app has about each site; an app does so when it is ready."""
    if page not in _PAGES:
        _PAGES.append(page)


def pages(scope: Scope, site: Site) -> list[tuple[str, str]]:
    """Return words and addresses of what else there is about a site."""
    return [found for page in _PAGES if (found := page(scope, site)) is not None]
