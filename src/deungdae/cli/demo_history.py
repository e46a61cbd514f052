"""Two days of the simulated plant before its first start, so that there is something to look at.

The agents find them in their buffers, as if the server had been away for two days: live values go
first, the past follows within a minute.
"""

import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Final

from deungdae.cli import demo_plant, demo_seats
from deungdae.demo_plant import modbus, opcua, past
from deungdae.demo_plant.drops import Drops
from deungdae.demo_plant.story import Story
from deungdae.edge import config
from deungdae.edge.agent import BUFFER_FILE
from deungdae.edge.buffer import Buffer
from deungdae.records.readings import Reading, TagPath

BEFORE: Final = timedelta(hours=48)
AT_ONCE: Final = 5000  #: readings, in one transaction
_LINES: Final = {demo_seats.OFFICE: opcua.LINE, demo_seats.PRESS_SHOP: modbus.LINE}


def fill(folder: Path, seat: str, now_s: float, before: timedelta = BEFORE) -> int:
    """Put the past of a seat's line into the buffer of its agent; return how many readings.

    Nothing is done for an agent that has run before.
    """
    told = config.load(folder / seat)
    file = told.folder / BUFFER_FILE
    if seat not in _LINES or file.exists():
        return 0
    buffer = Buffer(
        file,
        told.edge,
        most_bytes=told.most_bytes,
        when_full=told.when_full,
        after_batch=told.after_batch,
        clock_us=_now_us,
    )
    try:
        readings = _readings(_LINES[seat], now_s - before.total_seconds(), now_s)
        taken = 0
        while some := list(islice(readings, AT_ONCE)):
            taken += buffer.take(_LINES[seat], some)
        return taken
    finally:
        buffer.close()


def inspected(folder: Path, now_s: float, before: timedelta = BEFORE) -> None:
    """Write the inspector's files of whole days, as far back as the history reaches."""
    Drops(Story(demo_plant.SEED), folder).catch_up(now_s - before.total_seconds(), now_s)


def _readings(line: str, start_s: float, end_s: float) -> Iterator[Reading]:
    # At whole seconds, as the plant tells; received when it was said.
    for one in past.told(Story(demo_plant.SEED), line, start_s // 10 * 10, end_s):
        at_us = round(one.time_s * 1e6)
        yield Reading(TagPath(one.tag), at_us, one.value, received_us=at_us)


def _now_us() -> int:
    return time.time_ns() // 1000
