"""Sparkplug B topics: `spBv1.0/<group>/<type>/<edge>[/<device>]` and `spBv1.0/STATE/<host>`."""

import unicodedata
from typing import NamedTuple

from deungdae.gateway.sparkplug.wire import BadPayload

NAMESPACE = "spBv1.0"
STATE = f"{NAMESPACE}/STATE"
OF_NODES = frozenset({"NBIRTH", "NDEATH", "NDATA", "NCMD"})
OF_DEVICES = frozenset({"DBIRTH", "DDEATH", "DDATA", "DCMD"})


class Topic(NamedTuple):
    """Whose message it is, and of which type."""

    group: str
    type: str
    edge: str
    device: str | None = None

    def __str__(self) -> str:
        """Return the topic as MQTT knows it."""
        parts = [NAMESPACE, self.group, self.type, self.edge]
        return "/".join(parts if self.device is None else [*parts, self.device])


def parse(text: str) -> Topic:
    """Return what a topic says, or raise `BadPayload` (`topic`)."""
    namespace, *parts = text.split("/")
    if namespace == NAMESPACE and all(is_id(part) for part in parts):
        if len(parts) == 3 and parts[1] in OF_NODES:
            return Topic(*parts)
        if len(parts) == 4 and parts[1] in OF_DEVICES:
            return Topic(*parts)
    raise BadPayload("topic")


def is_id(text: str) -> bool:
    """Return whether a text can name a group, an edge node, a device or a host."""
    return (
        bool(text.strip())
        and not set(text) & set("+/#")
        and not any(unicodedata.category(sign).startswith("C") for sign in text)
    )
