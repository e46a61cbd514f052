"""Entries of buckets as JSON: exactly what the record says, or nothing."""

import dataclasses
import json
from types import UnionType
from typing import Any, get_args, get_origin

from deungdae.bus.entries import Record


def to_json(record: Record) -> bytes:
    """Return an entry as it is kept."""
    document = dataclasses.asdict(record)
    return json.dumps(document, ensure_ascii=False, allow_nan=False).encode()


def from_json(kind: type[Record], value: bytes | None) -> Record:
    """Return the entry that was kept; raises ValueError or TypeError for what is none."""
    document = json.loads(value or b"")
    record = _of(kind, document)
    assert isinstance(record, kind)
    return record


def _of(kind: type[Any], document: Any) -> Any:
    if not isinstance(document, dict):
        raise TypeError("it is no object")
    hints = {part.name: part.type for part in dataclasses.fields(kind)}
    told = {name: _nested(value, hints.get(name)) for name, value in document.items()}
    record = kind(**told)
    for name, hint in hints.items():
        if not _fits(getattr(record, name), hint):
            raise TypeError(f"{name} is no {hint}")
    return record


def _nested(value: Any, hint: Any) -> Any:
    """Return a list of objects as the records that they are."""
    inner = get_args(hint)[0] if get_origin(hint) is list else None
    if not dataclasses.is_dataclass(inner) or not isinstance(value, list):
        return value
    assert isinstance(inner, type)
    return [_of(inner, one) for one in value]


def _fits(value: Any, hint: Any) -> bool:
    if isinstance(hint, UnionType):
        return any(_fits(value, choice) for choice in get_args(hint))
    plain, inner = get_origin(hint) or hint, get_args(hint)
    if hint is Any:
        return True
    if plain is float:
        return type(value) in (int, float)
    if isinstance(value, list):
        return plain is list and all(_fits(one, inner[0]) for one in value)
    if isinstance(value, dict):
        return plain is dict and all(_fits(one, inner[1]) for one in value.values())
    return type(value) is (type(None) if plain is None else plain)
