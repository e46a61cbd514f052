"""The day so far of a few tags: one mean for each of about a hundred equal parts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from deungdae import bus
from deungdae.web.core import line

MOST_TAGS: Final = 40  #: in one question
PARTS: Final = 96
MINUTE_MS: Final = 60_000
#: Lengths of a part, in minutes.
STEPS: Final = (1, 2, 5, 10, 15)


def today(organisation: str, tags: Sequence[str], now: datetime) -> dict[str, Any]:
    """Return means since midnight: {"from", "every", "count", "tags": {tag: [mean or None, …]}}.

    Times are milliseconds. Raises `bus.Unavailable` and `bus.Refusal`.
    """
    start = now.replace(hour=0, minute=0, second=0, microsecond=0)
    start_ms, end_ms = int(start.timestamp() * 1000), int(now.timestamp() * 1000)
    minutes = next(
        (step for step in STEPS if (end_ms - start_ms) / MINUTE_MS / step <= PARTS), STEPS[-1]
    )
    every = minutes * MINUTE_MS
    count = -(-(end_ms - start_ms) // every) or 1
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
