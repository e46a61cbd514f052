"""What a stored table looks like, told by a run so that a page can show it."""

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from deungdae.runs import run


def seen(home: Path, path: Path, sheet: str | None = None, **options: Any) -> dict[str, Any]:
    stored = run(
        home, "import", 1, {"path": str(path), "sheet": sheet, "time_zone": "Asia/Seoul"}
    ).result
    params = {
        "table": stored["table"],
        "original": stored["original"]["path"],
        "options": options,
    }
    return run(home, "preview", 1, params).result


@pytest.fixture
def inspection(tmp_path: Path) -> Path:
    """A title, a header, 100 parts of which every tenth is bad, and a subtotal."""
    lines = ["검사 기록", "일시,사출속도(mm/s),작업자,판정"]
    lines += [
        f"2026-09-01 {part // 60:02}:{part % 60:02}:00,{40 + part * 7 % 25},김{part % 2},"
        + ("불량" if part % 10 == 0 else "양호")
        for part in range(100)
    ]
    path = tmp_path / "9월.csv"
    path.write_text("\n".join([*lines, "합계,,,100"]) + "\n", encoding="cp949")
    return path


def test_the_first_rows_are_shown_as_they_came_and_as_they_were_read(
    tmp_path: Path, inspection: Path
) -> None:
    preview = seen(tmp_path / "home", inspection)
    assert preview["raw"][0] == {"line": 1, "cells": ["검사 기록"]}
    assert preview["raw"][2] == {"line": 3, "cells": ["2026-09-01 00:00:00", "40", "김0", "불량"]}
    assert preview["columns"] == ["일시", "사출속도(mm/s)", "작업자", "판정"]
    assert preview["rows"][0] == ["2026-09-01 00:00:00", 40, "김0", "불량"]
    assert len(preview["rows"]) == 20
    assert [row["line"] for row in preview["set_aside"]] == [103]


def test_the_guesses_are_told_with_the_values_to_choose_from(
    tmp_path: Path, inspection: Path
) -> None:
    preview = seen(tmp_path / "home", inspection)
    assert preview["roles"]["target"] == {"column": "판정", "kind": "pass_fail", "bad": ["불량"]}
    assert preview["roles"]["time"] == "일시"
    assert preview["levels"]["판정"] == [
        {"value": "양호", "rows": 90},
        {"value": "불량", "rows": 10},
    ]
    assert "사출속도(mm/s)" not in preview["levels"]  # 25 different speeds are no result
    assert preview["problem"] is None


def test_what_was_told_is_not_guessed(tmp_path: Path, inspection: Path) -> None:
    roles = seen(tmp_path / "home", inspection, target="작업자", bad=["김1"], by=[])["roles"]
    assert roles["target"] == {"column": "작업자", "kind": "pass_fail", "bad": ["김1"]}
    assert roles["guessed"] == ["reason", "time"]


def test_a_choice_that_does_not_fit_is_a_problem_and_the_rows_are_still_shown(
    tmp_path: Path, inspection: Path
) -> None:
    preview = seen(tmp_path / "home", inspection, target="없는 열")
    assert preview["roles"] is None
    assert preview["problem"]["values"]["column"] == "없는 열"
    assert len(preview["rows"]) == 20


def test_a_workbook_shows_the_sheet_that_was_chosen(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "표지"
    book.active.append(["월", "쪽"])
    book.active.append([9, 1])
    sheet = book.create_sheet("검사")
    sheet.append(["속도", "판정"])
    for part in range(60):
        sheet.append([part * 7 % 25, "NG" if part % 9 == 0 else "OK"])
    path = tmp_path / "9월.xlsx"
    book.save(path)
    home = tmp_path / "home"
    assert seen(home, path)["raw"][0] == {"line": 1, "cells": ["속도", "판정"]}
    cover = seen(home, path, sheet="표지")
    assert cover["raw"] == [
        {"line": 1, "cells": ["월", "쪽"]},
        {"line": 2, "cells": ["9", "1"]},
    ]
    assert cover["problem"] is not None  # two numbers hold no result
