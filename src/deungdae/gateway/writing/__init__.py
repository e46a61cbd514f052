"""From the bus into the lake: each point once, and every one accounted for."""

from deungdae.gateway.writing.lane import Pace
from deungdae.gateway.writing.registry import Registry
from deungdae.gateway.writing.sink import BusSink
from deungdae.gateway.writing.writer import Writer

__all__ = ["BusSink", "Pace", "Registry", "Writer"]
