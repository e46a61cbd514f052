"""What one copy holds: `FOLDER/<name>.json`, written last, so that a copy is whole or is not."""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from deungdae.backup.pool import Kept
from deungdae.records.errors import UnusableFile, UnusableOption

FORMAT = 1
#: Copies made before milliseconds followed are named to the second.
_TO_THE_SECOND = "%Y-%m-%dT%H%M%S"


@dataclass(frozen=True)
class Entry:
    """One file of a copy: its content, its rights, and when it was last changed (ns)."""

    kept: Kept
    mode: int
    changed_ns: int


@dataclass(frozen=True)
class Manifest:
    """One copy. `made` is ISO 8601 UTC, `release` the version of Deungdae that made it.

    `files` are below the home folder. `database` and `bus` are the contents of the two dumps; None
    where there was none.
    """

    name: str
    made: str
    release: str
    files: Mapping[str, Entry]
    database_kind: str
    database: Kept | None
    bus: Kept | None
    counts: Mapping[str, int]

    @property
    def contents(self) -> dict[str, Kept]:
        """Every content that the copy needs, by what it is for."""
        found = {path: entry.kept for path, entry in self.files.items()}
        for name, kept in (("the database", self.database), ("the bus", self.bus)):
            if kept is not None:
                found[name] = kept
        return found

    def write(self, folder: Path) -> None:
        """Write it, whole or not at all; raises OSError."""
        document = {
            "format": FORMAT,
            "made": self.made,
            "release": self.release,
            "database_kind": self.database_kind,
            "database": self.database,
            "bus": self.bus,
            "counts": self.counts,
            "files": {
                path: [*entry.kept, entry.mode, entry.changed_ns]
                for path, entry in sorted(self.files.items())
            },
        }
        part = folder / f"{self.name}.part"
        with part.open("w", encoding="utf-8") as file:
            json.dump(document, file, ensure_ascii=False)
            file.flush()
            os.fsync(file.fileno())
        part.replace(folder / f"{self.name}.json")

    @classmethod
    def read(cls, folder: Path, name: str) -> Self:
        """Read one; raises UnusableOption when it is not there, UnusableFile when it is broken."""
        file = folder / f"{name}.json"
        try:
            document = json.loads(file.read_text("utf-8"))
            if document["format"] != FORMAT:
                raise UnusableFile(
                    "The copy {file} was made in another format ({format}); take a newer Deungdae.",
                    file=str(file),
                    format=str(document["format"]),
                )
            return cls(name, *_parts(document))
        except FileNotFoundError as error:
            raise UnusableOption(
                "There is no copy {name} in {folder}.", name=name, folder=str(folder)
            ) from error
        except (ValueError, TypeError, KeyError, OSError) as error:
            raise UnusableFile("The copy {file} cannot be read.", file=str(file)) from error


def _parts(document: dict[str, Any]) -> tuple[Any, ...]:
    def kept(told: list[Any] | None) -> Kept | None:
        return None if told is None else Kept(*told)

    return (
        document["made"],
        document["release"],
        {
            path: Entry(Kept(told[0], told[1]), told[2], told[3])
            for path, told in document["files"].items()
        },
        document["database_kind"],
        kept(document["database"]),
        kept(document["bus"]),
        document["counts"],
    )


def name_of(made: datetime) -> str:
    """Return the name of a copy made at a moment (UTC), to the millisecond."""
    return f"{made.strftime(_TO_THE_SECOND)}.{made.microsecond // 1000:03}Z"


def moment_of(name: str) -> datetime:
    """Return the moment (UTC) that a name tells; raises ValueError for no name of a copy."""
    form = f"{_TO_THE_SECOND}.%fZ" if "." in name else f"{_TO_THE_SECOND}Z"
    return datetime.strptime(name, form).replace(tzinfo=UTC)


def names(folder: Path) -> list[str]:
    """Return the names of the whole copies in a folder, the oldest first."""
    found = {}
    for file in folder.glob("*.json"):
        with suppress(ValueError):  # a file of somebody else
            found[moment_of(file.stem)] = file.stem
    return [found[moment] for moment in sorted(found)]
