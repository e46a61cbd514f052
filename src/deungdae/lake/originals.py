"""Files as they were received, byte for byte, each under the hash of its content."""

import fcntl
import hashlib
import os
import re
import shutil
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

from deungdae.records.errors import PublicError, UnusableFile, UnusableOption

_BLOCK = 1 << 20  # bytes read at a time: memory stays flat whatever the size of the file
_LONGEST_NAME = 200  # bytes, so that the name fits every file system with room to spare


@dataclass(frozen=True)
class Original:
    """A file that is kept: SHA-256 of its content, its size in bytes and where the copy lies."""

    sha256: str
    bytes: int
    path: Path

    def document(self) -> dict[str, Any]:
        """Return it as a plain dict (JSON)."""
        return {**asdict(self), "path": str(self.path)}


def keep(folder: Path, path: Path, progress: Callable[[float], None] | None = None) -> Original:
    """Copy the file at `path` below `folder` and return where it is; once per content.

    The copy is hashed while it is written, flushed to the disk and then moved into place, so that
    a file below `folder` is always whole. An existing copy is compared with its hash and replaced
    when it was damaged. `progress` is told the share that is done, 0 to 1.

    Raises UnusableFile when `path` is not a readable file or the disk is full.
    """
    incoming = folder / ".incoming"
    try:
        incoming.mkdir(parents=True, exist_ok=True)
        _sweep(incoming)
        with path.open("rb") as source, _incoming_file(incoming) as target:
            sha256, size = _copy(source, target, progress)
            kept = folder / sha256[:2] / sha256 / safe_name(path.name)
            if not _holds(kept, sha256, size):
                _move_into_place(Path(target.name), kept)
            return Original(sha256, size, kept)
    except OSError as error:
        raise UnusableFile(
            "The file {file} could not be kept: {reason}. Nothing was stored.",
            file=path.name,
            reason=error.strerror or str(error),
        ) from error


def find(folder: Path, sha256: str) -> Path:
    """Return the original with this hash below `folder`, under the first name it came with.

    Raises UnusableFile if none is kept.
    """
    kept = sorted((folder / sha256[:2] / sha256).glob("*")) if sha256.isalnum() else []
    if not kept:
        raise UnusableFile("The original of this table is no longer kept.")
    return kept[0]


def forget(folder: Path, sha256: str) -> None:
    """Remove the copy of the content with this hash; nothing happens when there is none.

    Raises UnusableOption for what is no hash, PublicError when the disk refuses.
    """
    if not re.fullmatch("[0-9a-f]{64}", sha256):
        raise UnusableOption("There is no original {sha256}.", sha256=sha256)
    try:
        shutil.rmtree(folder / sha256[:2] / sha256)
    except FileNotFoundError:
        return
    except OSError as error:
        raise PublicError(
            "The original {sha256} could not be removed: {reason}.",
            sha256=sha256[:12],
            reason=error.strerror or str(error),
        ) from error


def safe_name(name: str) -> str:
    """Return `name` as one component of a path on any system, its ending kept."""
    plain = unicodedata.normalize("NFC", name)
    plain = "".join(c if c.isprintable() and c not in '/\\:*?"<>|' else "_" for c in plain)
    plain = plain.strip(" .").encode("utf-8", "replace").decode()
    stem, dot, ending = plain.rpartition(".")
    if not dot or len(ending.encode()) > 16:
        stem, ending = plain, ""
    room = _LONGEST_NAME - len(dot) - len(ending.encode())
    stem = stem.encode()[:room].decode("utf-8", "ignore")
    return f"{stem}.{ending}" if ending else (stem or "original")


class _incoming_file:  # noqa: N801 - reads as a function in its with statement
    """A new locked file in `folder`; whatever is left of it at the end is removed."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / os.urandom(16).hex()

    def __enter__(self) -> BinaryIO:
        self._file: BinaryIO = self._path.open("xb")
        fcntl.flock(self._file, fcntl.LOCK_EX)
        return self._file

    def __exit__(self, *_: object) -> None:
        self._path.unlink(missing_ok=True)
        self._file.close()


def _sweep(incoming: Path) -> None:
    # A process that was killed leaves its file behind, but not its lock. An empty file may belong
    # to somebody who is about to lock it.
    for left in incoming.iterdir():
        with suppress(FileNotFoundError, BlockingIOError), left.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.fstat(file.fileno()).st_size:
                left.unlink(missing_ok=True)


def _copy(
    source: BinaryIO, target: BinaryIO, progress: Callable[[float], None] | None
) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    expected = max(os.fstat(source.fileno()).st_size, 1)
    while block := source.read(_BLOCK):
        digest.update(block)
        target.write(block)
        size += len(block)
        if progress is not None:
            progress(min(size / expected, 1.0))
    target.flush()
    os.fsync(target.fileno())
    return digest.hexdigest(), size


def _holds(kept: Path, sha256: str, size: int) -> bool:
    if not kept.is_file() or kept.stat().st_size != size:
        return False
    with kept.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == sha256


def _move_into_place(source: Path, kept: Path) -> None:
    kept.parent.mkdir(parents=True, exist_ok=True)
    source.replace(kept)
    folder = os.open(kept.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # the name, not only the content, must survive a power cut
    finally:
        os.close(folder)
