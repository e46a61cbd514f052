"""How full the queues are, for whoever looks after them."""

from typing import NamedTuple

import nats.js.errors

from deungdae.bus.connection import LOST, Connection
from deungdae.bus.failures import Unavailable
from deungdae.bus.streams import QUEUES


class Standing(NamedTuple):
    """One queue: the sequence of its last message, its bytes, and how many it may hold."""

    name: str
    last: int
    bytes: int
    most_bytes: int


async def standing(connection: Connection) -> list[Standing]:
    """Return how each queue stands; none before the gateway's first start. Raises `Unavailable`."""
    found = []
    for queue in QUEUES:
        try:
            info = await connection.jetstream.stream_info(queue.name)
        except nats.js.errors.NotFoundError:
            continue
        except LOST as error:
            raise Unavailable(f"{queue.name} does not answer") from error
        most = int(info.config.max_bytes or 0)
        found.append(Standing(queue.name, info.state.last_seq, info.state.bytes, most))
    return found
