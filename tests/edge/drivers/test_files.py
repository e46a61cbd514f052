"""Files in a folder: each row once, over growth, restarts and other files under old names."""

import os
from pathlib import Path
from threading import Event
from typing import Any

import openpyxl
import pytest

from deungdae.edge.drivers import DriverFailed, read
from deungdae.edge.fields import Fields, Problem
from deungdae.edge.losses import Loss
from deungdae.records.readings import Quality, Reading

NINE = 1_764_028_800_000_000  # 2025-11-25 00:00:00 UTC, 09:00 in Seoul


class Once(Event):
    """Is set after so many looks: a folder is looked through once for each."""

    def __init__(self, looks: int = 1) -> None:
        super().__init__()
        self._looks = looks

    def wait(self, timeout: float | None = None) -> bool:
        self._looks -= 1
        if self._looks <= 0:
            self.set()
        return True


def made(folder: Path, **options: object) -> Any:
    table = {
        "kind": "files",
        "name": "f",
        "folder": str(folder),
        "prefix": "line1/t",
        "time_column": "time",
        "settle_seconds": 0,
        **options,
    }
    problems: list[Problem] = []
    recipe = read("files", Fields(table, "f", problems))
    assert problems == []
    return recipe.make()


def found(memory: Any) -> list[tuple[str, int, object]]:
    return [(r.tag, r.time_us, r.value) for r in memory.readings]


def test_a_wide_table_gives_a_reading_for_each_filled_cell(tmp_path: Path, memory: Any) -> None:
    (tmp_path / "a.csv").write_text(
        '\ufefftime,melt,"operator"\n'
        "2025-11-25 09:00:00,231.5,김\n"
        '2025-11-25T00:00:01+00:00,,"이, ""영"" 희"\n'
        "2025/11/25 09:00:02,-1e2,\n",
        "utf-8",
    )
    made(tmp_path, text_columns=["operator"]).run(memory, Once())
    assert found(memory) == [
        ("line1/t/melt", NINE, 231.5),
        ("line1/t/operator", NINE, "김"),
        ("line1/t/operator", NINE + 1_000_000, '이, "영" 희'),
        ("line1/t/melt", NINE + 2_000_000, -100.0),
    ]
    assert memory.problem is None


def test_a_long_table_in_an_old_encoding_and_order_of_the_day(tmp_path: Path, memory: Any) -> None:
    (tmp_path / "a.txt").write_bytes(
        "time;이름;값\n25.11.2025 09:00:00;온도;58,5\n25.11.2025 09:00:00;압력;92\n".encode("cp949")
    )
    made(
        tmp_path,
        pattern="*.txt",
        layout="long",
        tag_column="이름",
        value_column="값",
        encoding="cp949",
        delimiter=";",
        time_format="%d.%m.%Y %H:%M:%S",
    ).run(memory, Once())
    assert found(memory) == [("line1/t/압력", NINE, 92.0)]
    assert memory.losses == [(Loss.UNREADABLE, 1)]
    assert "58,5" in str(memory.problem)


def test_a_file_that_grows_is_read_on_and_half_a_line_waits(tmp_path: Path, memory: Any) -> None:
    path = tmp_path / "a.csv"
    path.write_text("time,n\n2025-11-25 09:00:00,1\n2025-11-25 09:00:0")
    made(tmp_path, settle_seconds=3600).run(memory, Once())
    assert memory.values("line1/t/n") == [1.0]
    with path.open("a") as file:
        file.write("1,2\n2025-11-25 09:00:02,3")
    made(tmp_path, settle_seconds=3600).run(memory, Once())  # as after a restart
    assert memory.values("line1/t/n") == [1.0, 2.0]
    made(tmp_path, settle_seconds=0).run(memory, Once())  # at rest: complete without its end
    made(tmp_path, settle_seconds=0).run(memory, Once())
    assert memory.values("line1/t/n") == [1.0, 2.0, 3.0]


