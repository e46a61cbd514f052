"""Stops as cards, and the tiles of reasons on them: the proposed one first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from deungdae.web.floor.models import Reason
from deungdae.web.floor.shown.documents import Stop
from deungdae.web.floor.shown.durations import day_clock, lasting
from deungdae.web.floor.shown.words import state_word


@dataclass(frozen=True)
class Tile:
    """One reason to tap on."""

    code: str
    word: str
    state: str
    state_word: str
    proposed: bool = False


@dataclass(frozen=True)
class StopCard:
    """One stop that waits: where, when, how long, and its tiles."""

    id: str
    value: str  #: as a form names it
    machine: str
    state: str
    when: str
    lasted: str
    lasting_still: bool
    fault: str
    tiles: Sequence[Tile]
    proposed: Tile | None
    url: str


def url(asset: str, start_us: int, end_us: int | None) -> str:
    """Return the page of one stop."""
    page = reverse("floor:stop", args=(asset, start_us))
    return f"{page}?end={end_us}" if end_us else page


def tiles(offered: Sequence[Reason], proposed: str) -> list[Tile]:
    """Return a tile for each reason; one that is proposed by its code or its word comes first."""
    found = [
        Tile(
            one.code,
            one.word,
            one.state,
            state_word(one.state),
            proposed in (one.code, one.word_ko, one.word_en) and bool(proposed),
        )
        for one in offered
    ]
    return sorted(found, key=lambda tile: not tile.proposed)


def card(
    stop: Stop,
    names: Mapping[str, str],
    offered: Sequence[Reason],
    words: Mapping[str, str],
    now_us: int,
) -> StopCard:
    """Return how a stop is shown."""
    found = tiles(offered, stop.proposed)
    fault = stop.fault or ("" if stop.proposed in words or not stop.proposed else stop.proposed)
    if any(tile.proposed and tile.word == fault for tile in found):
        fault = ""
    begins = day_clock(stop.start_us, now_us)
    if stop.end_us is None:
        when = _("since %(time)s") % {"time": begins}
    else:
        when = _("%(from)s to %(to)s") % {
            "from": begins,
            "to": day_clock(stop.end_us, stop.start_us),
        }
    return StopCard(
        f"stop-{stop.asset}-{stop.start_us}",
        f"{stop.asset}:{stop.start_us}:{stop.end_us or ''}",
        names.get(stop.asset, ""),
        stop.state,
        when,
        lasting(stop.seconds(now_us)),
        stop.end_us is None,
        fault,
        found,
        next((tile for tile in found if tile.proposed), None),
        url(stop.asset, stop.start_us, stop.end_us),
    )
