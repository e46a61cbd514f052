"""Names of nodes, and their values as ours: pure but for the library's types."""

import re
from datetime import UTC, datetime
from typing import Any, NamedTuple

from deungdae.records.readings import EARLIEST_US, TagPath, Value

STANDARD = "http://opcfoundation.org/UA/"
OVERFLOW = 0x480  #: status bits: a data value, and the server's queue has overflowed
_NODE = re.compile(r"(?:nsu=(?P<uri>[^;]+);)?(?P<id>[isgb]=.+)", re.DOTALL)


class NodeName(NamedTuple):
    """A node by the URI of its namespace; its number may change when a server restarts."""

    uri: str
    id: str  #: such as "s=Melt" or "i=2258"

    def __str__(self) -> str:
        return self.id if self.uri == STANDARD else f"nsu={self.uri};{self.id}"


class Wanted(NamedTuple):
    """A variable and its tag."""

    tag: TagPath
    node: NodeName


def node_name(text: str) -> NodeName | None:
    """Read "nsu=URI;s=Name"; `None` if it is no such name or gives a bare number, `ns=2;…`."""
    match = _NODE.fullmatch(text)
    if match is None:
        return None
    return NodeName(match["uri"] or STANDARD, match["id"])


def moment_us(*told: datetime | None) -> int | None:
    """Return the first time that is one; 1601, which stands for none in OPC UA, is not."""
    for moment in told:
        if moment is not None:
            aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
            since = aware - datetime(1970, 1, 1, tzinfo=UTC)
            us = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
            if us >= EARLIEST_US:
                return us
    return None


class NoScalar(ValueError):  # noqa: N818 - the word a reader would say
    """A value that is not one number, truth value, time or text."""


def plain(value: Any) -> Value:
    """Return a value as ours; raises `NoScalar` for arrays and structures."""
    if value is None or isinstance(value, bool | float | str):
        kept: Value = value
        return kept
    if isinstance(value, int):
        return int(value)  # enumerations as their number
    if isinstance(value, datetime):
        aware = value if value.tzinfo is not None else value.replace(tzinfo=UTC)
        return aware.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    text = getattr(value, "Text", None)  # a LocalizedText
    if isinstance(text, str):
        return text
    raise NoScalar(type(value).__name__)
