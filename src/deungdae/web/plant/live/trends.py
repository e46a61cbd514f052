"""The day so far of a few tags: one mean for each of about a hundred equal parts.

A day that has just begun says nothing yet, so that eight hours are shown at least.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from deungdae import bus
from deungdae.web.core import line

MOST_TAGS: Final = 40  #: in one question
PARTS: Final = 96
MINUTE_MS: Final = 60_000
LEAST: Final = timedelta(hours=8)
#: Lengths of a part, in minutes.
STEPS: Final = (5, 10, 15)


def begin(now: datetime) -> datetime:
    """Return when a trend begins: at midnight, or eight hours ago; `now` is a local time."""
    return min(now.replace(hour=0, minute=0, second=0, microsecond=0), now - LEAST)


def today(organisation: str, tags: Sequence[str], now: datetime) -> dict[str, Any]:
    """Return means since `begin`: {"from", "every", "count", "tags": {tag: [mean or None, …]}}.

    Times are milliseconds. Raises `bus.Unavailable` and `bus.Refusal`.
    """
    end_ms = int(now.timestamp() * 1000)
    long_ms = end_ms - int(begin(now).timestamp() * 1000)
    minutes = next((step for step in STEPS if long_ms / MINUTE_MS / step <= PARTS), STEPS[-1])
    every = minutes * MINUTE_MS
    # Whole parts of the clock, so that the rollups of minutes can be added up.
    start_ms = (end_ms - long_ms) // every * every
    count = -(-(end_ms - start_ms) // every)
    parameters = {
        "tags": list(tags),
        "start": start_ms * 1000,
        "end": (start_ms + count * every) * 1000,
        "every": every * 1000,
        "origin": start_ms * 1000,
    }
    found: dict[str, list[float | None]] = {tag: [None] * count for tag in tags}
    question = bus.Question("history", "aggregate", organisation, parameters, within=10)
    with line.ask(question) as answer:
        for one in answer.json()["series"]:
            for time_us, mean in zip(one["time"], one["mean"], strict=True):
                place = (time_us // 1000 - start_ms) // every
                if mean is not None and 0 <= place < count:
                    found[one["tag"]][place] = float(f"{mean:.4g}")
    return {"from": start_ms, "every": every, "count": count, "tags": found}
