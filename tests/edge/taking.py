"""A process that takes, forms and acknowledges until it is killed: `taking.py BUFFER FIRST`.

It prints `taken N` when reading N is on disk, and `sent S BODY` before it acknowledges batch S.
"""

import sys
import threading
from itertools import count
from pathlib import Path

from deungdae.edge.buffer import Buffer
from deungdae.edge.clock import now_us
from deungdae.edge.losses import Overflow
from deungdae.records.readings import Reading, tag_path


def main(path: str, first: str) -> None:
    """Run until killed."""
    buffer = Buffer(Path(path), "e", most_bytes=64 << 20, when_full=Overflow.WAIT, clock_us=now_us)
    more = threading.Event()

    def send() -> None:
        while more.wait():
            while (batch := buffer.next_batch(50)) is not None:
                sys.stdout.write(f"sent {batch.sequence} {batch.body.hex()}\n")
                sys.stdout.flush()
                buffer.acknowledge(batch.sequence)

    threading.Thread(target=send, daemon=True).start()
    for number in count(int(first)):
        buffer.take("d", [Reading(tag_path("n"), 1_764_000_000_000_000 + number, number)])
        sys.stdout.write(f"taken {number}\n")
        sys.stdout.flush()
        more.set()


if __name__ == "__main__":
    main(*sys.argv[1:])
