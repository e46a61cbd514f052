"""What machines send: bus, gateway, writer, books, questions, and the MQTT broker."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from typing import Any, NamedTuple

from deungdae import bus
from deungdae.bus.standing import Standing, standing
from deungdae.cli.doctor.finding import Finding, bad, good, warning
from deungdae.records.environment import BUS_STORE, GATEWAY_BIND, MQTT_URL, Settings
from deungdae.records.errors import PublicError
from deungdae.records.messages import Message, message

ENTER_SECONDS = 3.0
ASK_SECONDS = 4.0
FULL_SHARE = 0.5  #: of a queue: the writer has not kept up for a long time
BEHIND = 2_000  #: messages that may wait to be written
_START = message("Start it: {command}", command="deungdae up")


class _Seen(NamedTuple):
    queues: list[Standing]
    answer: str | None  #: why no question was answered; None when one was
    monitor: str | dict[str, Any]  #: the same of the monitor, or what it says of its health


def intake(settings: Settings) -> Iterator[Finding]:
    """Look at the bus, at the writer behind it, and whether questions are answered."""
    try:
        seen = asyncio.run(_look(settings))
    except bus.Unavailable as error:
        yield warning(
            "bus", message("The bus does not answer: {reason}", reason=str(error)), _START
        )
        return
    yield good("bus", message("The bus answers."))
    yield from map(_queue, seen.queues)
    if seen.queues:
        yield from _writer(settings, seen.queues)
    if seen.answer is None:
        yield good("history", message("Questions to the history are answered."))
    else:
        yield warning(
            "history",
            message("Questions to the history are not answered: {reason}", reason=seen.answer),
            message("Start it: {command}", command="deungdae history"),
        )
    yield from _monitor(seen.monitor)


async def _look(settings: Settings) -> _Seen:
    address = bus.address(settings.bus)
    entering = bus.Connection.open(address, "doctor", within=ENTER_SECONDS, patient=False)
    async with await entering as connection:
        queues = await standing(connection)
        history = await _asked(connection, "history", "tags")
        monitor = await _asked(connection, "monitor", "health")
    return _Seen(queues, history if isinstance(history, str) else None, monitor)


async def _asked(connection: bus.Connection, topic: str, name: str) -> str | dict[str, Any]:
    """Return an answer, or in words why there is none."""
    asked = bus.Question(topic, name, "-", within=ASK_SECONDS)
    try:
        async with await bus.ask(connection, asked) as answer:
            found: dict[str, Any] = await answer.json()
            return found
    except (PublicError, bus.Unavailable) as error:
        return str(error)


def _monitor(seen: str | dict[str, Any]) -> Iterator[Finding]:
    if isinstance(seen, str):
        yield warning(
            "monitor",
            message("Machines are not looked after: {reason}", reason=seen),
            message("Start it: {command}", command="deungdae monitor"),
        )
        return
    failures = sum(seen["failures"].values())
    if failures:
        yield warning(
            "monitor",
            message("A part of the monitoring failed {count} times.", count=failures),
            message("What it was stands in the log of {command}.", command="deungdae monitor"),
        )
    elif seen["unusable"]:
        yield warning(
            "monitor",
            message(
                "{count} descriptions of machines or calendars are not understood.",
                count=seen["unusable"],
            ),
            message("Save these machines and calendars anew on their pages."),
        )
    else:
        yield good("monitor", message("Machines are looked after."))


def _queue(queue: Standing) -> Finding:
    share = queue.bytes / queue.most_bytes if queue.most_bytes else 0.0
    if share > FULL_SHARE:
        return bad(
            "bus",
            message(
                "The queue {name} is {percent} % full.", name=queue.name, percent=round(share * 100)
            ),
            message(
                "See below why the writer does not keep up, or give it more room with {setting}: "
                "a full queue refuses what comes in.",
                setting=BUS_STORE.name,
            ),
        )
    return good(
        "bus",
        message(
            "The queue {name} is {percent} % full.", name=queue.name, percent=round(share * 100)
        ),
    )


def _writer(settings: Settings, queues: list[Standing]) -> Iterator[Finding]:
    from deungdae.lake import inventory
    from deungdae.lake.intake import Ledger

    last = next((queue.last for queue in queues if queue.name == bus.INGEST.name), 0)
    try:
        reached = inventory.committed(settings.home.absolute(), "ingest-0")
        missing = Ledger(settings.home).tally().total().missing
    except PublicError as error:
        yield bad(
            "lake",
            error.message,
            message("Go back to the last copy: {command}", command="deungdae restore FOLDER"),
        )
        return
    behind = last - reached if reached is not None else 0
    if behind > BEHIND:
        yield bad(
            "writer",
            message("{count} messages wait to be written into the lake.", count=behind),
            message(
                "Look whether the gateway runs and what it says, and whether the disk is full."
            ),
        )
    else:
        yield good(
            "writer", message("The writer keeps up: {count} messages wait.", count=max(behind, 0))
        )
    if missing:
        yield bad(
            "books",
            message("{count} points came in of which nobody knows what became.", count=missing),
            message("Look at the page on received and stored points, and tell the makers."),
        )
    else:
        yield good("books", message("Received = stored + held back + duplicate, to the point."))


def gateway(settings: Settings) -> Iterator[Finding]:
    """Look whether points are taken in."""
    told = settings.gateway
    host = "127.0.0.1" if told.bind in ("0.0.0.0", "::") else told.bind  # noqa: S104 - only asked
    address = f"{host}:{told.port}"
    try:
        with closing(HTTPConnection(host, told.port, timeout=ASK_SECONDS)) as connection:
            connection.request("GET", "/health")
            answer = connection.getresponse()
            ours = b'"deungdae"' in answer.read(10_000)
    except (OSError, HTTPException) as error:
        reason = getattr(error, "strerror", None) or str(error)
        yield warning(
            "gateway",
            message(
                "No points are taken in at {address}: {reason}", address=address, reason=reason
            ),
            message(
                "If they should: start {command}. If it listens elsewhere, say so in {setting}.",
                command="deungdae up",
                setting=GATEWAY_BIND.name,
            ),
        )
        return
    if ours:
        yield good("gateway", message("Points are taken in at {address}.", address=address))
    else:
        yield bad("gateway", *_taken(address))


def _taken(address: str) -> tuple[Message, Message]:
    return (
        message("Another program listens at {address}.", address=address),
        message("End it, or choose another address in {setting}.", setting=GATEWAY_BIND.name),
    )


def broker(settings: Settings) -> Iterator[Finding]:
    """Look whether the MQTT broker of the Sparkplug groups can be reached."""
    url = settings.mqtt.url
    host, port = (
        (settings.mqtt.bind, settings.mqtt.port)
        if url is None
        else (url.hostname or "", url.port or (8883 if url.scheme == "mqtts" else 1883))
    )
    try:
        with socket.create_connection((host, port), timeout=ASK_SECONDS):
            pass
    except OSError as error:
        yield warning(
            "mqtt",
            message(
                "No MQTT broker answers at {address}: {reason}",
                address=f"{host}:{port}",
                reason=error.strerror or str(error),
            ),
            message(
                "If there are Sparkplug nodes, start the broker, or say in {setting} where it is.",
                setting=MQTT_URL.name,
            ),
        )
    else:
        yield good(
            "mqtt", message("An MQTT broker answers at {address}.", address=f"{host}:{port}")
        )


LOOKS = (intake, gateway, broker)
