"""Live points from the bus to the parts, in the order in which they came."""

import json
from collections.abc import AsyncIterator

from deungdae.bus import Connection, text_of
from deungdae.monitor.part import Point


async def live(connection: Connection) -> AsyncIterator[tuple[str, list[Point]]]:
    """Give (organisation, its points) of each message of live values, of all organisations."""
    async for subject, told in connection.hear("live.*"):
        organisation = text_of(subject.partition(".")[2])
        yield organisation, [Point(*point) for point in json.loads(told)["points"]]
