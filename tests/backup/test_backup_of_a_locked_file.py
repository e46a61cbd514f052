"""A database that somebody holds for himself ends a copy in a sentence, and never in waiting."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from deungdae.backup import database
from deungdae.records.errors import RunFailed


def test_a_file_that_is_held_alone_is_said_and_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "WAIT_SECONDS", 0.2)
    file = tmp_path / "buffer.sqlite"
    with closing(sqlite3.connect(file)) as holder:
        holder.execute("PRAGMA locking_mode=EXCLUSIVE")
        holder.execute("CREATE TABLE readings (value REAL)")
        holder.commit()
        with pytest.raises(RunFailed, match="locked"):
            database.copy_sqlite(file, tmp_path / "copy")
    database.copy_sqlite(file, tmp_path / "copy-later")
    with closing(sqlite3.connect(tmp_path / "copy-later")) as copy:
        assert copy.execute("SELECT count(*) FROM readings").fetchone() == (0,)
