"""The web's database in one file, taken while others write, and back.

SQLite is copied by its own backup interface, PostgreSQL by `pg_dump` and `pg_restore`, which come
with it: only they know all that a database of their version can hold.
"""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote

from deungdae.records.errors import RunFailed, UnusableOption

_PAGES = 2_000  #: copied between two looks for writers
WAIT_SECONDS = 30.0  #: for somebody who holds the file


def copy_sqlite(file: Path, into: Path) -> None:
    """Copy an SQLite database as of one moment; raises RunFailed when it is damaged."""
    try:
        with (
            closing(
                sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=WAIT_SECONDS)
            ) as source,
            closing(sqlite3.connect(into)) as copy,
        ):
            # Copying waits for ever for somebody who holds the file alone; asking does not.
            source.execute("SELECT count(*) FROM sqlite_master").fetchone()
            source.backup(copy, pages=_PAGES)
            # A copy is read by others: it needs no file beside it.
            copy.execute("PRAGMA journal_mode=DELETE")
            verdict = copy.execute("PRAGMA quick_check").fetchone()[0]
    except sqlite3.Error as error:
        raise RunFailed(
            "The database {file} cannot be copied: {reason}", file=str(file), reason=str(error)
        ) from error
    if verdict != "ok":
        raise RunFailed(
            "The database {file} cannot be copied: {reason}", file=str(file), reason=str(verdict)
        )


def dump_postgresql(url: SplitResult, into: Path) -> None:
    """Write a PostgreSQL database into a file; raises RunFailed, or UnusableOption."""
    _call("pg_dump", url, ["--format=custom", "--no-owner", "--no-privileges", f"--file={into}"])


def load_postgresql(url: SplitResult, file: Path) -> None:
    """Fill an empty PostgreSQL database; raises RunFailed when it is not empty, for one."""
    options = ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]
    _call("pg_restore", url, [*options, str(file)])


def _call(program: str, url: SplitResult, options: list[str]) -> None:
    found = shutil.which(program)
    if found is None:
        raise UnusableOption(
            "The program {program} is not here; it comes with PostgreSQL (Debian, Ubuntu: apt "
            "install postgresql-client).",
            program=program,
        )
    told = dict(parse_qsl(url.query))
    host = told.pop("host", url.hostname or "localhost")
    place = [f"--host={host}", f"--username={unquote(url.username or '')}"]
    if url.port:
        place.append(f"--port={url.port}")
    place.append(f"--dbname={unquote(url.path.removeprefix('/'))}")
    # The password goes by the environment: a list of processes shows arguments to everybody.
    environment = {**os.environ, "PGPASSWORD": unquote(url.password or "")}
    ended = subprocess.run(  # noqa: S603 - a program of the system, no shell
        [found, *place, *options], env=environment, capture_output=True, text=True, check=False
    )
    if ended.returncode:
        lines = ended.stderr.strip().splitlines() or [str(ended.returncode)]
        raise RunFailed("{program} did not succeed: {reason}", program=program, reason=lines[0])
