"""Modbus: bytes to values by hand, and a real server on a free port."""

import asyncio
import struct
import threading
from collections.abc import Iterator
from threading import Event
from typing import Any

import pytest
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from deungdae.edge.drivers import DriverFailed, read
from deungdae.edge.drivers.modbus.decode import Wanted, decode, questions
from deungdae.edge.fields import Fields, Problem
from deungdae.edge.losses import Loss
from deungdae.records.readings import Quality, TagPath, Value


def wanted(kind: str = "int16", address: int = 0, table: str = "holding", **more: Any) -> Wanted:
    return Wanted(TagPath(f"t/{address}"), table, address, kind, **more)


@pytest.mark.parametrize(
    ("value", "registers", "expected"),
    [
        (wanted("int16"), [0xFFFE], -2),
        (wanted("uint16"), [0xFFFE], 65534),
        (wanted("int32"), [0xFFFF, 0xFFFE], -2),
        (wanted("uint32"), [0x0001, 0x0000], 65536),
        (wanted("uint32", order="CDAB"), [0x0001, 0x0000], 1),
        (wanted("uint32", order="BADC"), [0x0100, 0x0000], 65536),
        (wanted("uint32", order="DCBA"), [0x0100, 0x0000], 1),
        (wanted("uint64"), [0xFFFF] * 4, (1 << 64) - 1),
        (wanted("int64"), [0xFFFF] * 4, -1),
        (wanted("float32"), [0x42F6, 0xE979], struct.unpack(">f", b"\x42\xf6\xe9\x79")[0]),
        (wanted("float32", order="CDAB"), [0x0000, 0x3FC0], 1.5),
        (wanted("float32", order="DCBA"), [0x0000, 0xC03F], 1.5),
        (wanted("float64", order="CDAB"), [0, 0, 0, 0x3FF8], 1.5),
        (wanted("int16", scale=0.1, offset=-40.0), [2315], 191.5),
        (wanted("uint16", scale=1.0), [7], 7.0),
        (wanted("bool", bit=3), [0b1000], True),
        (wanted("bool", bit=3), [0b0111], False),
        (wanted("bool"), [2], True),
    ],
)
def test_registers_become_values(value: Wanted, registers: list[int], expected: Value) -> None:
    told = decode(value, registers)
    assert told == expected
    assert type(told) is type(expected)


def test_values_that_lie_close_are_asked_for_at_once() -> None:
    values = [wanted(address=a) for a in (0, 5, 20, 300)] + [wanted("bool", 3, "coil")]
    asked = [(q.table, q.start, q.length) for q in questions(values, 8)]
    assert asked == [("coil", 3, 1), ("holding", 0, 6), ("holding", 20, 1), ("holding", 300, 1)]


def test_no_question_is_longer_than_the_protocol_allows_and_no_value_is_split() -> None:
    values = [wanted("float64", address=4 * n) for n in range(1000)]
    asked = questions(values, 0)
    assert all(q.length <= 125 and q.length % 4 == 0 for q in asked)
    assert sum(len(q.wanted) for q in asked) == 1000
    assert len(asked) == 33  # 124 registers, that is 31 values, in each


class Device:
    """A real Modbus TCP server in a thread, on a free port that it keeps."""

    def __init__(self) -> None:
        self.port = 0
        self.thread: threading.Thread | None = None

    def start(self) -> None:
        ready: Event = Event()
        self.thread = threading.Thread(target=lambda: asyncio.run(self._serve(ready)))
        self.thread.start()
        assert ready.wait(20)

    async def _serve(self, ready: Event) -> None:
        registers = [0] * 200
        registers[100] = 2315
        registers[110:112] = [0x0000, 0x3FC0]
        registers[112:114] = [0x0000, 0x7FC0]  # NaN
        device = SimDevice(
            1,
            simdata=(
                [SimData(0, values=[True, False, True, True], datatype=DataType.BITS)],
                [SimData(0, values=[False, True], datatype=DataType.BITS)],
                [SimData(0, values=registers, datatype=DataType.REGISTERS)],
                [SimData(0, values=[7, 8], datatype=DataType.REGISTERS)],
            ),
        )
        server: Any = ModbusTcpServer(device, address=("127.0.0.1", self.port))
        self._stop, self._loop = asyncio.Event(), asyncio.get_running_loop()
        await server.serve_forever(background=True)
        self.port = server.transport.sockets[0].getsockname()[1]
        ready.set()
        await self._stop.wait()
        await server.shutdown()

    def stop(self) -> None:
        if self.thread is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
            self.thread.join(20)
            self.thread = None


