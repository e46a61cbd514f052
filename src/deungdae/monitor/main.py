"""The process behind `deungdae monitor`."""

import asyncio
import logging
import signal
from collections.abc import Callable, Sequence

from deungdae import bus
from deungdae.bus.alone import Taken, alone
from deungdae.monitor.alarms import Alarms
from deungdae.monitor.floor import Floor
from deungdae.monitor.monitor import Monitor
from deungdae.monitor.part import Part
from deungdae.monitor.watches import Watches
from deungdae.records.environment import Settings
from deungdae.records.errors import UnusableOption

_log = logging.getLogger(__name__)


def parts() -> Sequence[Part]:
    """Return what the monitor consists of: who hears points first stands first."""
    return [Floor(), Watches(), Alarms()]


def run(settings: Settings, announce: Callable[[], None]) -> None:
    """Look after the floor until SIGTERM or SIGINT; `announce` is called once it does.

    Raises UnusableOption when another monitor works on the same data.
    """
    try:
        with alone(settings.home / "monitor.lock"):
            asyncio.run(_run(settings, announce))
    except Taken as error:
        raise UnusableOption(
            "A monitor runs already on the data in {home}. Stop it first, or name another folder "
            "in {setting}.",
            home=str(settings.home),
            setting="DEUNGDAE_HOME",
        ) from error


async def _run(settings: Settings, announce: Callable[[], None]) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, stop.set)
    opening = asyncio.create_task(_connected(settings))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({opening, stopping}, return_when=asyncio.FIRST_COMPLETED)
    if not opening.done():
        opening.cancel()
        return
    async with opening.result() as connection:
        monitor = Monitor(connection, settings, parts())
        await monitor.begin()
        announce()
        await stopping
        await monitor.end()


async def _connected(settings: Settings) -> bus.Connection:
    """Wait for the bus, however long it takes: the gateway may start after us."""
    while True:
        try:
            return await bus.Connection.open(bus.address(settings.bus), "monitor", within=5)
        except bus.Unavailable as error:
            _log.info("waiting for the bus: %s", error)
