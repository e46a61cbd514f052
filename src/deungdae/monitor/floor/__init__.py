"""Lines and machines: what they do, what they made, and what became of the time."""

from deungdae.monitor.floor.floor import Floor

__all__ = ["Floor"]
