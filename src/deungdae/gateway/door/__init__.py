"""The door for edge agents: joining, what they are to do, how they are, what they found."""

from deungdae.gateway.door.door import Door

__all__ = ["Door"]
