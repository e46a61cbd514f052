"""Messages to readings: pure."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from deungdae.records.readings import (
    BadReading,
    Quality,
    Reading,
    TagPath,
    Value,
    finite,
    shown,
    tag_path,
)

MOST_BYTES = 256 << 10


class NotUnderstood(ValueError):  # noqa: N818 - the words a reader would say
    """A message that holds nothing we know."""


@dataclass(frozen=True)
class Topic:
    """Topics to subscribe to, and what their messages hold."""

    filter: str
    prefix: TagPath
    payload: str
    fields: tuple[str, ...] = ()
    time_field: str | None = None

    def matches(self, topic: str) -> bool:
        """Say whether a topic is one of these, by the rules of MQTT."""
        wanted, told = self.filter.split("/"), topic.split("/")
        for place, part in enumerate(wanted):
            if part == "#":
                return True
            if place >= len(told) or part not in ("+", told[place]):
                return False
        return len(wanted) == len(told)

    def readings(self, topic: str, payload: bytes, now: int) -> list[Reading]:
        """Return what a message says; raise `NotUnderstood`."""
        try:
            if len(payload) > MOST_BYTES:
                raise NotUnderstood(len(payload))
            text = payload.decode("utf-8")
            tag = tag_path(f"{self.prefix}/{topic}")
            if self.payload == "json":
                return self._members(json.loads(text, parse_constant=_refuse), tag, now)
            value = text if self.payload == "text" else _number(text)
        except (ValueError, RecursionError, BadReading) as error:
            raise NotUnderstood(shown(str(error))) from error
        return [_reading(tag, now, value, now)]

    def _members(self, document: Any, tag: TagPath, now: int) -> list[Reading]:
        if not isinstance(document, dict):
            raise NotUnderstood(type(document).__name__)
        time_us = now if self.time_field is None else _moment(document.get(self.time_field))
        return [
            _reading(tag_path(f"{tag}/{name}"), time_us, _scalar(document[name]), now)
            for name in self.fields
            if name in document
        ]


def _reading(tag: TagPath, time_us: int, value: Value, now: int) -> Reading:
    kept, quality = finite(value, Quality.GOOD)
    return Reading(tag, time_us, kept, quality, now)


def _number(text: str) -> float:
    if "_" in text:
        raise NotUnderstood(shown(text))
    return float(text)


def _scalar(value: Any) -> Value:
    if isinstance(value, dict | list):
        raise NotUnderstood(type(value).__name__)
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)  # JSON does not tell 1 from 1.0, and a tag keeps its type
    kept: Value = value
    return kept


def _moment(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise NotUnderstood("time")
    if isinstance(value, int | float):
        return round(value * 1000)
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise NotUnderstood("time zone")
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _refuse(name: str) -> float:
    raise NotUnderstood(name)


def first_match(topics: Sequence[Topic], topic: str) -> Topic | None:
    """Return the first of several that a topic belongs to."""
    return next((one for one in topics if one.matches(topic)), None)
