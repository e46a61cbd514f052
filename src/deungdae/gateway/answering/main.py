"""The process behind `deungdae history`: it holds the tables open and answers over the bus."""

import asyncio
import logging
import os
import signal
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from deungdae import bus
from deungdae.bus.desk import LONG, QUICK, Desk, Handler
from deungdae.bus.lane import Rules
from deungdae.gateway.answering import exporting, points
from deungdae.gateway.answering.books import Books
from deungdae.gateway.answering.clocks import Clocks
from deungdae.gateway.writing.writer import Points
from deungdae.lake.intake import Ledger, Quarantine
from deungdae.lake.telemetry import History, Telemetry, engine
from deungdae.lake.telemetry.clock import Clock
from deungdae.records.environment import Settings
from deungdae.records.errors import PublicError

TOPIC = "history"
SWITCH_SECONDS = 0.0005
STORED_SECONDS = 30.0  #: for the writer, which commits every few seconds

_log = logging.getLogger(__name__)


def desk(
    home: Path,
    wait: Callable[[], None] = lambda: None,
    quick_rules: Rules = QUICK,
    long_rules: Rules = LONG,
) -> Desk:
    """Return the desk at which the questions about a home folder are answered.

    `wait` returns when what was taken in so far is in the lake.
    """
    history = History(home)
    clocks = Clocks(Clock(home), _now_us, wait)
    books = Books(Ledger(home), Quarantine(home))
    quick = {
        "latest": points.latest,
        "tags": points.tags,
        "sources": points.sources,
        "raw": points.raw,
        "downsample": points.downsample,
        "aggregate": points.aggregate,
        "gaps": points.gaps,
        "read": exporting.arrow,
    }
    at_once: dict[str, Handler] = {name: partial(each, history) for name, each in quick.items()}
    at_once |= {
        "ledger": books.ledger,
        "quarantine": books.page,
        "quarantine_groups": books.groups,
        "clock_preview": clocks.preview,
        "clock_repairs": clocks.repairs,
    }
    long: dict[str, Handler] = {
        "export": partial(exporting.export, history),
        "arrow": partial(exporting.arrow, history),
        "quarantine_export": books.export,
        "clock_repair": clocks.repair,
        "clock_undo": clocks.undo,
    }
    return Desk(at_once, long, quick_rules, long_rules, engine.Allowance)


def run(settings: Settings, announce: Callable[[], None]) -> None:
    """Answer until SIGTERM or SIGINT; `announce` is called once questions can be asked."""
    # A workbook is written in Python: what a page asks must not wait long for its turn.
    sys.setswitchinterval(SWITCH_SECONDS)
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
        _bound(settings.history_memory_bytes)
        answering = desk(settings.home, partial(stored, settings.home, connection, loop))
        answers = await bus.Answering.open(connection, TOPIC, answering.answer, within=60)
        announce()
        await stop.wait()
        await answers.close()
        answering.close()


def _bound(memory_bytes: int) -> None:
    """Give each lane its share of the memory; exports keep to one of the processor's cores."""
    engine.bound(QUICK.name, engine.Bounds(memory_bytes // 2, os.cpu_count() or 1))
    engine.bound(LONG.name, engine.Bounds(memory_bytes // 2, 1))


def stored(home: Path, connection: bus.Connection, loop: asyncio.AbstractEventLoop) -> None:
    """Wait, in a thread, until the writer has come to what is on the bus now."""
    telemetry, until = Telemetry(home), time.monotonic() + STORED_SECONDS
    held = asyncio.run_coroutine_threadsafe(connection.held(bus.INGEST), loop).result()
    while held and (telemetry.version(Points.app) or 0) < held[-1]:
        if time.monotonic() > until:
            raise PublicError(
                "Points that came before are still on their way into the lake. Please try again "
                "in a minute."
            )
        time.sleep(0.1)


def _now_us() -> int:
    return time.time_ns() // 1000


async def _connected(settings: Settings) -> bus.Connection:
    """Wait for the bus, however long it takes: the gateway may start after us."""
    while True:
        try:
            return await bus.Connection.open(bus.address(settings.bus), "history", within=5)
        except bus.Unavailable as error:
            _log.info("waiting for the bus: %s", error)
