"""A store in a folder with a Korean name, and a small table whose values are known."""

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from deungdae.lake import Store


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "공장 자료"


@pytest.fixture
def store(home: Path) -> Store:
    return Store(home)


@pytest.fixture
def shots() -> pa.Table:
    return pa.table(
        {
            "사출속도(mm/s)": pa.array([38.5, None, float("inf"), -0.0], pa.float64()),
            "shot no.": pa.array([1, 2**62, None, -(2**62)], pa.int64()),
            "판정": pa.array(["양호", "", None, "불량\n재검"], pa.string()),
            "일시": pa.array(
                [
                    datetime(2026, 9, 1, 6, 0, 0, 1, tzinfo=UTC),
                    None,
                    datetime(1969, 1, 1, tzinfo=UTC),
                    datetime(2199, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
                ],
                pa.timestamp("us", tz="UTC"),
            ),
        }
    )


@pytest.fixture
def unread() -> pa.Table:
    return pa.table({"line": [7], "reason": ["ragged"], "text": ["a,b,,,,"]})
