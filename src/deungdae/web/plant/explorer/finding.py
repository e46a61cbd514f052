"""Tags by a few words of their names: those that people described, and those that just came."""

from collections.abc import Mapping

from django.core.cache import cache

from deungdae import bus
from deungdae.web.core import line
from deungdae.web.core.scope import Scope
from deungdae.web.plant.live.board import BOARDS, with_unknown
from deungdae.web.plant.live.lines import Described
from deungdae.web.plant.live.tags import described_here

MOST = 30  #: in one answer
KEEP_SECONDS = 60


def known(scope: Scope) -> Mapping[str, Described]:
    """Return all tags of the organisation that is shown, also those of which nobody said a word."""
    organisation = str(scope.current.public_id)
    board = BOARDS.find(organisation)
    if board is not None and board.version:
        return board.described
    described = described_here(scope)
    name = f"plant-tags-{organisation}"
    seen = cache.get(name)
    if seen is None:
        try:
            with line.ask(bus.Question("history", "tags", organisation, within=10)) as answer:
                seen = [tag["tag"] for tag in answer.json()["tags"]]
        except (bus.Unavailable, bus.Refusal):
            return described
        cache.set(name, seen, KEEP_SECONDS)
    return with_unknown(described, seen)


def find(text: str, among: Mapping[str, Described], besides: tuple[str, ...]) -> list[Described]:
    """Return tags that hold every word of a text in their path or label, the first `MOST`."""
    words = text.casefold().split()
    found = []
    for path, about in among.items():
        if path in besides:
            continue
        if all(word in f"{path} {about.label}".casefold() for word in words):
            found.append(about)
            if len(found) == MOST:
                break
    return found
