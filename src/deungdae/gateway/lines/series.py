"""The series a line speaks of, and our tag path for it, in both directions.

A path is `prefix/measurement/key=value,key2=value2/field`. Tags stand sorted by their keys, in as
many parts as their length needs, or in none. What means something in a path is written with a
percent sign inside a name: `%`, `/`, and in tags `,` and `=`.
"""

import re
from functools import lru_cache
from typing import Final, NamedTuple
from unicodedata import normalize
from urllib.parse import quote, unquote

from deungdae.records.readings import MOST_PART_BYTES, TagPath, tag_path

_IN_NAME = re.compile(r"[%/\x00-\x1f\x7f-\x9f\u2028\u2029]")
_IN_TAG = re.compile(r"[%/,=\x00-\x1f\x7f-\x9f\u2028\u2029]")
#: Paths that are remembered: a sender says the same names again and again.
_MOST_KEYS: Final = 1 << 12
_MOST_PATHS: Final = 1 << 15
_BLANK = re.compile(r"\s+")


class Key(NamedTuple):
    """A measurement and its tags, sorted by their keys."""

    measurement: str
    tags: tuple[tuple[str, str], ...] = ()


class Series(NamedTuple):
    """What a value belongs to: a measurement with its tags, and a field."""

    key: Key
    field: str


def path_of(prefix: str, series: Series) -> TagPath:
    """Return the tag path of a series below `prefix`, which may be empty or have several parts.

    Raises `BadReading` where the path would be too long or have too many parts.
    """
    return field_path(key_path(prefix, series.key), series.field)


def wanted_path(prefix: str, series: Series) -> str:
    """Return the path that a series would have if paths could be of any length and depth.

    By it a tag map can give a path to a series that cannot have its own.
    """
    parts = [prefix] if prefix else []
    parts.append(_coded(_IN_NAME, series.key.measurement))
    parts += _tag_parts([f"{_coded(_IN_TAG, k)}={_coded(_IN_TAG, v)}" for k, v in series.key.tags])
    return normalize("NFC", "/".join([*parts, _coded(_IN_NAME, series.field)]))


@lru_cache(_MOST_KEYS)
def key_path(prefix: str, key: Key) -> TagPath:
    """Return the part of a path that all fields of a key share; raise `BadReading` as above."""
    parts = [prefix] if prefix else []
    parts.append(_coded(_IN_NAME, key.measurement))
    parts += _tag_parts([f"{_coded(_IN_TAG, k)}={_coded(_IN_TAG, v)}" for k, v in key.tags])
    return tag_path("/".join(parts))


@lru_cache(_MOST_PATHS)
def field_path(above: TagPath, field: str) -> TagPath:
    """Return the path of a field below what `key_path` returned."""
    return tag_path(f"{above}/{_coded(_IN_NAME, field)}")


def series_of(prefix: str, path: TagPath) -> Series:
    """Return the series from which `path_of` made a path: letter for letter if it was NFC.

    Raises ValueError for a path that no series below the prefix can have.
    """
    parts = path.split("/")[prefix.count("/") + 1 if prefix else 0 :]
    if len(parts) < 2 or not path.startswith(f"{prefix}/" if prefix else ""):
        raise ValueError(path)
    tags = []
    for pair in ",".join(parts[1:-1]).split(",") if len(parts) > 2 else []:
        name, equals, value = pair.partition("=")
        if not equals:
            raise ValueError(path)
        tags.append((unquote(name), unquote(value)))
    return Series(Key(unquote(parts[0]), tuple(tags)), unquote(parts[-1]))


def _coded(signs: re.Pattern[str], name: str) -> str:
    if _BLANK.fullmatch(name):
        return quote(name, safe="")
    return signs.sub(lambda match: quote(match[0], safe=""), name)


def _tag_parts(pairs: list[str]) -> list[str]:
    # One part holds 255 bytes; a comma between two pairs is then as good as a slash.
    parts: list[str] = []
    for pair in pairs:
        longer = f"{parts[-1]},{pair}" if parts else pair
        if parts and len(longer.encode()) <= MOST_PART_BYTES:
            parts[-1] = longer
        else:
            parts.append(pair)
    return parts
