"""Where the files of one report lie: each appears when it is whole."""

import os
from pathlib import Path

from deungdae.records.errors import RunFailed


class ReportFolder:
    """The folder of one report; `written` are the names of the files that were put there."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.written: list[str] = []

    def write(self, name: str, content: bytes) -> None:
        """Write a file in one step, so that a reader never sees half of one.

        Raises RunFailed when the disk does not take it.
        """
        fresh = self._path / f".{name}.new"
        try:
            self._path.mkdir(parents=True, exist_ok=True)
            with fresh.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(self._path / name)
        except OSError as error:
            raise RunFailed(
                "The files of the report in {folder} could not be written: {reason}. "
                "The result itself is kept.",
                folder=str(self._path),
                reason=error.strerror or str(error),
            ) from error
        self.written.append(name)
