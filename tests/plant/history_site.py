"""A bus and somebody who answers questions about the history, for tests of pages and of programs.

with HistorySite(folder) as site:          # for a module or a session: it takes 0.3 s
    site.store(organisation, "plc-1", "line1/imm1/temperature", [(time_us, 21.5), …])
    settings.BUS = site.settings.bus       # in tests of the web, with line.hang_up() around
"""

import asyncio
import itertools
import socket
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
import uvicorn
from bus_in_a_thread import BusInAThread

from deungdae.bus import Answering, Question, Token, ask
from deungdae.bus.desk import QUICK
from deungdae.bus.entries import digest
from deungdae.bus.lane import Rules
from deungdae.gateway.answering import main
from deungdae.gateway.answering.replaying import Replaying
from deungdae.gateway.http import Gateway
from deungdae.gateway.sinks import Quarantined
from deungdae.gateway.writing import BusSink, Registry, Writer
from deungdae.gateway.writing.lane import Pace
from deungdae.lake.intake import Held, Ledger, Quarantine, Sum, Tally
from deungdae.lake.telemetry import SCHEMA, Telemetry
from deungdae.records.environment import Settings

TOKEN = "a-token-that-writes"
Value = float | int | bool | str | None


def table(
    organisation: str,
    source: str,
    tag: str,
    points: Sequence[tuple[int, Value]],
    *,
    quality: int = 192,
    delay_us: int = 0,
) -> pa.Table:
    """Points of one tag as (time in microseconds, value); each was received `delay_us` later."""
    rows = [
        {
            "organisation": organisation,
            "source": source,
            "tag": tag,
            "time": time,
            "received": time + delay_us,
            "value": None if isinstance(value, str) or value is None else float(value),
            "text": value if isinstance(value, str) else None,
            "kind": 3 if isinstance(value, str) else 2 if isinstance(value, bool) else 0,
            "quality": quality,
            "flag": 0,
        }
        for time, value in points
    ]
    plain = pa.schema([f.with_type(pa.int64()) if f.name in _TIMES else f for f in SCHEMA])
    return pa.Table.from_pylist(rows, schema=plain).cast(SCHEMA)


_TIMES = ("time", "received")


