"""Line 3: a Sparkplug B edge node with a device for each machine.

It writes its payloads itself, so that no mistake is made twice, here and in the host that reads
them. Its clock is wrong: it takes the local time of Korea for UTC.
"""

import asyncio
import contextlib
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from paho.mqtt.client import Client, MQTTMessage, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion

from deungdae.demo_plant.shop import WRONG_BY_HOURS, machines_of
from deungdae.demo_plant.story import Story, Value

LINE: Final = "line3"
WRONG_S: Final = WRONG_BY_HOURS * 3600
PAUSE_S: Final = 3.0  #: before another try to connect
REBIRTH: Final = "Node Control/Rebirth"
_INT64, _DOUBLE, _BOOLEAN, _STRING = 4, 10, 11, 12
_VARINT, _FIXED64, _BYTES = 0, 1, 2


@dataclass(frozen=True)
class Entrance:
    """Where the broker is, and who may enter there."""

    host: str
    port: int
    group: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)


class SparkplugLine:
    """The node of line 3. `entrance` says where the broker is now, None while that is unknown."""

    def __init__(self, story: Story, entrance: Callable[[], Entrance | None]) -> None:
        self._story, self._entrance = story, entrance
        self._client: Client | None = None
        self._group = ""
        self._bd_seq = -1
        self._seq = 0
        self._next_try_s = 0.0
        self._born = False
        self._connected = self._asked = False  # written by the client's thread
        self._told: dict[str, Value] = {}
        self._aliases: dict[str, int] = {}

    @property
    def online(self) -> bool:
        """Whether its births were sent on the present connection."""
        return self._connected and self._born

    async def tick(self, time_s: float) -> None:
        """Tell what has changed; connect if need be."""
        if not self._connected:
            self._born = False
            if time_s >= self._next_try_s:
                self._next_try_s = time_s + PAUSE_S
                await self._connect(time_s)
        elif not self._born or self._asked:
            self._asked = False
            self._birth(time_s)
        else:
            self._data(time_s)

    async def _connect(self, time_s: float) -> None:
        await self.stop()
        where = self._entrance()
        if where is None:
            return
        self._group = where.group
        # Each connection has a number of its own, also over restarts.
        self._bd_seq = (int(time_s) if self._bd_seq < 0 else self._bd_seq + 1) % 256
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=f"demo-plant-{LINE}",
            protocol=MQTTv311,
            reconnect_on_failure=False,  # another connection has another number and will
        )
        if where.user is not None:
            client.username_pw_set(where.user, where.password)
        client.will_set(self._topic("NDEATH"), payload(None, None, [self._number()]), 1)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        self._client = client
        try:
            await asyncio.to_thread(client.connect, where.host, where.port, 30)
        except OSError:
            return  # tried again
        client.loop_start()

    def _topic(self, kind: str, device: str | None = None) -> str:
        parts = ["spBv1.0", self._group, kind, LINE]
        return "/".join(parts if device is None else [*parts, device])

    def _number(self) -> bytes:
        return metric("bdSeq", None, None, self._bd_seq)

    def _say(self, kind: str, device: str | None, time_s: float, metrics: list[bytes]) -> None:
        if self._client is not None:
            told = payload(time_s, self._seq, metrics)
            self._client.publish(self._topic(kind, device), told, 0)
            self._seq = (self._seq + 1) % 256

    def _birth(self, time_s: float) -> None:
        time_s += WRONG_S
        self._seq, self._told, self._aliases = 0, {}, {}
        whole = self._news(time_s - WRONG_S)
        metrics = [self._number(), metric(REBIRTH, None, None, False)]
        self._say("NBIRTH", None, time_s, metrics + self._metrics(whole.pop(None), time_s, True))
        for device, values in whole.items():
            self._say("DBIRTH", device, time_s, self._metrics(values, time_s, True))
        self._born = True

    def _data(self, time_s: float) -> None:
        for device, values in self._news(time_s).items():
            if values:
                shown = time_s + WRONG_S
                kind = "NDATA" if device is None else "DDATA"
                self._say(kind, device, shown, self._metrics(values, shown, False))

    def _metrics(self, values: Mapping[str, Value], time_s: float, birth: bool) -> list[bytes]:
        found = []
        for name, value in values.items():
            alias = self._aliases.setdefault(name, len(self._aliases) + 1)
            # A birth says names and types; data are known by their alias.
            short = name.rpartition("/")[2]
            found.append(metric(short if birth else None, alias, time_s, value, typed=birth))
        return found

    def _news(self, time_s: float) -> dict[str | None, dict[str, Value]]:
        """Return what has changed, by device; the names are device/metric, or metric alone."""
        news: dict[str | None, dict[str, Value]] = {
            None: self._changed(dict(self._story.hall(LINE, time_s)))
        }
        for machine in machines_of(LINE):
            device = machine.name.rpartition("/")[2]
            now = self._story.now(machine, time_s)
            news[device] = self._changed({f"{device}/{tag}": v for tag, v in now.items()})
        return news

    def _changed(self, values: dict[str, Value]) -> dict[str, Value]:
        found = {name: value for name, value in values.items() if self._told.get(name) != value}
        self._told |= found
        return found

    async def stop(self) -> None:
        """Say that the node goes, and disconnect."""
        client, self._client = self._client, None
        if client is None:
            return
        if self._connected:
            told = client.publish(self._topic("NDEATH"), payload(None, None, [self._number()]), 1)
            await asyncio.to_thread(_sent, told)
        self._connected = self._born = False
        client.disconnect()
        await asyncio.to_thread(client.loop_stop)

    # What follows runs in the client's thread.

    def _on_connect(self, client: Client, _: Any, __: Any, code: Any, ___: Any) -> None:
        if client is self._client and not code.is_failure:
            client.subscribe(f"{self._topic('NCMD')}", 1)
            self._connected = True

    def _on_disconnect(self, client: Client, *_: Any) -> None:
        if client is self._client:
            self._connected = False

    def _on_message(self, _: Client, __: Any, told: MQTTMessage) -> None:
        # The one command there is; a name in a payload stands there as it is.
        self._asked = self._asked or REBIRTH.encode() in bytes(told.payload)


