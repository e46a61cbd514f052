"""Three stores that are asked the same: ours in this process, two peers over HTTP on loopback."""

import json
import os
import socket
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.compute as pc

from deungdae.lake.telemetry import SCHEMA, History, Maintenance, Telemetry
from telemetry.plant import DAY, HOUR, SECOND, START, TAGS, Fleet

INFLUXD, VICTORIA = Path("/usr/bin/influxd"), Path("/usr/bin/victoria-metrics")
LINES = 50_000  # in one request

#: (rows, mean of their values): by this the answers of the stores are compared.
Answer = tuple[int, float]


class Store(Protocol):
    """What is asked of each store."""

    name: str

    def load(self, fleet: Fleet) -> None:
        """Store all points of the fleet and make them ready."""

    def latest(self, company: str) -> Answer:
        """Last value of each tag of a company."""

    def raw(self, company: str, tag: str, end: int) -> Answer:
        """Each point of a tag in the hour before `end`."""

    def day(self, company: str, tags: list[str], end: int) -> Answer:
        """Mean of each minute of ten tags in the 24 hours before `end`."""

    def month(self, company: str, end: int) -> Answer:
        """Mean of each day of each tag of a company."""

    def fleet(self, fleet: Fleet) -> Answer:
        """Mean of each company over the whole time."""

    def size(self) -> int:
        """Bytes on the disk."""


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


class Ours:
    """The lake of this checkout."""

    name = "Deungdae"

    def __init__(self, home: Path) -> None:
        self._home = home
        self._history = History(home)

    def load(self, fleet: Fleet) -> None:
        """Append hour by hour; maintenance runs each day as it would."""
        telemetry, maintenance = Telemetry(self._home), Maintenance(self._home)
        for hour, points in enumerate(fleet.hours()):
            telemetry.append(points.select(SCHEMA.names), "benchmark", hour)
            if hour % 24 == 4:
                maintenance.run(START + hour * HOUR)
        maintenance.run(fleet.end + HOUR)
        # What was replaced is read by nobody any more.
        maintenance.run(fleet.end + 3 * HOUR)

    def latest(self, company: str) -> Answer:
        """See `Store`."""
        return _answer(self._history.latest(company), "value")

    def raw(self, company: str, tag: str, end: int) -> Answer:
        """See `Store`."""
        return _answer(self._history.raw(company, [tag], end - HOUR, end, 100_000), "value")

    def day(self, company: str, tags: list[str], end: int) -> Answer:
        """See `Store`."""
        return _answer(self._history.aggregate(company, tags, end - DAY, end, 60 * SECOND), "mean")

    def month(self, company: str, end: int) -> Answer:
        """See `Store`."""
        return _answer(self._history.aggregate(company, TAGS, START, end, DAY), "mean")

    def fleet(self, fleet: Fleet) -> Answer:
        """See `Store`."""
        whole = fleet.end - START
        return _answer(self._history.fleet(fleet.names, START, fleet.end, whole, START), "mean")

    def size(self) -> int:
        """See `Store`."""
        return _size(self._home)


def _answer(table: pa.Table, column: str) -> Answer:
    return table.num_rows, pc.mean(table.column(column)).as_py() or 0.0


class _Peer:
    name = ""
    write = ""

    def __init__(self, url: str, folder: Path) -> None:
        self._url = url
        self._folder = folder

    def load(self, fleet: Fleet) -> None:
        """Send all points as line protocol, `LINES` in a request."""
        for points in fleet.hours():
            lines = pc.binary_join_element_wise(
                "m,c=",
                points.column("organisation").cast(pa.string()),
                ",g=",
                points.column("tag").cast(pa.string()),
                " v=",
                points.column("value").cast(pa.string()),
                " ",
                pc.divide(points.column("time").cast(pa.int64()), 1000).cast(pa.string()),
                "",
            ).to_pylist()
            for first in range(0, len(lines), LINES):
                body = "\n".join(lines[first : first + LINES]).encode()
                _get(self._url + self.write, body)

    def size(self) -> int:
        """See `Store`."""
        return _size(self._folder)


class Influx(_Peer):
    """InfluxDB 1.6 as Debian packs it, with its settings."""

    name = "InfluxDB 1.6"
    write = "/write?db=d&precision=ms"

    def load(self, fleet: Fleet) -> None:
        """Make the database first."""
        self._ask("CREATE DATABASE d")
        super().load(fleet)

    def latest(self, company: str) -> Answer:
        """See `Store`."""
        return self._ask(f"SELECT last(v) FROM m WHERE c='{company}' GROUP BY g")

    def raw(self, company: str, tag: str, end: int) -> Answer:
        """See `Store`."""
        return self._ask(
            f"SELECT v FROM m WHERE c='{company}' AND g='{tag}' AND {_span(end - HOUR, end)}"
        )

    def day(self, company: str, tags: list[str], end: int) -> Answer:
        """See `Store`."""
        chosen = " OR ".join(f"g='{tag}'" for tag in tags)
        return self._ask(
            f"SELECT mean(v) FROM m WHERE c='{company}' AND ({chosen}) AND "
            f"{_span(end - DAY, end)} GROUP BY time(1m), g fill(none)"
        )

    def month(self, company: str, end: int) -> Answer:
        """See `Store`."""
        return self._ask(
            f"SELECT mean(v) FROM m WHERE c='{company}' AND {_span(START, end)} "
            "GROUP BY time(1d), g fill(none)"
        )

    def fleet(self, fleet: Fleet) -> Answer:
        """See `Store`."""
        return self._ask(f"SELECT mean(v) FROM m WHERE {_span(START, fleet.end)} GROUP BY c")

    def _ask(self, query: str) -> Answer:
        words = urllib.parse.urlencode({"db": "d", "q": query, "epoch": "ms"})
        answer = json.loads(_get(f"{self._url}/query", words.encode()))
        [result] = answer["results"]
        if "error" in result:
            raise RuntimeError(result["error"])
        values = [row[1] for s in result.get("series", []) for row in s["values"]]
        return len(values), sum(values) / max(len(values), 1)


