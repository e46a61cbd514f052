"""Each folder of cases/ holds an input and what must come of it: expected.json or error.txt."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from deungdae.records.errors import PublicError
from deungdae.tables import ShopTable, read

CASES = sorted(path for path in (Path(__file__).parent / "cases").iterdir() if path.is_dir())


def plain(result: ShopTable) -> dict[str, Any]:
    """Return what the cases write down of a result."""
    document = result.understanding.document()
    columns = result.table.to_pydict()
    cells = [
        [v.isoformat() if isinstance(v, dt.datetime) else v for v in values]
        for values in columns.values()
    ]
    return {
        "encoding": document["encoding"],
        "delimiter": document["delimiter"],
        "header_rows": list(document["header_rows"]),
        "notes": list(document["notes"]),
        "columns": [
            {key: value for key, value in note.items() if value not in (None, 0, {})}
            | {"kind": note["kind"].value}
            for note in document["columns"]
        ],
        "columns_set_aside": {c["column"]: c["reason"] for c in document["columns_set_aside"]},
        "rows_read": document["rows_read"],
        "rows": [list(row) for row in zip(*cells, strict=True)],
        "quarantine": [list(row.values()) for row in result.quarantine.to_pylist()],
    }


def input_of(case: Path) -> Path:
    (found,) = case.glob("input.*")
    return found


def test_there_are_cases() -> None:
    assert len(CASES) >= 40


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_case_reads_as_written_down(case: Path) -> None:
    error = case / "error.txt"
    if error.exists():
        with pytest.raises(PublicError) as raised:
            read(input_of(case))
        assert str(raised.value) == error.read_text("utf-8").strip()
        return
    result = read(input_of(case))
    assert plain(result) == json.loads((case / "expected.json").read_text("utf-8"))
    aside = sum(entry.rows for entry in result.understanding.set_aside)
    assert result.understanding.rows_read == result.table.num_rows + aside
