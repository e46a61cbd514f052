"""A text without line ends is no table, and must not take all the time there is."""

from pathlib import Path

import pytest

from deungdae.records.errors import UnusableFile
from deungdae.tables import pieces, read


def test_a_line_without_an_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "RECORD_BYTES", 2_000_000)
    path = tmp_path / "long.csv"
    path.write_bytes(b"a,b\n1,2\n" + b"7," * 3_000_000)
    with pytest.raises(UnusableFile, match=r"Line 3 is longer than 2 MB"):
        read(path)


def test_a_quote_that_is_never_closed_takes_no_other_row_with_it(tmp_path: Path) -> None:
    path = tmp_path / "quote.csv"
    lines = ["a,b", '"open,1', *(f"x{i},{i}" for i in range(5_000))]
    path.write_text("\n".join(lines), "utf-8")
    result = read(path)
    assert result.table.num_rows == 5_001
    assert result.table["a"][0].as_py() == '"open'
