"""The whole plant in one process, on real sockets of loopback, a step each second."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from deungdae.demo_plant.drops import Drops
from deungdae.demo_plant.modbus import ModbusLine
from deungdae.demo_plant.opcua import OpcuaLine
from deungdae.demo_plant.sparkplug import Entrance, SparkplugLine
from deungdae.demo_plant.story import Story

TICK_S = 1.0


@dataclass(frozen=True)
class Offer:
    """Where the plant offers what. `broker` says where line 3 sends to; None while unknown."""

    folder: Path
    opcua_port: int
    modbus_port: int
    broker: Callable[[], Entrance | None] = lambda: None
    seed: int = 7


async def run(
    offer: Offer,
    stop: asyncio.Event,
    clock_s: Callable[[], float],
    announce: Callable[[], None],
) -> None:
    """Be a plant until told to stop; `announce` is called when all of it can be reached.

    `clock_s` gives the seconds since 1970 UTC.

    Raises OSError when a port is taken.
    """
    story = Story(offer.seed)
    line1 = OpcuaLine(story, offer.opcua_port)
    line2 = ModbusLine(story, offer.modbus_port, clock_s)
    line3 = SparkplugLine(story, offer.broker)
    drops = Drops(story, offer.folder)
    try:
        await line1.start(clock_s())
        await line2.start()
        announce()
        while not stop.is_set():
            now_s = clock_s()
            await line1.tick(now_s)
            await line3.tick(now_s)
            drops.tick(now_s)
            # In step with the clock: a value at each full second.
            pause_s = TICK_S - clock_s() % TICK_S
            try:
                await asyncio.wait_for(stop.wait(), pause_s)
            except TimeoutError:
                continue
    finally:
        await line3.stop()
        await line2.stop()
        await line1.stop()
