"""Whether it is worth looking into an empty queue again.

The embedded database is two files. While nobody has written them, the same question has the same
answer: to ask the file system costs a thirtieth of asking the database, and a worker that has
nothing to do asks three times a second, day and night.
"""

import time
from pathlib import Path
from typing import Final, Self

from django.conf import settings

#: After which the queue is looked into whatever the files say: clocks of files are coarse.
LOOK_SECONDS: Final = 3.0

Signs = tuple[tuple[int, int], ...]


class News:
    """What one lane of a worker knows of the database; `file` None: it is no file of ours."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._seen: Signs | None = None
        self._looked = 0.0

    @classmethod
    def of_settings(cls) -> Self:
        """Return that of the database of this process."""
        base = settings.DATABASES["default"]
        embedded = base["ENGINE"] == "django.db.backends.sqlite3"
        return cls(Path(base["NAME"]) if embedded else None)

    def worth_a_look(self) -> bool:
        """Say whether the queue may hold what it did not at the last look; call it before one."""
        signs, now = self._signs(), time.monotonic()
        if signs is None or signs != self._seen or now - self._looked >= LOOK_SECONDS:
            self._seen, self._looked = signs, now
            return True
        return False

    def _signs(self) -> Signs | None:
        if self._file is None or not self._file.exists():
            return None
        found = []
        for file in (self._file, self._file.with_name(f"{self._file.name}-wal")):
            try:
                about = file.stat()
            except FileNotFoundError:
                found.append((0, 0))
                continue
            # An empty log comes and goes with each reader.
            found.append((about.st_mtime_ns, about.st_size) if about.st_size else (0, 0))
        return tuple(found)
