"""SQL against a real database file, through SQLAlchemy."""

import sqlite3
from contextlib import closing
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from deungdae.edge.drivers import DriverFailed, DriverMissing, read
from deungdae.edge.fields import Fields, Problem
from deungdae.edge.losses import Loss

NINE = 1_764_028_800_000_000  # 2025-11-25 09:00 in Seoul
QUERY = "SELECT id, made_at, cycle, operator FROM shots WHERE id > :after ORDER BY id"


class Once(Event):
    """Is set after the first look."""

    def wait(self, timeout: float | None = None) -> bool:
        self.set()
        return True


def write(folder: Path, *rows: tuple[object, ...]) -> None:
    with closing(sqlite3.connect(folder / "mes.db")) as database, database:
        database.execute("CREATE TABLE IF NOT EXISTS shots (id, made_at, cycle, operator)")
        database.executemany("INSERT INTO shots VALUES (?,?,?,?)", rows)


def made(folder: Path, url: str | None = None, **options: object) -> Any:
    (folder / "url").write_text(url or f"sqlite:///{folder / 'mes.db'}\n")
    table = {
        "url_file": "url",
        "query": QUERY,
        "cursor_column": "id",
        "time_column": "made_at",
        "prefix": "t",
        "text_columns": ["operator"],
        **options,
    }
    problems: list[Problem] = []
    fields = Fields(table, "s", problems)
    fields.base = folder
    recipe = read("sql", fields)
    assert problems == []
    return recipe.make()


def found(memory: Any) -> list[tuple[str, int, object]]:
    return [(r.tag, r.time_us, r.value) for r in memory.readings]


def test_each_row_is_read_once_also_over_a_restart(tmp_path: Path, memory: Any) -> None:
    write(tmp_path, (1, "2025-11-25 09:00:00", 24.5, "김"), (2, "2025-11-25T00:00:01Z", 25, None))
    made(tmp_path).run(memory, Once())
    write(tmp_path, (3, "2025-11-25 09:00:02", "26.5", "이"))
    made(tmp_path).run(memory, Once())
    made(tmp_path).run(memory, Once())
    assert found(memory) == [
        ("t/cycle", NINE, 24.5),
        ("t/operator", NINE, "김"),
        ("t/cycle", NINE + 1_000_000, 25.0),
        ("t/cycle", NINE + 2_000_000, 26.5),
        ("t/operator", NINE + 2_000_000, "이"),
    ]
    assert memory.bookmarks == {"after": "3"}


def test_many_rows_come_in_slices_and_equal_cursors_stay_together(
    tmp_path: Path, memory: Any
) -> None:
    rows = [(n // 400, "2025-11-25 09:00:00", float(n), None) for n in range(1, 1601)]
    write(tmp_path, *rows)
    takes: list[int] = []
    kept = memory.take

    def take(readings: list[Any], marks: dict[str, str]) -> int:
        takes.append(len(readings))
        return int(kept(readings, marks))

    memory.take = take
    made(tmp_path, start="-1").run(memory, Once())
    assert takes == [799, 800, 1]
    assert memory.values("t/cycle") == [float(n) for n in range(1, 1601)]


def test_times_can_be_the_cursor(tmp_path: Path, memory: Any) -> None:
    write(tmp_path, (1, "2025-11-25 09:00:00", 1.0, None), (2, "2025-11-25 09:00:01", 2.0, None))
    query = "SELECT made_at, made_at AS at, cycle FROM shots WHERE made_at > :after ORDER BY 1"
    options = {"query": query, "cursor_column": "at", "cursor_type": "text"}
    driver = made(tmp_path, start="2025-11-25 09:00:00", **options)
    driver.run(memory, Once())
    assert memory.values("t/cycle") == [2.0]


def test_odd_rows_are_counted_and_the_others_taken(tmp_path: Path, memory: Any) -> None:
    write(tmp_path, (1, "yesterday", 1.0, None), (2, "2025-11-25 09:00:00", "n/a", "김"))
    made(tmp_path).run(memory, Once())
    assert found(memory) == [("t/operator", NINE, "김")]
    assert memory.losses == [(Loss.UNREADABLE, 2)]
    assert "id 2" in str(memory.problem)


def test_rows_out_of_order_are_refused_rather_than_lost(tmp_path: Path, memory: Any) -> None:
    write(tmp_path, (2, "2025-11-25 09:00:00", 1.0, None), (1, "2025-11-25 09:00:00", 1.0, None))
    query = "SELECT id, made_at, cycle FROM shots WHERE id > :after ORDER BY id DESC"
    with pytest.raises(DriverFailed, match="ORDER BY"):
        made(tmp_path, query=query).run(memory, Once())
    assert memory.readings == []


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"query": "SELECT id FROM shots WHERE id > :after"}, "made_at"),
        ({"query": "SELECT nothing FROM shots WHERE id > :after"}, "nothing"),
        ({"url": "sqlite:///absent/mes.db"}, "does not answer"),
        ({"url": "nonsense"}, "not understood"),
    ],
)
def test_a_database_that_does_not_answer_is_a_sentence(
    tmp_path: Path, memory: Any, options: dict[str, Any], words: str
) -> None:
    write(tmp_path, (1, "2025-11-25 09:00:00", 1.0, None))
    with pytest.raises(DriverFailed, match=words):
        made(tmp_path, **options).run(memory, Once())


def test_a_library_that_is_missing_is_named(tmp_path: Path, memory: Any) -> None:
    with pytest.raises(DriverMissing, match="oracledb"):
        made(tmp_path, url="oracle+oracledb://kim:word@db/x").run(memory, Once())


def test_browse_shows_the_first_row(tmp_path: Path) -> None:
    write(tmp_path, (1, "2025-11-25 09:00:00", 24.5, "김"))
    assert [(f.address, f.value) for f in made(tmp_path).browse(5)] == [
        ("t/cycle", 24.5),
        ("t/operator", "김"),
    ]


def test_problems_are_named_before_anything_connects(tmp_path: Path) -> None:
    problems: list[Problem] = []
    table = {"url_file": "absent", "query": "DELETE FROM shots", "start": "x", "prefix": "t"}
    fields = Fields(table, "s", problems)
    fields.base = tmp_path
    read("sql", fields)
    said = " ".join(f"{p.what}" for p in problems)
    for words in (
        "absent",
        ":after",
        "SELECT",
        "start x is no number",
        "cursor_column",
        "time_col",
    ):
        assert words in said, words
