"""A span of time as a band: where points came, where none came and why, and what was so."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from deungdae.web.plant.models import Episode
from deungdae.web.plant.operations.evidence import Explained
from deungdae.web.plant.operations.spans import microseconds

WIDTH: Final = 1000  #: of a band, in its own units
THINNEST: Final = 3.0  #: so that a short gap can be seen
MOST_BANDS: Final = 8


@dataclass(frozen=True)
class Piece:
    """A part of a band: where it begins, how wide it is, what it is."""

    x: float
    width: float
    kind: str
    words: str = ""


@dataclass(frozen=True)
class Band:
    """One line of the picture; `words` says for a reader what it shows."""

    label: str
    pieces: tuple[Piece, ...]
    words: str


def of_silences(
    silences: Sequence[Explained], start_us: int, end_us: int, since_us: int | None
) -> Band:
    """Return the band of the points: grey where they came, coloured where none did.

    It is empty before `since_us`, when the source was not there yet.
    """
    pieces = [_piece(max(start_us, since_us or start_us), end_us, start_us, end_us, "there")]
    for one in silences:
        kind = "known" if one.known else "unknown"
        pieces.append(_piece(one.start_us, one.end_us, start_us, end_us, kind))
    if not silences:
        words = _("Points came all the time.")
    else:
        words = _("There are {n} times without points; the table below names each.").format(
            n=len(silences)
        )
    return Band(_("Points"), tuple(pieces), words)


def of_episodes(rows: Iterable[Episode], start_us: int, end_us: int) -> list[Band]:
    """Return a band for each thing that was so, for as long as it was."""
    bands: dict[tuple[str, str], list[Piece]] = {}
    for row in rows:
        last = end_us if row.ended_at is None else microseconds(row.ended_at)
        piece = _piece(microseconds(row.began_at), last, start_us, end_us, "so")
        bands.setdefault((row.what, row.subject), []).append(piece)
    found = []
    for (what, subject), pieces in list(bands.items())[:MOST_BANDS]:
        word = str(Episode.What(what).label)
        name = subject.partition(":")[0]
        label = f"{name}: {word}" if name else word[:1].upper() + word[1:]
        words = _("{what}: {n} times within this span").format(what=label, n=len(pieces))
        found.append(Band(label, tuple(pieces), words))
    return found


def _piece(low_us: int, high_us: int, start_us: int, end_us: int, kind: str) -> Piece:
    span = max(1, end_us - start_us)
    x = max(0.0, (low_us - start_us) / span * WIDTH)
    right = min(float(WIDTH), (high_us - start_us) / span * WIDTH)
    width = max(THINNEST, right - x)
    return Piece(round(min(x, WIDTH - width), 1), round(width, 1), kind)
