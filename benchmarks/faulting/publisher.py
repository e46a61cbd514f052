"""The gateway's side: batches out of order and more than once, each acknowledgement written down.

    python -m faulting.publisher HOME URL SEED

It may be killed at any moment. When it starts again it sends what was not acknowledged, as a client
would.
"""

import asyncio
import os
import random
import sys
from collections.abc import Iterator
from pathlib import Path

from deungdae.bus import Connection, Elsewhere
from deungdae.gateway.sinks import Refused
from deungdae.gateway.writing import BusSink
from faulting.batches import batch, refused

AT_ONCE = 6
REST_SECONDS = 0.05
AGAIN = 0.15  #: the share of batches that are sent once more
HELD = 0.05


class Acknowledged:
    """Numbers on the disk, one a line; what a kill cut off is not acknowledged."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def add(self, number: int) -> None:
        """Write one down, in a single call of the system."""
        os.write(self._file, f"{number}\n".encode())


def numbers(path: Path) -> set[int]:
    """Return the numbers that were written down."""
    if not path.exists():
        return set()
    return {int(line) for line in path.read_text().split("\n")[:-1]}


def to_send(acknowledged: set[int], chance: random.Random) -> Iterator[int]:
    """Yield what was not acknowledged, then new numbers; out of order within a window."""
    window: list[int] = []
    following = 0
    while True:
        while len(window) < 16:
            if following not in acknowledged:
                window.append(following)
            following += 1
        yield window.pop(chance.randrange(len(window)))


async def main(home: Path, url: str, seed: int) -> None:
    """Send until somebody ends the process."""
    chance = random.Random(seed)
    points, held = home / "acknowledged", home / "held"
    known = numbers(points)
    sending = to_send(known, chance)
    noted, noted_held = Acknowledged(points), Acknowledged(held)
    connection = await Connection.open(Elsewhere(url, home / "secret"), "publisher", within=60)
    sink = BusSink(connection)

    async def work() -> None:
        while True:
            number = next(sending)
            while True:
                try:
                    await sink.store(batch(number))
                    noted.add(number)
                    if chance.random() < AGAIN:
                        await sink.store(batch(number))
                    if chance.random() < AGAIN:
                        await sink.store(batch(number, f"resent:{number}:{chance.random()}"))
                    if chance.random() < HELD:
                        await sink.quarantine(refused(number))
                        noted_held.add(number)
                    break
                except Refused:
                    await asyncio.sleep(0.2)
            await asyncio.sleep(REST_SECONDS)

    print("ready", flush=True)
    await asyncio.gather(*(work() for _ in range(AT_ONCE)))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
