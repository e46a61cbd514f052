"""The configuration that a server sent, on disk: a start without network goes on with it."""

import json
import os
from pathlib import Path
from typing import Any, NamedTuple

FILE = "wanted.json"


class Kept(NamedTuple):
    """The newest that came and the newest that was applied; a refused one leaves the two apart."""

    received: dict[str, Any] | None
    applied: dict[str, Any] | None

    @property
    def number(self) -> int:
        """The number of the newest that came; 0 before the first."""
        return number_of(self.received)


def number_of(document: dict[str, Any] | None) -> int:
    """Return the number of a configuration."""
    number = 0 if document is None else document.get("number")
    return number if type(number) is int else 0


def load(folder: Path) -> Kept:
    """Read what is kept; nothing, if there is no file or somebody spoilt it."""
    try:
        told = json.loads((folder / FILE).read_text("utf-8"))
        parts = [told.get(name) for name in Kept._fields]
    except (OSError, ValueError, AttributeError):
        return Kept(None, None)
    return Kept(*(part if isinstance(part, dict) else None for part in parts))


def save(folder: Path, kept: Kept) -> None:
    """Replace the file: a power cut leaves the old or the new one. Raises `OSError`."""
    draft = folder / f"{FILE}.draft"
    # A server may send what only this agent should know, so nobody else reads it here.
    number = os.open(draft, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    with os.fdopen(number, "w", encoding="utf-8") as to:
        json.dump(kept._asdict(), to, ensure_ascii=False)
        to.flush()
        os.fsync(to.fileno())
    draft.replace(folder / FILE)
