"""Files by the SHA-256 of what they hold: `pool/ab/abcdef…`, written once, never changed."""

import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_PIECE = 1 << 20


class Kept(NamedTuple):
    """A file as the pool knows it. `bytes` is its size."""

    sha256: str
    bytes: int


class Pool:
    """The pool in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.written = 0  #: bytes that were new

    def path(self, sha256: str) -> Path:
        """Return where a content lies."""
        return self._folder / sha256[:2] / sha256

    def has(self, kept: Kept) -> bool:
        """Say whether a content is there, at its full length."""
        try:
            return self.path(kept.sha256).stat().st_size == kept.bytes
        except FileNotFoundError:
            return False

    def add(self, file: Path) -> Kept:
        """Copy a file's content, unless it is there; raises OSError."""
        self._folder.mkdir(parents=True, exist_ok=True)
        part = self._folder / f"{os.getpid()}.part"
        seen, size = hashlib.sha256(), 0
        try:
            with file.open("rb") as source, part.open("wb") as copy:
                while piece := source.read(_PIECE):
                    seen.update(piece)
                    copy.write(piece)
                    size += len(piece)
                copy.flush()
                os.fsync(copy.fileno())
            kept = Kept(seen.hexdigest(), size)
            if not self.has(kept):
                place = self.path(kept.sha256)
                place.parent.mkdir(exist_ok=True)
                part.replace(place)
                self.written += size
        finally:
            part.unlink(missing_ok=True)
        return kept

    def get(self, kept: Kept, into: Path, mode: int) -> None:
        """Copy a content out and check it; raises ValueError when it is not what it was."""
        into.parent.mkdir(parents=True, exist_ok=True)
        with self.path(kept.sha256).open("rb") as source, into.open("xb") as copy:
            into.chmod(mode)
            shutil.copyfileobj(source, copy, _PIECE)
            copy.flush()
            os.fsync(copy.fileno())
        if self.hash(into) != kept.sha256:
            raise ValueError(kept.sha256)

    def contents(self) -> Iterator[Path]:
        """Yield every content that is there."""
        yield from self._folder.glob("??/*")

    @staticmethod
    def hash(file: Path) -> str:
        """Return the SHA-256 of a file."""
        with file.open("rb") as source:
            return hashlib.file_digest(source, "sha256").hexdigest()
