"""Bars that lie in the rows of a table: the words and numbers stand beside them as text."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple
from uuid import uuid4

from django.utils.html import format_html
from django.utils.safestring import SafeString

from deungdae.web.floor.shown.documents import LOSSES, UNKNOWN, Waterfall, Weight
from deungdae.web.floor.shown.drawing.axis import percent
from deungdae.web.floor.shown.drawing.bands import fill, patterns
from deungdae.web.floor.shown.durations import lasting
from deungdae.web.floor.shown.durations import percent as share_words
from deungdae.web.floor.shown.words import LOSS_WORDS, Reasons, why

HIGH: Final = 20
FINEST: Final = 0.001  #: of planned time, below which a step is left out
#: How a loss that is no state of its own is filled.
LIKE: Final = {"micro_stops": "stopped", "scrap": "down", "rework": "down"}


class Step(NamedTuple):
    """One row: its word, its bar, how long, which share; `kind` tells the whole and the rest."""

    word: str
    bar: SafeString
    lasted: str
    share: str
    kind: str = ""
    note: str = ""


def bar(left: float, wide: float, how: str, mark: str = "") -> SafeString:
    """Return a bar in a row, from `left` and so wide, in percent."""
    return format_html(
        '<svg class="step-bar" width="100%" height="{h}" aria-hidden="true" focusable="false">{}'
        '<rect x="{}" y="2" width="{}" height="{inner}" fill="{}"/></svg>',
        patterns(mark) if mark else "",
        percent(left),
        percent(max(wide, 0.4) if wide > 0 else 0),
        how,
        h=HIGH,
        inner=HIGH - 4,
    )


def waterfall_steps(waterfall: Waterfall, words: Mapping[str, str]) -> Sequence[Step]:
    """Return planned time, each loss that cost something, and what is left of it.

    `words` says what planned and productive time are called ("planned", "productive").
    """
    planned = waterfall.planned
    if planned <= 0:
        return ()
    found = [_step(words["planned"], 0.0, planned, planned, "var(--chart-ink)", kind="whole")]
    left = planned
    for name in (UNKNOWN, *LOSSES):
        seconds = waterfall.losses[name]
        if abs(seconds) < max(1.0, FINEST * planned):
            continue
        mark = uuid4().hex[:6]
        how = "var(--chart-neutral)" if name == "slow" else fill(LIKE.get(name, name), mark)
        needed = mark if how.startswith("url") else ""
        start = min(left, left - seconds)
        found.append(
            _step(str(LOSS_WORDS[name]), start, abs(seconds), planned, how, mark=needed,
                  sign="−" if seconds > 0 else "+")
        )  # fmt: skip
        left -= seconds
    found.append(
        _step(words["productive"], 0.0, waterfall.productive, planned, "var(--chart-ink)",
              kind="rest")
    )  # fmt: skip
    return found


def _step(
    word: str,
    start: float,
    seconds: float,
    planned: float,
    how: str,
    *,
    mark: str = "",
    kind: str = "",
    sign: str = "",
) -> Step:
    return Step(
        word,
        bar(max(100 * start / planned, 0), min(100 * seconds / planned, 100), how, mark),
        f"{sign}{lasting(seconds)}",
        f"{sign}{share_words(seconds / planned)}",
        kind,
    )


def pareto_steps(weights: Sequence[Weight], reasons: Reasons, without: str) -> Sequence[Step]:
    """Return the reasons of stops, the longest first; `note` is the share of all so far.

    What has no reason comes under the word of its state, or `without`.
    """
    longest = max((one.seconds for one in weights), default=0.0)
    return [
        Step(
            why(one.reason, reasons, without),
            bar(0.0, 100 * one.seconds / longest if longest else 0, "var(--chart-neutral)"),
            lasting(one.seconds),
            share_words(one.share),
            "",
            share_words(one.so_far),
        )
        for one in weights
    ]
