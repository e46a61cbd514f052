"""From times to shares of the width, and the times that are written below."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from deungdae.web.floor.shown.durations import DAY, HOUR, MINUTE, moment

#: Steps between two written times, in seconds; the first with few enough times is taken.
STEPS: Final = (
    5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE,
    HOUR, 2 * HOUR, 3 * HOUR, 4 * HOUR, 6 * HOUR, 12 * HOUR,
    DAY, 2 * DAY, 7 * DAY,
)  # fmt: skip
MOST_TICKS: Final = 7  #: as many as stand beside one another on a phone
#: Nearer to an edge than this share, a time is written inwards.
EDGE: Final = 4.0


@dataclass(frozen=True, slots=True)
class Axis:
    """Times from one instant to another."""

    start_us: int
    end_us: int

    def at(self, time_us: float) -> float:
        """Return where a time lies, in percent of the width, within the picture."""
        share = 100 * (time_us - self.start_us) / (self.end_us - self.start_us)
        return min(max(share, 0.0), 100.0)

    def wide(self, start_us: float, end_us: float) -> float:
        """Return how wide a stretch is, in percent."""
        return self.at(end_us) - self.at(start_us)

    def ticks(self) -> Sequence[tuple[float, str]]:
        """Return places in percent and what is written there: whole hours or days, local time."""
        length = (self.end_us - self.start_us) / 1e6
        step = next((one for one in STEPS if length / one <= MOST_TICKS), STEPS[-1])
        first = moment(self.start_us)
        midnight = first.replace(hour=0, minute=0, second=0, microsecond=0)
        behind = (first - midnight).total_seconds() % step
        at = first + timedelta(seconds=step - behind if behind else 0)
        found = []
        while (time_us := int(at.timestamp() * 1e6)) <= self.end_us:
            day = step >= DAY or (at.hour, at.minute) == (0, 0)
            found.append((self.at(time_us), f"{at.month}/{at.day}" if day else f"{at:%H:%M}"))
            at += timedelta(seconds=step)
        return found


def percent(value: float) -> str:
    """Return a share as an attribute has it."""
    return f"{value:.3f}".rstrip("0").rstrip(".") + "%"


def drawn_ticks(axis: Axis, top: int, bottom: int) -> SafeString:
    """Draw lines from `top` to `bottom` at written times, and the times below."""
    return format_html_join(
        "",
        '<line x1="{0}" x2="{0}" y1="{1}" y2="{2}" stroke="var(--chart-grid)"/>'
        '<text x="{0}" y="{3}" text-anchor="{4}" font-size="12" fill="var(--chart-muted)">{5}'
        "</text>",
        ((percent(at), top, bottom, bottom + 15, anchor(at), word) for at, word in axis.ticks()),
    )


def anchor(at: float) -> str:
    """Return on which side of its place a word stands, so that none is cut off at the edges."""
    return "start" if at < EDGE else "end" if at > 100 - EDGE else "middle"


def picture(height: int, sentence: str, inside: SafeString) -> SafeString:
    """Return a whole picture with what it shows in words."""
    return format_html(
        '<svg class="floor-picture" xmlns="http://www.w3.org/2000/svg" width="100%" height="{}" '
        'role="img" aria-label="{}">{}</svg>',
        height,
        sentence,
        inside,
    )