class HistorySite:
    """A home folder with its bus; questions about it are answered as by `deungdae history`."""

    def __init__(self, folder: Path, *, gateway: bool = False, quick_rules: Rules = QUICK) -> None:
        self.settings = Settings.from_environment({"DEUNGDAE_HOME": str(folder / "공장 자료")})
        self.home = self.settings.home
        self.bus = BusInAThread(self.settings.bus)
        self.gateway = GatewayInALoop(self) if gateway else None
        self._rules = quick_rules
        self._numbers = itertools.count(1)

    def __enter__(self) -> Self:
        self.home.mkdir(parents=True, exist_ok=True)
        self.bus.__enter__()
        self.telemetry = Telemetry(self.home)
        self.ledger = Ledger(self.home)
        self.quarantine = Quarantine(self.home)
        self._desk = main.desk(self.home, self._wait, quick_rules=self._rules)
        self._answering = self.bus.run(
            Answering.open(self.bus.connection, main.TOPIC, self._desk.answer)
        )
        if self.gateway is not None:
            self.bus.run(self.gateway.begin())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: Any, trace: TracebackType | None
    ) -> None:
        if self.gateway is not None:
            self.bus.run(self.gateway.end())
        self.bus.run(self._answering.close())
        self._desk.close()
        self.bus.__exit__(kind, error, trace)

    def _wait(self) -> None:
        if self.gateway is not None:
            main.stored(self.home, self.bus.connection, self.bus.loop)

    def store(
        self,
        organisation: str,
        source: str,
        tag: str,
        points: Sequence[tuple[int, Value]],
        **about: int,
    ) -> None:
        """Put points into the lake, as the writer does."""
        self.append(table(organisation, source, tag, points, **about))

    def append(self, points: pa.Table) -> None:
        """Put a table of points into the lake."""
        self.telemetry.append(points, "tests", next(self._numbers))

    def count(self, organisation: str, source: str, time_us: int, **numbers: int) -> None:
        """Write into the ledger: received=, stored=, quarantined=, duplicate=."""
        tally = Tally()
        tally.count(organisation, source, time_us, Sum(**numbers))
        self.ledger.add(tally, "tests", next(self._numbers))

    def hold(
        self,
        organisation: str,
        source: str,
        received_us: int,
        reason: str,
        body: bytes,
        points: int = 1,
    ) -> None:
        """Put something into the quarantine."""
        if self.gateway is not None:
            self.bus.run(
                self.gateway.hold(
                    Quarantined(organisation, source, received_us, reason, points, body)
                )
            )
            return
        number = next(self._numbers)
        held = Held(number, 0, organisation, source, received_us, reason, points, f"{number}", body)
        self.quarantine.append([held], number)

    @property
    def url(self) -> str:
        """Where points are taken in."""
        assert self.gateway is not None
        return self.gateway.url

    def ask(
        self, name: str, organisation: str, *, topic: str = main.TOPIC, **parameters: Any
    ) -> Any:
        """Ask over the bus, and return the plain data of the answer."""
        return self.bus.run(self._asked(topic, name, organisation, parameters, plain=True))

    def read(self, name: str, organisation: str, **parameters: Any) -> bytes:
        """Ask over the bus, and return the bytes of the answer."""
        found: bytes = self.bus.run(
            self._asked(main.TOPIC, name, organisation, parameters, plain=False)
        )
        return found

    async def _asked(
        self, topic: str, name: str, organisation: str, parameters: dict[str, Any], *, plain: bool
    ) -> Any:
        question = Question(topic, name, organisation, parameters)
        async with await ask(self.bus.connection, question) as answer:
            return await (answer.json() if plain else answer.read())


class GatewayInALoop:
    """Endpoints, writer and replay on the bus of a site, as `deungdae gateway` runs them."""

    def __init__(self, site: HistorySite) -> None:
        self._site = site
        self.url = ""

    async def begin(self) -> None:
        connection = self._site.bus.connection
        self.registry = await Registry.open(connection)
        self.sink = BusSink(connection)
        quick = Pace(commit_every=0.05, account_every=0.05)
        self.writer = Writer(connection, self._site.home, clock_us=now_us, pace=quick)
        self._replaying = Replaying(
            *(connection, self.writer.quarantine, self.sink, self.registry.maps.find, now_us)
        )
        gateway = Gateway(
            self.registry,
            self.sink,
            self.registry,
            clock_ns=time.time_ns,
            monotonic=time.monotonic,
            quotas=self.registry.allowances,
            names=self.registry.maps.find,
        )
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._web = uvicorn.Server(uvicorn.Config(gateway, log_level="warning"))
        works = (self.writer.run(), self._replaying.run(), self._web._serve([self._listener]))
        self._tasks = [asyncio.create_task(work) for work in works]

    async def let_in(self, organisation: str, source: str, *rights: str) -> None:
        """Let the source write whose token is `TOKEN`."""
        token = Token(organisation, source, list(rights or ("write", "edge")))
        await self.registry.tokens.put(token, digest(TOKEN))

    async def hold(self, entry: Quarantined) -> None:
        kept = self.writer.held_back.commits
        await self.sink.quarantine(entry)
        while self.writer.held_back.commits == kept:
            await asyncio.sleep(0.01)

    async def end(self) -> None:
        self._web.should_exit = True
        self._replaying.stop()
        await asyncio.wait(self._tasks[1:])
        await self.sink.close()
        self.writer.stop()
        await asyncio.wait(self._tasks)
        await self.registry.close()
        self._listener.close()
        for task in self._tasks:
            task.result()


def now_us() -> int:
    """The clock of this computer."""
    return time.time_ns() // 1000
