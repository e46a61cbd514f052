"""One at a time: whoever holds the lock of a file works, and another is told so at once."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Taken(Exception):  # noqa: N818 - the word a reader would say
    """Another process holds the lock."""


@contextmanager
def alone(file: Path) -> Iterator[None]:
    """Hold the lock of a file; raises `Taken` when another process holds it.

    The lock ends with the process, however that ends.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Taken(str(file)) from error
        yield
