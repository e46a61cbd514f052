"""Whether it is time to learn again: the scores since the good period, hour by hour."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

import numpy as np

from deungdae.analysis.watching import drifted
from deungdae.monitor.watches.store import MINUTE_US, Minute
from deungdae.records.messages import Message, message

HOUR_US = 60 * MINUTE_US
SHORTEST_US = 5 * MINUTE_US
GOOD_PARTS = 40  #: at least, of a period that is shorter than two days
LEAST_KNOWN = 0.25  #: of a part's minutes


def length(period_us: int) -> int:
    """Return how long the parts are whose scores are compared: an hour, or less."""
    part = int(np.clip(period_us / GOOD_PARTS, SHORTEST_US, HOUR_US))
    return part // MINUTE_US * MINUTE_US


def parts(minutes: Sequence[Minute], part_us: int) -> list[Minute]:
    """Return the medians of the parts that are mostly known, by their beginnings."""
    found = []
    for part, some in groupby(minutes, lambda one: one.minute // part_us):
        own = list(some)
        scores = [one.score for one in own if one.score is not None]
        places = [one.place for one in own if one.place is not None]
        if len(scores) >= max(1.0, LEAST_KNOWN * part_us / MINUTE_US):
            where = float(np.median(places)) if places else None
            found.append(Minute(part * part_us, float(np.median(scores)), where))
    return found


def judge(learned: Mapping[str, Any], minutes: Sequence[Minute]) -> dict[str, Any] | None:
    """Say whether minutes since the good period have left it: {"kind", "since", "size"}."""
    since = parts([one for one in minutes if one.minute >= learned["end"]], learned["part_us"])
    if not since:
        return None
    scores = np.array([one.score for one in since], float)
    places = np.array([np.nan if one.place is None else one.place for one in since], float)
    known = learned["place_limit"] is not None
    found = drifted(np.array(learned["good_parts"]), scores, places if known else None, 1.0)
    if found is None:
        return None
    at = since[min(found.since, len(since) - 1)].minute
    return {"kind": found.kind, "since": at, "size": found.size}


def why(name: str, found: Mapping[str, Any]) -> Message:
    """Return the reason to learn again, in a sentence."""
    if found["kind"] == "elsewhere":
        return message(
            "{watch}: of late the machine was run in {percent} % of the time as it never was in "
            "the good period. If that is how it is run now, learn again.",
            watch=name,
            percent=round(100 * float(found["size"])),
        )
    return message(
        "{watch}: the scores rise slowly and are now {size} spreads above those of the good "
        "period, though no alarm need have come. Look for wear or a sensor that ages; if all is "
        "well, learn again.",
        watch=name,
        size=round(float(found["size"]), 1),
    )
