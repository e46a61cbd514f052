"""A file that is taken away piece by piece while it is being written."""


class Drained:
    """What Arrow writes to as to a file; `drain` takes what was written since the last time."""

    closed = False

    def __init__(self) -> None:
        self._waiting: list[bytes] = []
        self._place = 0

    def write(self, data: bytes) -> int:
        """Keep bytes until they are drained."""
        self._waiting.append(bytes(data))
        self._place += len(data)
        return len(data)

    def tell(self) -> int:
        """Return how much was written in all."""
        return self._place

    def flush(self) -> None:
        """Do nothing: nothing waits here."""

    def close(self) -> None:
        """Do nothing: whoever drains it has all of it."""

    def drain(self) -> bytes:
        """Return what was written since the last time."""
        found = b"".join(self._waiting)
        self._waiting.clear()
        return found
