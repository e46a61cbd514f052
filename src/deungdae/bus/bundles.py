"""Several small messages as one on the bus: what many callers wait for is flushed once.

A bundle is the five bytes `DDB1\\n` and then, for each part: the length of its head and of its
body (each four bytes, the largest first), its head (one JSON object) and its body (any bytes).
"""

import hashlib
import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass

_MAGIC = b"DDB1\n"
_LENGTHS = struct.Struct(">II")
_KEYS = {"organisation", "source", "batch", "points", "more"}


class BadBundle(ValueError):  # noqa: N818 - the word a reader would say
    """Bytes that are no bundle."""


@dataclass(frozen=True, slots=True)
class Part:
    """One message: who sent what, how many points it says to hold, and the bytes."""

    organisation: str
    source: str
    batch: str  #: names it: the same again carries the same name
    points: int
    body: bytes
    more: str = ""  #: a word on it, such as the reason of a quarantine

    @property
    def bytes(self) -> int:
        """About how many bytes it takes on the bus."""
        return len(self.body) + 200

    @property
    def id(self) -> str:
        """What names it among all organisations."""
        return json.dumps([self.organisation, self.source, self.batch], ensure_ascii=False)


def pack(parts: Sequence[Part]) -> bytes:
    """Return the bundle of the parts."""
    pieces = [_MAGIC]
    for part in parts:
        head = {
            "organisation": part.organisation,
            "source": part.source,
            "batch": part.batch,
            "points": part.points,
            "more": part.more,
        }
        text = json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode()
        pieces += (_LENGTHS.pack(len(text), len(part.body)), text, part.body)
    return b"".join(pieces)


def unpack(data: bytes) -> list[Part]:
    """Return the parts of a bundle; raises `BadBundle` for any other bytes."""
    if not data.startswith(_MAGIC):
        raise BadBundle("these bytes do not begin as a bundle does")
    parts, place = [], len(_MAGIC)
    while place < len(data):
        if place + _LENGTHS.size > len(data):
            raise BadBundle("the bundle ends inside the lengths of a part")
        head_bytes, body_bytes = _LENGTHS.unpack_from(data, place)
        start = place + _LENGTHS.size
        place = start + head_bytes + body_bytes
        if place > len(data):
            raise BadBundle("the bundle ends inside a part")
        parts.append(_part(data[start : start + head_bytes], data[start + head_bytes : place]))
    if not parts:
        raise BadBundle("the bundle is empty")
    return parts


def _part(text: bytes, body: bytes) -> Part:
    try:
        head = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadBundle("the head of a part is no JSON") from error
    if not isinstance(head, dict) or head.keys() != _KEYS:
        raise BadBundle("the head of a part has other keys")
    points = head.pop("points")
    words = [head[key] for key in ("organisation", "source", "batch", "more")]
    if not all(isinstance(word, str) for word in words) or type(points) is not int or points < 0:
        raise BadBundle("the head of a part has a wrong value")
    return Part(words[0], words[1], words[2], points, body, words[3])


def name_of(parts: Sequence[Part]) -> str:
    """Return what names a bundle: the same parts in the same order give the same name."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.id.encode("utf-8", "surrogatepass") + b"\0")
    return digest.hexdigest()
