"""States as small signs with the pattern that they have in a band."""

from uuid import uuid4

from django.utils.html import format_html
from django.utils.safestring import SafeString

from deungdae.web.floor.shown.drawing.bands import HEIGHTS, fill, patterns

WIDE, HIGH = 22, 16


def swatch(state: str) -> SafeString:
    """Return a small sign of a state: its height and its pattern."""
    mark = uuid4().hex[:6]
    share = HEIGHTS.get(state, 1.0)
    return format_html(
        '<svg width="{w}" height="{h}" aria-hidden="true" focusable="false">{}'
        '<rect width="{w}" height="{h}" fill="var(--sunk)"/>'
        '<rect y="{}" width="{w}" height="{}" fill="{}"/></svg>',
        patterns(mark),
        round(HIGH * (1 - share)),
        HIGH - round(HIGH * (1 - share)),
        fill(state, mark),
        w=WIDE,
        h=HIGH,
    )
