"""What machines measured while each part was made: windows of time, and features over them.

A part has one window, which ends when it was made: nothing that was measured later is looked at.
A tag is taken as a *standing* signal: each value holds until the next one comes, yet no longer
than its `hold`. Times are microseconds since 1970 UTC, spans are int64, `NO_TIME` is none.
"""

from deungdae.analysis.joining.features import FEATURES, Features, Gathering
from deungdae.analysis.joining.spans import spans
from deungdae.analysis.joining.windows import (
    NO_TIME,
    Changes,
    Windows,
    before,
    of_cycles,
    of_lots,
    of_spans,
)

__all__ = [
    "FEATURES",
    "NO_TIME",
    "Changes",
    "Features",
    "Gathering",
    "Windows",
    "before",
    "of_cycles",
    "of_lots",
    "of_spans",
    "spans",
]