def _span(start: int, end: int) -> str:
    return f"time >= {start // 1000}ms AND time < {end // 1000}ms"


class Victoria(_Peer):
    """VictoriaMetrics as Debian packs it; its cache of answers is left out."""

    name = "VictoriaMetrics"
    write = "/write?precision=ms"

    def load(self, fleet: Fleet) -> None:
        """Wait until what was sent can be asked."""
        super().load(fleet)
        _get(f"{self._url}/internal/force_flush")
        _get(f"{self._url}/internal/resetRollupResultCache")

    def latest(self, company: str) -> Answer:
        """See `Store`."""
        return self._ask(
            "query", f'last_over_time(m_v{{c="{company}"}}[1d])', time=self._end // SECOND
        )

    def raw(self, company: str, tag: str, end: int) -> Answer:
        """See `Store`."""
        words = {
            "match[]": f'm_v{{c="{company}",g="{tag}"}}',
            "start": f"{(end - HOUR) // SECOND}",
            "end": f"{end / SECOND - 0.001:.3f}",
        }
        lines = _get(f"{self._url}/api/v1/export?{urllib.parse.urlencode(words)}").splitlines()
        values = [value for line in lines for value in json.loads(line)["values"]]
        return len(values), sum(values) / max(len(values), 1)

    def day(self, company: str, tags: list[str], end: int) -> Answer:
        """See `Store`."""
        chosen = "|".join(tags)
        return self._range(
            f'avg_over_time(m_v{{c="{company}",g=~"{chosen}"}}[1m])', end - DAY, end, 60
        )

    def month(self, company: str, end: int) -> Answer:
        """See `Store`."""
        return self._range(f'avg_over_time(m_v{{c="{company}"}}[1d])', START, end, 86_400)

    def fleet(self, fleet: Fleet) -> Answer:
        """See `Store`."""
        return self._ask(
            "query",
            f"avg by (c) (avg_over_time(m_v[{fleet.days}d]))",
            time=fleet.end // SECOND,
        )

    def ready(self, fleet: Fleet) -> None:
        """Remember where the data end."""
        self._end = fleet.end

    def _range(self, query: str, start: int, end: int, step: int) -> Answer:
        return self._ask(
            "query_range", query, start=start // SECOND + step, end=end // SECOND, step=step
        )

    def _ask(self, kind: str, query: str, **span: int) -> Answer:
        words = urllib.parse.urlencode({"query": query, "nocache": 1, **span})
        answer: Any = json.loads(_get(f"{self._url}/api/v1/{kind}?{words}"))
        found = [s.get("values") or [s["value"]] for s in answer["data"]["result"]]
        values = [float(value) for series in found for _, value in series]
        return len(values), sum(values) / max(len(values), 1)


def _get(url: str, body: bytes | None = None) -> bytes:
    with urllib.request.urlopen(url, body, timeout=600) as answer:
        read: bytes = answer.read()
        return read


def _port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


@contextmanager
def influx(folder: Path) -> Iterator[Influx]:
    """Run InfluxDB on `folder` for as long as it is asked."""
    port = _port()
    settings = {
        "INFLUXDB_REPORTING_DISABLED": "true",
        "INFLUXDB_BIND_ADDRESS": f"127.0.0.1:{_port()}",
        "INFLUXDB_HTTP_BIND_ADDRESS": f"127.0.0.1:{port}",
        "INFLUXDB_HTTP_LOG_ENABLED": "false",
        "INFLUXDB_META_DIR": str(folder / "meta"),
        "INFLUXDB_DATA_DIR": str(folder / "data"),
        "INFLUXDB_DATA_WAL_DIR": str(folder / "wal"),
        "HOME": str(folder),
    }
    url = f"http://127.0.0.1:{port}"
    with _running([str(INFLUXD)], folder, f"{url}/ping", settings):
        yield Influx(url, folder)


@contextmanager
def victoria(folder: Path, fleet: Fleet) -> Iterator[Victoria]:
    """Run VictoriaMetrics on `folder` for as long as it is asked."""
    port = _port()
    command = [
        str(VICTORIA),
        f"-storageDataPath={folder}",
        f"-httpListenAddr=127.0.0.1:{port}",
        "-retentionPeriod=100y",
        "-memory.allowedBytes=1GB",
        "-search.latencyOffset=0s",
    ]
    url = f"http://127.0.0.1:{port}"
    with _running(command, folder, f"{url}/health", {}):
        store = Victoria(url, folder)
        store.ready(fleet)
        yield store


@contextmanager
def _running(
    command: list[str], folder: Path, ready: str, settings: dict[str, str]
) -> Iterator[None]:
    folder.mkdir()
    log = (folder.parent / f"{folder.name}.log").open("wb")
    with (
        log,
        subprocess.Popen(
            command, stdout=log, stderr=log, env={**os.environ, **settings}
        ) as process,
    ):
        try:
            for _ in range(600):
                try:
                    _get(ready)
                    break
                except OSError:
                    if process.poll() is not None:
                        raise RuntimeError(f"{command[0]} ended: see {log.name}") from None
                    time.sleep(0.1)
            yield
        finally:
            process.terminate()