def test_another_file_under_an_old_name_is_read_from_its_beginning(
    tmp_path: Path, memory: Any
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("time,n\n2025-11-25 09:00:00,1\n")
    driver = made(tmp_path)
    driver.run(memory, Once())
    path.write_text("time,m\n2025-11-25 09:00:00,7\n2025-11-25 09:00:01,8\n")
    driver.run(memory, Once())
    assert memory.values("line1/t/m") == [7.0, 8.0]


def test_odd_lines_are_counted_and_the_others_taken(tmp_path: Path, memory: Any) -> None:
    (tmp_path / "a.csv").write_bytes(
        b"time,n,m\n"
        b"yesterday,1,1\n"
        b"2025-11-25 09:00:00,n/a,2\n"
        b"2025-11-25 09:00:00,\xff,2\n"
        b'2025-11-25 09:00:01,"3,4\n'
        b'2025-11-25 09:00:02",5,6\n'
        b"2025-11-25 09:00:03,nan,7\n"
        b"\n"
        b"2025-11-25 09:00:04\n"
    )
    made(tmp_path).run(memory, Once())
    assert memory.values("line1/t/m") == [2.0, 5.0, 7.0]
    (nan,) = [r for r in memory.readings if r.time_us == NINE + 3_000_000 and r.value is None]
    assert nan.quality is Quality.BAD
    assert sum(count for _, count in memory.losses) == 4


def test_a_thousand_rows_are_kept_in_slices_with_their_place(tmp_path: Path, memory: Any) -> None:
    rows = "".join(f"2025-11-25 09:{n // 60:02d}:{n % 60:02d},{n}\n" for n in range(2500))
    (tmp_path / "a.csv").write_text("time,n\n" + rows)
    takes: list[int] = []
    kept = memory.take

    def take(readings: list[Reading], marks: dict[str, str]) -> int:
        takes.append(len(readings))
        return int(kept(readings, marks))

    memory.take = take
    made(tmp_path).run(memory, Once())
    assert takes == [1000, 1000, 500]
    assert memory.values("line1/t/n") == [float(n) for n in range(2500)]


def test_a_workbook_is_read_once_and_its_new_rows_later(tmp_path: Path, memory: Any) -> None:
    from datetime import datetime

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["time", "n", "operator"])
    sheet.append([datetime(2025, 11, 25, 9, 0, 0), 1, "김"])  # noqa: DTZ001 - as Excel keeps it
    book.save(tmp_path / "a.xlsx")
    options = {"pattern": "*.xlsx", "text_columns": ["operator"]}
    made(tmp_path, **options).run(memory, Once(2))
    sheet.append(["2025-11-25 09:00:01", 2.5, None])
    book.save(tmp_path / "a.xlsx")
    made(tmp_path, **options).run(memory, Once())
    assert found(memory) == [
        ("line1/t/n", NINE, 1.0),
        ("line1/t/operator", NINE, "김"),
        ("line1/t/n", NINE + 1_000_000, 2.5),
    ]


def test_a_file_that_is_none_of_that_is_a_sentence_and_the_others_are_read(
    tmp_path: Path, memory: Any
) -> None:
    (tmp_path / "a.csv").write_text("when,n\n2025-11-25 09:00:00,1\n")
    (tmp_path / "b.csv").write_text("time,n\n2025-11-25 09:00:00,2\n")
    os.utime(tmp_path / "a.csv", (1, 1))
    made(tmp_path).run(memory, Once())
    assert memory.values("line1/t/n") == [2.0]
    assert "a.csv" in str(memory.problem)
    (tmp_path / "c.xlsx").write_bytes(b"PK no workbook")
    made(tmp_path, pattern="*.xlsx").run(memory, Once())
    assert "c.xlsx" in str(memory.problem)


def test_browse_shows_the_columns_of_the_newest_file(tmp_path: Path) -> None:
    with pytest.raises(DriverFailed, match=r"\*\.csv"):
        list(made(tmp_path).browse(10))
    (tmp_path / "a.csv").write_text("time,n,m\n2025-11-25 09:00:00,1,2\n")
    assert [(f.address, f.value) for f in made(tmp_path).browse(10)] == [
        ("line1/t/n", 1.0),
        ("line1/t/m", 2.0),
    ]


def test_problems_are_named_before_anything_is_read(tmp_path: Path) -> None:
    problems: list[Problem] = []
    table = {
        "folder": str(tmp_path / "absent"),
        "pattern": "../*.doc",
        "prefix": "line1//t",
        "time_zone": "Asia/Atlantis",
        "delimiter": ", ",
        "tag_column": "tag",
        "text_columns": "operator",
    }
    read("files", Fields(table, "f", problems))
    said = " ".join(f"{p.what}" for p in problems)
    for words in (".csv", "inside", "absent", "empty part", "Atlantis", "one character", "long",
                  "text_columns", "time_column is missing"):  # fmt: skip
        assert words in said, words
