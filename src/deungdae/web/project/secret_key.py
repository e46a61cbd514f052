"""The key that signs sessions and links: made once, readable by its owner alone."""

import os
import secrets
from pathlib import Path

from deungdae.records.errors import UnusableOption

SHORTEST = 32


def read_or_make(path: Path) -> str:
    """Return the key in `path`; a missing file is made with a new key and mode 0600.

    Raises `UnusableOption` for a file that cannot be read or written, or holds too short a key.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _make(path)
        key = path.read_text("utf-8").strip()
    except OSError as error:
        raise UnusableOption(
            "The secret key cannot be kept in {path}: {reason}.",
            path=str(path),
            reason=error.strerror or str(error),
        ) from error
    if len(key) < SHORTEST:
        raise UnusableOption(
            "The secret key in {path} is too short; it needs at least {count} signs.",
            path=str(path),
            count=SHORTEST,
        )
    return key


def _make(path: Path) -> None:
    if path.exists():
        return
    # Written aside and linked: of two processes that start together one key wins, whole.
    aside = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(secrets.token_urlsafe(48) + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(aside, path)
    except FileExistsError:
        pass
    finally:
        aside.unlink()
