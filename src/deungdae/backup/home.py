"""Which files of a home folder belong into a copy, and in which order.

Files of the lake never change under their name, but what they mean together does. So the logs of
its tables come first, the ledger's before those that it speaks of: the copy then holds the tables
as of one moment, and everything the bus had not handed over by then comes with the copy of the bus.
Files that a log names lie on the disk longer than a copy takes; see `taking`.
"""

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

LOG = "_delta_log"
BUS = "bus"
DATABASE = "web/deungdae.sqlite3"
#: Made anew at each start, or of this moment alone.
#: Edge agents (the simulated plant has some) belong to no copy: each holds its buffer alone.
_DERIVED = ("demo", "web/static", "web/assets", "web/locale", "web/incoming", "web/demo", BUS)
_PASSING = (".lock", ".part", ".draft", ".tmp", "-wal", "-shm", ".sock")
_SQLITE = (".sqlite", ".sqlite3", ".db")


def logs(home: Path) -> list[Path]:
    """Return the log folders of all tables, in the order in which they are to be copied."""
    found = [folder for folder in _folders(home) if folder.name == LOG]
    return sorted(found, key=lambda log: ("ledger" not in log.parts, log.as_posix()))


def in_log(log: Path) -> list[Path]:
    """Return the files of a log: the note on its last checkpoint first, steps in their order."""
    files = [file for file in log.iterdir() if file.is_file() and _lasting(file)]
    return sorted(files, key=lambda file: (not file.name.startswith("_"), file.name))


def others(home: Path, *, but: Path) -> Iterator[Path]:
    """Yield every file that is in no log, the intake's first: those are tidied away soonest.

    The folder `but` is left out: copies may lie below the home folder.
    """
    folders = sorted(_folders(home), key=lambda path: ("intake" not in path.parts, path.as_posix()))
    for folder in folders:
        if folder.name == LOG or folder == but or but in folder.parents:
            continue
        for file in sorted(folder.iterdir()):
            if file.is_file() and not file.is_symlink() and _lasting(file):
                name = below(home, file)
                if name != DATABASE:
                    yield file


def is_database(file: Path) -> bool:
    """Say whether a file is an SQLite database, which must not be copied as it lies."""
    if not file.name.endswith(_SQLITE):
        return False
    with file.open("rb") as opened:
        return opened.read(16) == b"SQLite format 3\0"


def below(home: Path, file: Path) -> str:
    """Return a file's name below the home folder, with slashes."""
    return file.relative_to(home).as_posix()


def safe(name: str) -> bool:
    """Say whether a name out of a manifest stays below the home folder."""
    path = PurePosixPath(name)
    return bool(path.parts) and not path.is_absolute() and ".." not in path.parts


def _folders(home: Path) -> Iterator[Path]:
    for root, folders, _ in os.walk(home):
        here = Path(root)
        folders[:] = sorted(
            name
            for name in folders
            if below(home, here / name) not in _DERIVED and not name.startswith(".")
        )
        yield here


def _lasting(file: Path) -> bool:
    return not file.name.endswith(_PASSING) and file.name != "lock"
