"""What was held back, read once more: lines, Sparkplug messages, and messages of the bus itself.

An entry is understood as a whole or not at all, so that it is either replayed or still held.
"""

import asyncio
from collections.abc import Callable

import pyarrow.compute as pc

from deungdae.bus import SparkplugGroup
from deungdae.gateway.lines import BadLines, parse
from deungdae.gateway.lines.series import wanted_path
from deungdae.gateway.lines.writing import prefix_of
from deungdae.gateway.naming import Names, instead, named
from deungdae.gateway.sinks import Message
from deungdae.gateway.sparkplug import payloads, topics
from deungdae.gateway.sparkplug.nodes import Node
from deungdae.gateway.sparkplug.outcomes import refused_message
from deungdae.gateway.sparkplug.wire import BadPayload
from deungdae.gateway.telemetry import Origin, messages, of_points, of_readings
from deungdae.gateway.writing.wire import UNREADABLE, points_of
from deungdae.lake.intake import Held
from deungdae.records.readings import BadReading

MOST_METRICS = 100_000
MOST_NAMES = 10
SHOWN_BYTES = 64 << 10
_NAMELESS = {"tag_parts", "tag_length", "tag_empty", "tag_characters"}
_VALUES = {"NBIRTH", "NDATA", "DBIRTH", "DDATA"}


def impossible_names(held: Held) -> list[str]:
    """Return what series of some lines are called that cannot have a path: a tag map needs these.

    Of long lines only the beginning is looked at, and `MOST_NAMES` are returned at most.
    """
    prefix = prefix_of(held.body)
    if prefix is None or held.reason not in _NAMELESS:
        return []
    lines = held.body[:SHOWN_BYTES]
    if len(held.body) > SHOWN_BYTES:
        lines = lines[: lines.rfind(b"\n") + 1]
    try:
        points = parse(lines, "ns", held.received_us * 1000)
    except BadLines:
        return []
    return [wanted_path(prefix, series) for series in points.series[:MOST_NAMES]]


class Understanding:
    """Makes points of an entry by what is known today: tag maps, groups, this program."""

    def __init__(self, names: Names, group: Callable[[str], SparkplugGroup | None]) -> None:
        self._names = names
        self._group = group

    async def __call__(self, held: Held) -> list[Message] | None:
        """Return what is to be stored; None when it still cannot be understood."""
        return await asyncio.to_thread(self._understood, held)

    def _understood(self, held: Held) -> list[Message] | None:
        if held.reason == UNREADABLE:
            return _of_the_bus(held)
        if held.body.startswith(b'{"topic": '):
            return self._sparkplug(held)
        return self._lines(held)

    def _lines(self, held: Held) -> list[Message] | None:
        prefix = prefix_of(held.body)
        if prefix is None:
            return None
        names = self._names(held.organisation, held.source)
        try:
            points = parse(held.body, "ns", held.received_us * 1000)
        except BadLines:
            return None
        origin = Origin(held.organisation, held.source, held.received_us)
        found = of_points(points, prefix, origin, instead(names))
        if any(mask.any() for _, mask in found.dropped):
            return None
        return messages(named(found.rows, names), origin)

    def _sparkplug(self, held: Held) -> list[Message] | None:
        try:
            text, data = refused_message(held.body)
            topic = topics.parse(text)
            payload = payloads.decode(data)
        except (BadPayload, ValueError, KeyError):
            return None
        group = self._group(topic.group)
        if topic.type not in _VALUES or group is None or group.organisation != held.organisation:
            return None
        # As in a birth: a metric that says its name and datatype needs nothing that came before.
        # An alias alone does, and what it meant then is not known any more.
        node = Node(topic.group, topic.edge, MOST_METRICS, group.prefix)
        read = (
            node.birth(payload, held.received_us)
            if topic.device is None
            else node.device_birth(topic.device, payload, held.received_us)
        )
        readings = [one.reading for one in read if one.reading is not None]
        if not readings or any(one.fault is not None for one in read):
            return None
        origin = Origin(held.organisation, held.source, held.received_us)
        try:
            rows = of_readings(readings, origin)
        except BadReading:
            return None
        return messages(named(rows, self._names(held.organisation, held.source)), origin)


def _of_the_bus(held: Held) -> list[Message] | None:
    rows = points_of(held.body)
    if rows is None or not rows.num_rows:
        return None
    # Whatever it says inside, it must not become another organisation's.
    whose = pc.unique(rows.column("organisation").cast("string")).to_pylist()
    if whose != [held.organisation]:
        return None
    return [Message(held.organisation, held.source, held.batch, rows.num_rows, held.body)]
