"""The process behind `deungdae history`: it holds the tables open and answers over the bus."""

import asyncio
import logging
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path

from deungdae import bus
from deungdae.gateway.answering import exporting, points
from deungdae.gateway.answering.books import Books
from deungdae.gateway.answering.desk import Desk, Handler
from deungdae.lake.intake import Ledger, Quarantine
from deungdae.lake.telemetry import History
from deungdae.records.environment import Settings

TOPIC = "history"

_log = logging.getLogger(__name__)


def desk(home: Path, **limits: float) -> Desk:
    """Return the desk at which the questions about a home folder are answered."""
    history = History(home)
    books = Books(Ledger(home), Quarantine(home))
    quick = {
        "latest": points.latest,
        "tags": points.tags,
        "sources": points.sources,
        "raw": points.raw,
        "downsample": points.downsample,
        "aggregate": points.aggregate,
        "gaps": points.gaps,
    }
    at_once: dict[str, Handler] = {name: partial(each, history) for name, each in quick.items()}
    at_once |= {
        "ledger": books.ledger,
        "quarantine": books.page,
        "quarantine_groups": books.groups,
    }
    long: dict[str, Handler] = {
        "export": partial(exporting.export, history),
        "arrow": partial(exporting.arrow, history),
        "quarantine_export": books.export,
    }
    return Desk(at_once, long, **limits)


def run(settings: Settings, announce: Callable[[], None]) -> None:
    """Answer until SIGTERM or SIGINT; `announce` is called once questions can be asked."""
    asyncio.run(_run(settings, announce))


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
        answering = desk(settings.home)
        answers = await bus.Answering.open(connection, TOPIC, answering.answer, within=60)
        announce()
        await stop.wait()
        await answers.close()
        answering.close()


async def _connected(settings: Settings) -> bus.Connection:
    """Wait for the bus, however long it takes: the gateway may start after us."""
    while True:
        try:
            return await bus.Connection.open(bus.address(settings.bus), "history", within=5)
        except bus.Unavailable as error:
            _log.info("waiting for the bus: %s", error)
