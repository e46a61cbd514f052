"""What is known of one edge node: its metrics by name and alias, and those of its devices."""

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from deungdae.gateway.sparkplug.payloads import Metric, Payload
from deungdae.gateway.sparkplug.values import Value
from deungdae.gateway.sparkplug.wire import BadPayload
from deungdae.records.readings import (
    EARLIEST_US,
    LATEST_US,
    BadReading,
    Quality,
    Reading,
    TagPath,
    check_reading,
    finite,
    tag_path,
)

BD_SEQ = "bdSeq"
_CONTROLS = ("Node Control/", "Device Control/")


class Known(NamedTuple):
    """A metric as its birth describes it; `fault` says why it cannot be kept."""

    device: str | None
    tag: TagPath | None
    datatype: int | None
    fault: str | None = None


@dataclass(slots=True)
class Part:
    """A node itself, or a device of it."""

    online: bool = False
    metrics: dict[str, Known] = field(default_factory=dict)


class Read(NamedTuple):
    """A metric that was gone through: a reading, or the reason why not; neither for a control."""

    metric: Metric
    reading: Reading | None = None
    fault: str | None = None


class Node:
    """One edge node of a group. It knows no order and no time."""

    def __init__(self, group: str, edge: str, most_metrics: int, prefix: str = "") -> None:
        self.group, self.edge = group, edge
        self._before = [*prefix.split("/"), group] if prefix else [group]
        self._most_metrics = most_metrics
        self.itself = Part()
        self.devices: dict[str, Part] = {}
        #: devices of the session before that were online, and have not been born again
        self.orphans: dict[str, Part] = {}
        self.bd_seq: int | None = None
        self.born_ms: int | None = None
        self._aliases: dict[int, Known] = {}
        self._owners: dict[TagPath, str | None] = {}

    def birth(self, payload: Payload, arrived_us: int) -> list[Read]:
        """Forget the session before, learn the node's metrics, and return their values."""
        self.orphans |= {name: part for name, part in self.devices.items() if part.online}
        self.devices = {}
        self._aliases, self._owners = {}, {}
        self.bd_seq, self.born_ms = bd_seq(payload), payload.timestamp_ms
        self.itself = Part(online=True)
        return list(self._learn(None, self.itself, payload, arrived_us))

    def device_birth(self, device: str, payload: Payload, arrived_us: int) -> list[Read]:
        """Learn a device's metrics in the place of what was known, and return their values."""
        former = self.devices.get(device, Part())
        self.orphans.pop(device, None)
        self._aliases = {
            alias: known for alias, known in self._aliases.items() if known.device != device
        }
        for known in former.metrics.values():
            if known.tag is not None and self._owners.get(known.tag) == device:
                del self._owners[known.tag]
        part = self.devices[device] = Part(online=True)
        return list(self._learn(device, part, payload, arrived_us))

    def data(self, device: str | None, payload: Payload, arrived_us: int) -> list[Read]:
        """Return the values of data, by name or alias."""
        part = self.part(device)
        found = []
        for metric in payload.metrics:
            if metric.name:
                known, fault = part.metrics.get(metric.name), "unknown_metric"
            else:
                alias = -1 if metric.alias is None else metric.alias
                known, fault = self._aliases.get(alias), "unknown_alias"
            if known is not None and known.device == device:
                found.append(_read(metric, known, payload, arrived_us))
            elif metric.name and _is_control(metric.name):
                found.append(Read(metric))
            else:
                found.append(Read(metric, fault=fault))
        return found

    def part(self, device: str | None) -> Part:
        """Return the node itself (None), or a device; an unknown one is offline."""
        return self.itself if device is None else self.devices.get(device, Part())

    def offline(self, device: str | None, time_us: int, arrived_us: int) -> list[Reading]:
        """Mark a part offline; return that none of its metrics has a value from then on.

        The standard calls such a metric STALE: here a reading without a value, of uncertain
        quality, so that histories show a gap and not the last value for ever.
        """
        part = self.orphans.pop(device or "", self.part(device))
        if not part.online:
            return []
        part.online = False
        if not EARLIEST_US <= time_us < LATEST_US:
            time_us = arrived_us
        stale = Quality.from_sparkplug(500)
        return [
            Reading(known.tag, time_us, None, stale, arrived_us)
            for known in part.metrics.values()
            if known.tag is not None and known.fault is None
        ]

    def _learn(
        self, device: str | None, part: Part, payload: Payload, arrived_us: int
    ) -> Iterator[Read]:
        for metric in payload.metrics:
            name = metric.name
            if not name:
                yield Read(metric, fault="no_name")
            elif name in part.metrics:
                yield Read(metric, fault="name_taken")
            elif len(self._owners) >= self._most_metrics:
                yield Read(metric, fault="too_many_metrics")
            else:
                known = self._known(device, name, metric)
                part.metrics[name] = known
                if known.tag is not None and known.fault is None:
                    self._owners[known.tag] = device
                if metric.alias is not None:
                    # What one alias of two metrics says is nobody's; their names still hold.
                    shared = Known(device, None, None, "alias_taken")
                    taken = metric.alias in self._aliases
                    self._aliases[metric.alias] = shared if taken else known
                yield _read(metric, known, payload, arrived_us)

    def _known(self, device: str | None, name: str, metric: Metric) -> Known:
        if _is_control(name):
            return Known(device, None, metric.datatype)
        path = [*self._before, self.edge, *([] if device is None else [device]), name]
        try:
            tag = tag_path("/".join(path))
        except BadReading as error:
            return Known(device, None, metric.datatype, error.reason)
        if tag in self._owners:
            # "a/b" of the node and "b" of its device "a" would be one tag.
            return Known(device, tag, metric.datatype, "tag_taken")
        return Known(device, tag, metric.datatype)


def bd_seq(payload: Payload) -> int | None:
    """Return the birth-death number: Int64 by the standard, UInt64 or smaller by some edges."""
    for metric in payload.metrics:
        if metric.name == BD_SEQ and isinstance(metric.raw, int) and metric.field is not None:
            return metric.raw
    return None


def _is_control(name: str) -> bool:
    return name == BD_SEQ or name.startswith(_CONTROLS)


def _read(metric: Metric, known: Known, payload: Payload, arrived_us: int) -> Read:
    if known.fault is not None:
        return Read(metric, fault=known.fault)
    if known.tag is None:
        return Read(metric)
    time_ms = payload.timestamp_ms if metric.timestamp_ms is None else metric.timestamp_ms
    time_us = arrived_us if time_ms is None else time_ms * 1000
    quality = Quality.GOOD if metric.quality is None else Quality.from_sparkplug(metric.quality)
    try:
        value, quality = finite(_kept(metric.value(known.datatype)), quality)
        reading = Reading(known.tag, time_us, value, quality, arrived_us)
        return Read(metric, check_reading(reading))
    except (BadPayload, BadReading) as error:
        return Read(metric, fault=error.reason)


def _kept(value: Value) -> int | float | bool | str | None:
    if isinstance(value, bytes):
        raise BadPayload("bytes")
    if isinstance(value, list):
        plain = [
            None if isinstance(part, float) and not math.isfinite(part) else part for part in value
        ]
        return json.dumps(plain, ensure_ascii=False, separators=(",", ":"))
    return value
