"""Where the files of one organisation lie: a folder of its own, shared with no other.

HOME/organisations/<public id>/
    uploads/<upload's id>/<name>     what came in, until it was read
    reports/<analysis's id>/<name>   the pictures and files of a report, each there once it is whole
    originals/ lake/ runs/           as the store and the runs lay them out
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings

from deungdae.web.insight.models import Upload

#: Room that is left free on the disk, in bytes: a full disk stops everybody.
RESERVE = 500_000_000


def home_of(organisation: Any) -> Path:
    """Return the folder that holds everything of one organisation."""
    return Path(settings.HOME) / "organisations" / str(organisation.public_id)


def incoming(upload: Upload) -> Path:
    """Return where an upload's bytes are put as they come."""
    return home_of(upload.organisation) / "uploads" / str(upload.public_id) / upload.name


def report_folder(analysis_id: Any) -> str:
    """Return where the files of a report lie, below the organisation's folder."""
    return f"reports/{analysis_id}"


def source(upload: Upload) -> Path:
    """Return the file to read: the original once it is kept, until then what came in."""
    if upload.original:
        return home_of(upload.organisation) / upload.original
    return incoming(upload)


def received(upload: Upload) -> int:
    """Return how many bytes have come in; after a break, this is where to go on."""
    path = incoming(upload)
    return path.stat().st_size if path.exists() else 0


def discard_incoming(upload: Upload) -> None:
    """Take away what came in; nothing happens when it is gone."""
    shutil.rmtree(incoming(upload).parent, ignore_errors=True)


def discard_report(organisation: Any, analysis_id: str) -> None:
    """Take away the pictures and files of a report; nothing happens when they are gone."""
    shutil.rmtree(home_of(organisation) / report_folder(analysis_id), ignore_errors=True)


def used(organisation: Any) -> int:
    """Return how many bytes an organisation keeps: files as they came, tables, runs, reports."""
    total, folders = 0, [str(home_of(organisation))]
    while folders:
        try:
            with os.scandir(folders.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
                    else:
                        total += entry.stat(follow_symlinks=False).st_size
        except FileNotFoundError:
            continue  # taken away while we looked
    return total


@contextmanager
def appending(upload: Upload) -> Iterator[BinaryIO]:
    """Open an upload's file at its end; one writer at a time."""
    path = incoming(upload)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        flock(file, LOCK_EX)
        file.seek(0, 2)
        yield file


def has_room(size: int) -> bool:
    """Say whether the disk takes `size` bytes more and still has a reserve."""
    folder = Path(settings.HOME)
    folder.mkdir(parents=True, exist_ok=True)
    return shutil.disk_usage(folder).free - size > RESERVE
