"""What the browser is told of values and lines, as plain data; times in milliseconds."""

from collections.abc import Sequence
from typing import Any, Final

from deungdae.web.plant.live.judging import Seen
from deungdae.web.plant.live.lines import Line, Trouble

#: Sentences that a line gets; what is more is counted.
MOST_TROUBLES: Final = 3


def row(place: int, seen: Seen) -> Sequence[Any]:
    """Return one value: its place, value, time it counts from, quality, error of its clock."""
    return (place, seen.value, seen.at_us // 1000, seen.quality, seen.off_us // 1000)


def line_told(line: Line) -> dict[str, Any]:
    """Return how a line stands."""
    worst = line.worst
    return {
        "key": line.key,
        "total": line.total,
        "troubled": line.troubled,
        "worst": [_trouble(one) for one in worst[:MOST_TROUBLES]],
        "more": sum(one.tags for one in worst[MOST_TROUBLES:]),
        "assets": [[asset.key, asset.total, asset.troubled] for asset in line.assets],
    }


def _trouble(one: Trouble) -> Sequence[Any]:
    return (one.what, one.state.value, one.since_us // 1000, one.tags, one.off_us // 1000)
