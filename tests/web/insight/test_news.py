"""A worker without work looks into the queue when the database was written, and now and then."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from deungdae.web.insight import news
from deungdae.web.insight.news import News


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "base.sqlite3"
    with closing(sqlite3.connect(path)) as base:
        base.execute("PRAGMA journal_mode=WAL")
        base.execute("CREATE TABLE job (state TEXT)")
        base.commit()
    return path


def test_what_somebody_else_wrote_is_worth_a_look_and_nothing_else(file: Path) -> None:
    told = News(file)
    with closing(sqlite3.connect(file)) as other:
        assert told.worth_a_look()
        assert not told.worth_a_look()
        assert other.execute("SELECT count(*) FROM job").fetchone() == (0,)
        assert not told.worth_a_look()  # to read is no news
        for _ in range(3):
            other.execute("INSERT INTO job VALUES ('queued')")
            other.commit()
            assert told.worth_a_look()
            assert not told.worth_a_look()
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert told.worth_a_look()


def test_it_is_looked_now_and_then_whatever_the_files_say(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = News(file)
    assert told.worth_a_look()
    monkeypatch.setattr(news, "LOOK_SECONDS", 0.0)
    assert told.worth_a_look()


def test_another_database_is_asked_each_time(tmp_path: Path) -> None:
    for told in (News(None), News(tmp_path / "not there")):
        assert told.worth_a_look()
        assert told.worth_a_look()