def _sent(told: Any) -> None:
    with contextlib.suppress(RuntimeError, ValueError):  # then the will says it
        told.wait_for_publish(2)


def payload(time_s: float | None, seq: int | None, metrics: list[bytes]) -> bytes:
    """Return a Sparkplug payload: fields 1 (milliseconds), 2 (metrics) and 3 (number)."""
    said = b"" if time_s is None else _whole(1, round(time_s * 1000))
    said += b"".join(_bytes(2, each) for each in metrics)
    return said if seq is None else said + _whole(3, seq)


def metric(
    name: str | None,
    alias: int | None,
    time_s: float | None,
    value: Value | bool,
    *,
    typed: bool = True,
) -> bytes:
    """Return a metric: name, alias, milliseconds, datatype and value, as far as they are given."""
    said = b"" if name is None else _bytes(1, name.encode())
    if alias is not None:
        said += _whole(2, alias)
    if time_s is not None:
        said += _whole(3, round(time_s * 1000))
    if isinstance(value, bool):
        kind, told = _BOOLEAN, _whole(14, int(value))
    elif isinstance(value, int):
        kind, told = _INT64, _whole(11, value % (1 << 64))
    elif isinstance(value, float):
        kind, told = _DOUBLE, _varint(13 << 3 | _FIXED64) + struct.pack("<d", value)
    else:
        kind, told = _STRING, _bytes(15, value.encode())
    return said + (_whole(4, kind) if typed else b"") + told


def _whole(number: int, value: int) -> bytes:
    return _varint(number << 3 | _VARINT) + _varint(value)


def _bytes(number: int, value: bytes) -> bytes:
    return _varint(number << 3 | _BYTES) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
