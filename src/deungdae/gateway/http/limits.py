"""How much one request, and all together, may take."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of the endpoints, in bytes, seconds and counts."""

    body_bytes: int = 32 << 20  #: of one request, after it was unpacked
    waiting_bytes: int = 256 << 20  #: of all requests under way, as far as they were read
    requests: int = 256  #: under way at once
    waiting_calls: int = 10_000  #: of agents that wait for work, which costs next to nothing
    series: int = 100_000  #: distinct series in one request
    body_s: float = 60.0  #: for the body of a request to arrive
    retry_after_s: int = 2  #: what a client is told that came when too much was under way
