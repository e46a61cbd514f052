"""Asks a Modbus TCP device for its registers, in few questions, again and again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from threading import Event
from typing import Any

from deungdae.edge import clock
from deungdae.edge.drivers import DriverFailed, DriverMissing, Found, Sink
from deungdae.edge.drivers.modbus.decode import BIT_TABLES, Question, Wanted, decode, questions
from deungdae.edge.losses import Loss
from deungdae.records.messages import Message, message
from deungdae.records.readings import Quality, Reading, finite, shown


@dataclass(frozen=True)
class Device:
    """Where the device is and how often it is asked."""

    host: str
    port: int
    unit: int
    every_seconds: float
    timeout_seconds: float
    most_gap: int


class Driver:
    """Reads one device. A question that fails gives readings without value, of bad quality."""

    def __init__(self, device: Device, wanted: Sequence[Wanted]) -> None:
        self._device = device
        self._questions = questions(wanted, device.most_gap)

    def browse(self, most: int) -> Iterator[Found]:
        """Yield the configured values; Modbus cannot be asked what there is."""
        client = self._connected()
        try:
            number = 0
            for question in self._questions:
                readings, _ = self._ask(client, question)
                for wanted, reading in zip(question.wanted, readings, strict=True):
                    number += 1
                    if number <= most:
                        address = f"{wanted.table} {wanted.address}"
                        yield Found(
                            address, wanted.tag, reading.value, wanted.type, reading.quality
                        )
        finally:
            client.close()

    def run(self, sink: Sink, stop: Event) -> None:
        """Ask until stopped; a connection that breaks is a gap, and then `DriverFailed`."""
        client = self._connected()
        try:
            while not stop.is_set():
                started = clock.now_us()
                readings, problem = self._ask_all(client)
                sink.note(problem)
                sink.take(readings)
                if not client.connected:
                    sink.lose(Loss.GAP, 1, started, clock.now_us())
                    raise self._unreachable()
                stop.wait(max(0.0, self._device.every_seconds - (clock.now_us() - started) / 1e6))
        finally:
            client.close()

    def _ask_all(self, client: Any) -> tuple[list[Reading], Message | None]:
        readings: list[Reading] = []
        problem = None
        for question in self._questions:
            found, why = self._ask(client, question)
            readings += found
            problem = why or problem
        return readings, problem

    def _ask(self, client: Any, question: Question) -> tuple[list[Reading], Message | None]:
        from pymodbus.exceptions import ModbusException

        ask = {
            "holding": client.read_holding_registers,
            "input": client.read_input_registers,
            "coil": client.read_coils,
            "discrete": client.read_discrete_inputs,
        }[question.table]
        why = ""
        answer = None
        if client.connected:
            try:
                answer = ask(question.start, count=question.length, device_id=self._device.unit)
            except (ModbusException, OSError) as error:
                client.close()
                why = str(error)
        # The device tells no time: the moment its answer arrived is the time of its values.
        now = clock.now_us()
        bits = question.table in BIT_TABLES
        told = (
            [] if answer is None or answer.isError() else answer.bits if bits else answer.registers
        )
        if len(told) < question.length:
            why = why or (str(answer) if answer is not None else "-")
            bad = [Reading(w.tag, now, None, Quality.BAD, now) for w in question.wanted]
            return bad, message(
                "The device does not give {table} {start} to {end}: {why}",
                table=question.table,
                start=question.start,
                end=question.start + question.length - 1,
                why=shown(why),
            )
        readings = []
        for wanted in question.wanted:
            first = wanted.address - question.start
            part = told[first : first + wanted.size]
            raw = bool(part[0]) if bits else decode(wanted, part)
            value, quality = finite(raw, Quality.GOOD)
            readings.append(Reading(wanted.tag, now, value, quality, now))
        return readings, None

    def _connected(self) -> Any:
        try:
            from pymodbus.client import ModbusTcpClient
        except ImportError as error:
            raise DriverMissing(
                "The driver {kind} needs the extra {extra}; install it.",
                kind="modbus",
                extra="edge-modbus",
            ) from error
        client: Any = ModbusTcpClient(
            self._device.host,
            port=self._device.port,
            timeout=self._device.timeout_seconds,
            retries=1,
        )
        if not client.connect():
            raise self._unreachable()
        return client

    def _unreachable(self) -> DriverFailed:
        return DriverFailed(
            "The device at {host}, port {port} cannot be reached.",
            host=self._device.host,
            port=self._device.port,
        )
