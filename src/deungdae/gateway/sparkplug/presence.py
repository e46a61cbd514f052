"""What a host says of itself: STATE messages, and what follows when somebody contradicts them.

Source: Eclipse Sparkplug 3.0, "Sparkplug Host Application Session Establishment".
"""

import json
from enum import StrEnum, auto

from deungdae.gateway.sparkplug import topics

QOS = 1


class OnDeath(StrEnum):
    """What to do when our own "offline" arrives although we are online.

    The will of a former connection may come late, or another program may use our name. Edition 3.0
    wants the birth once more, the draft of 4 a new connection with a new time.
    """

    REPUBLISH = "republish"
    RECONNECT = "reconnect"


class Answer(StrEnum):
    """What a STATE message asks of us."""

    NOTHING = auto()
    REPUBLISH = auto()
    RECONNECT = auto()


class Presence:
    """The STATE of one host on one connection: will and birth carry one and the same time."""

    def __init__(self, host_id: str, since_ms: int, on_death: OnDeath) -> None:
        """Raises `ValueError` if the id cannot stand in a topic."""
        if not topics.is_id(host_id):
            raise ValueError(f"{host_id!r} cannot name a host")
        self.host_id = host_id
        self.topic = f"{topics.STATE}/{host_id}"
        self.since_ms = since_ms
        self._on_death = on_death

    def will(self) -> bytes:
        """What the broker tells when the connection breaks."""
        return state(online=False, time_ms=self.since_ms)

    def birth(self) -> bytes:
        """What we tell once we hear everything."""
        return state(online=True, time_ms=self.since_ms)

    def heard(self, payload: bytes, retained: bool) -> Answer:
        """Return what to do about a message on our own topic.

        A retained one was there before our birth, which takes its place.
        """
        if retained:
            return Answer.NOTHING
        try:
            said = json.loads(payload)
            online, time_ms = said["online"], said["timestamp"]
        except (ValueError, TypeError, KeyError, RecursionError):
            return Answer.REPUBLISH  # what nobody can read must not stay there, retained
        if online is True:
            return Answer.NOTHING
        newer = isinstance(time_ms, int) and time_ms >= self.since_ms
        if newer and self._on_death is OnDeath.RECONNECT:
            return Answer.RECONNECT
        return Answer.REPUBLISH


def state(*, online: bool, time_ms: int) -> bytes:
    """Return the payload of a STATE message."""
    return json.dumps({"online": online, "timestamp": time_ms}, separators=(",", ":")).encode()
