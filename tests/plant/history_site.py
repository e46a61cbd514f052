"""A bus and somebody who answers questions about the history, for tests of pages and of programs.

with HistorySite(folder) as site:          # for a module or a session: it takes 0.3 s
    site.store(organisation, "plc-1", "line1/imm1/temperature", [(time_us, 21.5), …])
    settings.BUS = site.settings.bus       # in tests of the web, with line.hang_up() around
"""

import itertools
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
from bus_in_a_thread import BusInAThread

from deungdae.bus import Answering, Question, ask
from deungdae.gateway.answering import main
from deungdae.lake.intake import Held, Ledger, Quarantine, Sum, Tally
from deungdae.lake.telemetry import SCHEMA, Telemetry
from deungdae.records.environment import Settings

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

    def __init__(self, folder: Path, **limits: float) -> None:
        self.settings = Settings.from_environment({"DEUNGDAE_HOME": str(folder / "공장 자료")})
        self.home = self.settings.home
        self.bus = BusInAThread(self.settings.bus)
        self._limits = limits
        self._numbers = itertools.count(1)

    def __enter__(self) -> Self:
        self.home.mkdir(parents=True, exist_ok=True)
        self.bus.__enter__()
        self.telemetry = Telemetry(self.home)
        self.ledger = Ledger(self.home)
        self.quarantine = Quarantine(self.home)
        self._desk = main.desk(self.home, **self._limits)
        self._answering = self.bus.run(
            Answering.open(self.bus.connection, main.TOPIC, self._desk.answer)
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: Any, trace: TracebackType | None
    ) -> None:
        self.bus.run(self._answering.close())
        self._desk.close()
        self.bus.__exit__(kind, error, trace)

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
        self.telemetry.append(points, "ingest-0", next(self._numbers))

    def count(self, organisation: str, source: str, time_us: int, **numbers: int) -> None:
        """Write into the ledger: received=, stored=, quarantined=, duplicate=."""
        tally = Tally()
        tally.count(organisation, source, time_us, Sum(**numbers))
        self.ledger.add(tally, "ingest-0", next(self._numbers))

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
        number = next(self._numbers)
        held = Held(number, 0, organisation, source, received_us, reason, points, f"{number}", body)
        self.quarantine.append([held], number)

    def ask(self, name: str, organisation: str, **parameters: Any) -> Any:
        """Ask over the bus, and return the plain data of the answer."""
        return self.bus.run(self._asked(name, organisation, parameters, plain=True))

    def read(self, name: str, organisation: str, **parameters: Any) -> bytes:
        """Ask over the bus, and return the bytes of the answer."""
        found: bytes = self.bus.run(self._asked(name, organisation, parameters, plain=False))
        return found

    async def _asked(
        self, name: str, organisation: str, parameters: dict[str, Any], *, plain: bool
    ) -> Any:
        question = Question(main.TOPIC, name, organisation, parameters)
        async with await ask(self.bus.connection, question) as answer:
            return await (answer.json() if plain else answer.read())
