"""A real broker on a free port, and a wire tap that sees what a client sends to it."""

import asyncio
import contextlib
import os
import shutil
import socket
import struct
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

MOSQUITTO = shutil.which("mosquitto") or shutil.which("/usr/sbin/mosquitto")
CONNECT, PUBLISH, PUBACK, SUBSCRIBE, DISCONNECT = 1, 3, 4, 8, 14


@contextlib.contextmanager
def mosquitto(folder: Path, *lines: str) -> Iterator[int]:
    """Run mosquitto, with further lines of configuration; yields its port."""
    if MOSQUITTO is None:
        if os.environ.get("CI") == "true":
            pytest.fail("mosquitto is not installed")
        pytest.skip("mosquitto is not installed")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    config = folder / "mosquitto.conf"
    basic = [f"listener {port} 127.0.0.1", "allow_anonymous true", "persistence false"]
    config.write_text("\n".join([*basic, *lines, ""]))
    broker = subprocess.Popen(
        [MOSQUITTO, "-c", str(config)], stderr=subprocess.PIPE, stdin=subprocess.DEVNULL
    )
    try:
        assert broker.stderr is not None
        said = b""
        while b" running" not in said:
            said = broker.stderr.readline()
            assert said, "mosquitto ended before it was ready"
        yield port
    finally:
        broker.terminate()
        broker.communicate(timeout=10)


@dataclass(frozen=True)
class Packet:
    """An MQTT packet as it went over the wire."""

    kind: int
    flags: int
    body: bytes

    @property
    def qos(self) -> int:
        return self.flags >> 1 & 3

    @property
    def retain(self) -> bool:
        return bool(self.flags & 1)

    def published(self) -> tuple[str, bytes]:
        """Topic and payload of a PUBLISH."""
        topic, rest = _text(self.body)
        return topic.decode(), rest[2:] if self.qos else rest

    def number(self) -> int:
        """The packet identifier of a PUBACK, or of a PUBLISH of quality 1."""
        rest = _text(self.body)[1] if self.kind == PUBLISH else self.body
        return int.from_bytes(rest[:2], "big")


@dataclass(frozen=True)
class Connect:
    """What a CONNECT says."""

    clean: bool
    will_topic: str
    will: bytes
    will_qos: int
    will_retain: bool


def read_connect(packet: Packet) -> Connect:
    """Read a CONNECT of MQTT 3.1.1 with a will."""
    protocol, rest = _text(packet.body)
    level, flags, _ = struct.unpack(">BBH", rest[:4])
    assert (packet.kind, protocol, level) == (CONNECT, b"MQTT", 4)
    assert flags & 4, "no will"
    _, rest = _text(rest[4:])
    topic, rest = _text(rest)
    will, _ = _text(rest)
    return Connect(bool(flags & 2), topic.decode(), will, flags >> 3 & 3, bool(flags & 32))


def read_subscribe(packet: Packet) -> list[tuple[str, int]]:
    """Read the filters of a SUBSCRIBE, with the quality of service asked for."""
    found, rest = [], packet.body[2:]
    while rest:
        name, rest = _text(rest)
        found.append((name.decode(), rest[0]))
        rest = rest[1:]
    return found


def _text(data: bytes) -> tuple[bytes, bytes]:
    end = 2 + int.from_bytes(data[:2], "big")
    return data[2:end], data[end:]


@dataclass
class Tap:
    """What clients sent, connection by connection; `cut` breaks all connections hard."""

    port: int
    sent: list[list[Packet]] = field(default_factory=list)
    received: list[Packet] = field(default_factory=list)  #: what the broker sent back
    _writers: list[asyncio.StreamWriter] = field(default_factory=list)

    def cut(self) -> None:
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    def packets(self, kind: int) -> list[Packet]:
        return [packet for sent in self.sent for packet in sent if packet.kind == kind]

    def published(self, part: str) -> list[tuple[Packet, bytes]]:
        """What was published on topics that hold `part`."""
        found = [(packet, *packet.published()) for packet in self.packets(PUBLISH)]
        return [(packet, payload) for packet, topic, payload in found if part in topic]


@contextlib.asynccontextmanager
async def tapped(broker_port: int) -> AsyncIterator[Tap]:
    """Stand between clients and a broker; yields the tap, which says its own port."""
    tap = Tap(0)
    tasks: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        from_broker, to_broker = await asyncio.open_connection("127.0.0.1", broker_port)
        tap._writers += [writer, to_broker]
        tap.sent.append([])
        back = asyncio.create_task(_back(tap, from_broker, writer))
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while True:
                packet, raw = await _packet(reader)
                tap.sent[-1].append(packet)
                to_broker.write(raw)
                await to_broker.drain()
        to_broker.close()
        await back
        tasks.discard(task)

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    tap.port = server.sockets[0].getsockname()[1]
    try:
        yield tap
    finally:
        server.close()
        tap.cut()
        await asyncio.gather(*tasks)


async def _back(tap: Tap, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError, asyncio.IncompleteReadError):
        while True:
            packet, raw = await _packet(reader)
            tap.received.append(packet)
            writer.write(raw)
            await writer.drain()
    writer.close()


async def _packet(reader: asyncio.StreamReader) -> tuple[Packet, bytes]:
    head = await reader.readexactly(1)
    size = shift = 0
    while True:
        byte = await reader.readexactly(1)
        head += byte
        size |= (byte[0] & 0x7F) << shift
        shift += 7
        if byte[0] < 0x80:
            break
    body = await reader.readexactly(size)
    return Packet(head[0] >> 4, head[0] & 15, body), head + body


async def until(is_so: Callable[[], object], seconds: float = 20) -> None:
    """Return once something is so; fail if it does not come to be."""
    async with asyncio.timeout(seconds):
        while not is_so():
            await asyncio.sleep(0.01)
