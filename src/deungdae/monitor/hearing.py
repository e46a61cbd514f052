"""Live points from the bus to the parts, in the order in which they came."""

import json
from collections.abc import AsyncIterator
from typing import Any

from deungdae.bus import Connection, text_of
from deungdae.monitor.part import Point


async def live(connection: Connection) -> AsyncIterator[tuple[str, list[Point]]]:
    """Give (organisation, its points) of each message of live values, of all organisations.

    Points of one message are in order of time where a tag has several: readings of all tags are
    judged as they followed one another.
    """
    async for subject, told in connection.hear("live.*"):
        organisation = text_of(subject.partition(".")[2])
        message = json.loads(told)
        points = message["points"]
        if before := message.get("before"):
            points = sorted(before + points, key=_when)
        yield organisation, [Point(*point) for point in points]


def _when(point: list[Any]) -> Any:
    return point[1]