@pytest.fixture
def device() -> Iterator[Device]:
    made = Device()
    made.start()
    yield made
    made.stop()


VALUES = [
    {"tag": "t/melt", "address": 100, "type": "int16", "scale": 0.1},
    {"tag": "t/pressure", "address": 110, "type": "float32", "order": "CDAB"},
    {"tag": "t/nothing", "address": 112, "type": "float32", "order": "CDAB"},
    {"tag": "t/count", "address": 1, "type": "uint16", "table": "input"},
    {"tag": "t/door", "address": 2, "type": "bool", "table": "coil"},
    {"tag": "t/guard", "address": 0, "type": "bool", "table": "discrete"},
    {"tag": "t/absent", "address": 5000, "type": "uint16"},
]


def made(port: int, values: list[dict[str, Any]] = VALUES, **options: object) -> Any:
    problems: list[Problem] = []
    table = {"host": "127.0.0.1", "port": port, "every_seconds": 0.02, "value": values, **options}
    recipe = read("modbus", Fields(table, "m", problems))
    assert problems == []
    return recipe.make()


def test_a_real_device_is_read_and_what_it_lacks_is_of_bad_quality(
    device: Device, memory: Any
) -> None:
    stop = Event()
    thread = threading.Thread(target=made(device.port).run, args=(memory, stop))
    thread.start()
    memory.wait_until(lambda: len(memory.readings) >= 14)
    stop.set()
    thread.join(20)
    first = {r.tag: (r.value, r.quality) for r in memory.readings[:7]}
    good, bad = Quality.GOOD, Quality.BAD
    assert first == {
        "t/melt": (231.5, good),
        "t/pressure": (1.5, good),
        "t/nothing": (None, bad),
        "t/count": (8, good),
        "t/door": (True, good),
        "t/guard": (False, good),
        "t/absent": (None, bad),
    }
    assert "5000" in str(memory.problem)


def test_browse_shows_present_values(device: Device) -> None:
    found = {f.name: (f.address, f.value) for f in made(device.port).browse(10)}
    assert found["t/melt"] == ("holding 100", 231.5)
    assert len(list(made(device.port).browse(2))) == 2


def test_registers_can_be_looked_at_before_they_have_tags(device: Device) -> None:
    problems: list[Problem] = []
    values = [{"address": 100, "type": "int16"}, {"address": 1, "type": "uint16", "table": "input"}]
    table = {"host": "127.0.0.1", "port": device.port, "value": values}
    fields = Fields(table, "m", problems)
    fields.browsing = True
    recipe = read("modbus", fields)
    assert (problems, recipe.tags) == ([], [])
    found = [(f.address, f.value) for f in recipe.make().browse(10)]
    assert found == [("holding 100", 2315), ("input 1", 8)]


def test_a_device_that_goes_away_is_a_gap_and_can_be_read_again(
    device: Device, memory: Any
) -> None:
    driver = made(device.port, VALUES[:1], timeout_seconds=0.5)
    ended: list[Exception] = []

    def run() -> None:
        try:
            driver.run(memory, Event())
        except DriverFailed as error:
            ended.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    memory.wait_until(lambda: bool(memory.readings))
    device.stop()
    thread.join(20)
    assert len(ended) == 1
    assert memory.losses == [(Loss.GAP, 1)]
    assert (memory.readings[-1].value, memory.readings[-1].quality) == (None, Quality.BAD)
    with pytest.raises(DriverFailed):
        driver.run(memory, Event())
    device.start()
    assert [f.value for f in driver.browse(1)] == [231.5]


def test_problems_are_named_before_anything_connects() -> None:
    problems: list[Problem] = []
    values = [
        {"tag": "t/a", "address": 65535, "type": "float32"},
        {"tag": "t/a", "address": 1, "type": "int16", "bit": 3},
        {"tag": "t/b", "address": 1, "table": "coil", "type": "int16"},
        {"tag": "t/c", "address": 1, "type": "bool", "scale": 2},
        {"tag": "t/d", "address": -1, "type": "int16", "order": "XYZ", "adress": 1},
    ]
    read("modbus", Fields({"host": "", "port": 0, "value": values}, "m", problems))
    said = " ".join(f"{p.where} {p.what}" for p in problems)
    expected = ["host is", "port is 0", "value 1 The value reaches", "value 2 Only", "named twice"]
    expected += ["Coils", "neither scale", "address is -1", "order is XYZ", "adress is not"]
    for words in expected:
        assert words in said, words
