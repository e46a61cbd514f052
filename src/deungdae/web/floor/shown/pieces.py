"""Pieces of time: small ones become as many as a picture can hold, and gaps are known as such."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from deungdae.web.floor.shown.documents import UNKNOWN, Made, Span

MOST: Final = 56  #: bars that can be told apart on a phone
#: Lengths of a piece in seconds; the first that gives few enough is taken.
LENGTHS: Final = (600, 1800, 3600, 7200, 14400, 28800, 86400)


def gathered(
    made: Sequence[Made], start_us: int, end_us: int, least: int = LENGTHS[0]
) -> list[Made]:
    """Return counts in equal pieces of at least `least` seconds from the start of a span."""
    seconds = (end_us - start_us) / 1e6
    length = next((s for s in LENGTHS if s >= least and seconds / s <= MOST), LENGTHS[-1])
    size = length * 1_000_000
    found: dict[int, list[Made]] = {}
    for one in made:
        if start_us <= one.start_us < end_us:
            found.setdefault((one.start_us - start_us) // size, []).append(one)
    return [
        Made(
            start_us + number * size,
            min(start_us + (number + 1) * size, end_us),
            sum(one.produced for one in parts),
            sum(one.scrapped for one in parts),
        )
        for number, parts in sorted(found.items())
    ]


def with_silences(pieces: Sequence[Made], spans: Sequence[Span]) -> list[Made]:
    """Return pieces that know whether most of their time is unknown."""
    found = []
    for one in pieces:
        lasted = {True: 0, False: 0}
        for span in spans:
            inside = min(span.end_us, one.end_us) - max(span.start_us, one.start_us)
            lasted[span.state == UNKNOWN] += max(0, inside)
        found.append(replace(one, unheard=lasted[True] > lasted[False]))
    return found


def seconds_by_state(spans: Sequence[Span], start_us: int, end_us: int) -> dict[str, float]:
    """Return how long each state lasted between two instants; what no span covers is unknown."""
    total: dict[str, float] = {}
    covered = 0.0
    for one in spans:
        lasted = (min(one.end_us, end_us) - max(one.start_us, start_us)) / 1e6
        if lasted > 0:
            total[one.state] = total.get(one.state, 0.0) + lasted
            covered += lasted
    left = (end_us - start_us) / 1e6 - covered
    if left >= 1:
        total[UNKNOWN] = total.get(UNKNOWN, 0.0) + left
    return total
