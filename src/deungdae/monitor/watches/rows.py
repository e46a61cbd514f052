"""History as rows of equal steps, with the time in which the machine stood left empty."""

import asyncio
import logging
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from deungdae.analysis.oee import State
from deungdae.bus import Question, Refusal, ask
from deungdae.monitor.context import Context
from deungdae.monitor.watches.wanted import Grid
from deungdae.records.errors import PublicError

Floats = NDArray[np.float64]
Spans = Sequence[tuple[int, int]]

SETTLING_US = 60_000_000  #: after a start, in which a machine is not as it is later
PIECE_ROWS = 20_000  #: of one question
PIECE_US = 7 * 86_400_000_000
PACE_US = 6 * 3_600_000_000  #: of the good period, by which the tags' pace is known
MINUTE_US = 60_000_000
WITHIN = 20.0
AGAIN_SECONDS = 3.0  #: while states of long ago are being worked out, or the floor is busy
#: Refusals that mean that nobody can say; after any other one it may be said later.
NOBODY_SAYS = frozenset({"There is no such line or machine.", "There is no question {name}."})

_log = logging.getLogger(__name__)


class NotSaid(PublicError):  # noqa: N818 - the word a reader would say
    """Whoever knows when the machine ran failed to say so, again and again."""


async def rows(
    context: Context, organisation: str, tags: Sequence[str], grid: Grid, first: int, last: int
) -> Floats:
    """Return the last value of each tag in each row from `first` to before `last`, NaN for none.

    Raises `Unavailable` while history does not answer.
    """
    values = np.full((max(last - first, 0), len(tags)), np.nan)
    columns = {tag: column for column, tag in enumerate(tags)}
    for begin in range(first, last, PIECE_ROWS):
        end = min(begin + PIECE_ROWS, last)
        found = await context.past.means(
            organisation, tags, begin * grid.every_us, end * grid.every_us, grid.every_us
        )
        for tag, one in found.items():
            places = one.times // grid.every_us - first
            inside = (places >= 0) & (places < len(values))
            values[places[inside], columns[tag]] = one.last[inside]
        await asyncio.sleep(0)
    return values


async def running(
    context: Context,
    organisation: str,
    asset: str | None,
    start_us: int,
    end_us: int,
    *,
    tries: int = 1,
) -> Spans | None:
    """Return when a machine ran; None when nobody can say, and it is then always watched.

    What is not worked out yet, or could not be said, is asked for again, up to so many `tries`;
    what is not known then counts as not running. Raises `Unavailable` while nobody answers, and
    `Refusal` where the last try failed: a mistake there must not pass for "it ran all the time".
    """
    if asset is None or context.structure.asset(organisation, asset) is None:
        return None
    spans: list[tuple[int, int, str]] = []
    for begin in range(start_us, end_us, PIECE_US):
        found = await _states(
            context, organisation, asset, begin, min(begin + PIECE_US, end_us), tries
        )
        if found is None:
            return None
        spans += found
    if all(state == State.UNKNOWN for _, _, state in spans):
        return None
    return [(begin, end) for begin, end, state in spans if state == State.RUNNING]


async def _states(
    context: Context, organisation: str, asset: str, start_us: int, end_us: int, tries: int
) -> list[tuple[int, int, str]] | None:
    told = {"asset": asset, "start": start_us, "end": end_us}
    question = Question("monitor", "asset", organisation, told, within=WITHIN)
    found: list[tuple[int, int, str]] | None = None
    for left in reversed(range(tries)):
        try:
            async with await ask(context.connection, question) as answer:
                document = await answer.json()
        except Refusal as error:
            if error.message.template in NOBODY_SAYS:
                _log.info("nobody says when %s ran: %s", asset, error)
                return None
            if not left:
                _log.warning("when %s ran could not be said: %s", asset, error)
                raise
        else:
            found = [(span[0], span[1], span[2]) for span in document["spans"]]
            if not document.get("missing"):
                break
        if left:
            await asyncio.sleep(AGAIN_SECONDS)
    return found


def keep_running(values: Floats, spans: Spans | None, grid: Grid, first: int) -> None:
    """Empty the rows in which the machine did not run, or had only just begun to."""
    if spans is None:
        return
    ran = np.zeros(len(values), bool)
    # A span that goes on where the one before ended, or from before the first row, is no start.
    until = spans[0][0] if spans and spans[0][0] <= first * grid.every_us else None
    for start_us, end_us in spans:
        settled = start_us if until == start_us else start_us + SETTLING_US
        begin = -(-settled // grid.every_us) - first
        ran[max(begin, 0) : max(end_us // grid.every_us - first, 0)] = True
        until = end_us
    values[~ran] = np.nan


def leave_out(values: Floats, spans: Spans, grid: Grid, first: int) -> None:
    """Empty the rows of spans that a person excluded."""
    for start_us, end_us in spans:
        begin, end = start_us // grid.every_us - first, -(-end_us // grid.every_us) - first
        values[max(begin, 0) : max(end, 0)] = np.nan


async def pace_us(
    context: Context, organisation: str, tags: Sequence[str], start_us: int, end_us: int
) -> int:
    """Return how far apart the readings of the slower tags are, by a few hours of the period."""
    start_us = max(start_us, end_us - PACE_US)
    part = 10 * MINUTE_US if end_us - start_us >= 60 * MINUTE_US else MINUTE_US
    # Parts at the ends are whole too: half a part would look like half the pace.
    begin, end = -(-start_us // part) * part, end_us // part * part
    if end <= begin:
        return 1_000_000
    found = await context.past.means(organisation, tags, begin, end, part)
    counts = [float(np.median(one.counts)) for one in found.values() if len(one.counts)]
    if not counts:
        return 1_000_000
    # Held for up to ten rows: the one tag that is read once a minute does not slow all others.
    return int(part / max(float(np.quantile(counts, 0.25)), 1.0))
