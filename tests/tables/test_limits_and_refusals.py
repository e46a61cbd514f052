"""What cannot be read is refused with a sentence that says what, where, and what to do."""

import gzip
import hashlib
from pathlib import Path

import pytest

from deungdae.records.errors import UnusableFile, UnusableOption
from deungdae.tables import limits, read

TABLE = "일시,값\n2026-07-01 12:00:00,1\n2026-07-01 12:01:00,2\n"


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(UnusableFile, match="There is no file"):
        read(tmp_path / "none.csv")


def test_a_folder(tmp_path: Path) -> None:
    with pytest.raises(UnusableFile, match="is a folder; name a file in it"):
        read(tmp_path)


def test_a_name_that_no_file_can_have() -> None:
    with pytest.raises(UnusableFile):
        read(Path("a\0b.csv"))


def test_a_text_over_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.csv").write_text(TABLE, "utf-8")
    monkeypatch.setattr(limits.check_bytes, "__defaults__", (20,))
    monkeypatch.setattr(limits, "FILE_BYTES", 20)
    with pytest.raises(UnusableFile, match="at most 1 MB can be read"):
        read(tmp_path / "a.csv")


def test_a_gigabyte_is_the_limit_and_the_next_byte_is_over_it() -> None:
    limits.check_bytes("a.csv", 1_000_000_000)
    with pytest.raises(UnusableFile, match="is 1001 MB; at most 1000 MB"):
        limits.check_bytes("a.csv", 1_000_000_001)


def test_a_packed_text_is_held_to_its_unpacked_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(TABLE.encode() * 100_000))
    monkeypatch.setattr(limits.check_unpacked, "__defaults__", (1_000_000,))
    with pytest.raises(UnusableFile, match="unpacks to more than 1 MB"):
        read(tmp_path / "a.csv.gz")


def test_too_many_columns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "COLUMNS", 3)
    (tmp_path / "a.csv").write_text("a,b,c,d\n1,2,3,4\n", "utf-8")
    with pytest.raises(UnusableFile, match="has 4 columns; at most 3"):
        read(tmp_path / "a.csv")


def test_an_unknown_time_zone(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(TABLE, "utf-8")
    with pytest.raises(UnusableOption, match="no time zone “Asia/Atlantis”"):
        read(tmp_path / "a.csv", time_zone="Asia/Atlantis")


def test_times_belong_to_the_zone_asked_for(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(TABLE, "utf-8")
    berlin = read(tmp_path / "a.csv", time_zone="Europe/Berlin").table
    assert berlin["일시"][0].as_py().isoformat() == "2026-07-01T10:00:00+00:00"


def test_the_hash_is_that_of_the_bytes(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(TABLE, "utf-8")
    known = read(tmp_path / "a.csv").understanding
    assert known.sha256 == hashlib.sha256(TABLE.encode()).hexdigest()
    assert known.bytes == len(TABLE.encode())


def test_many_kinds_of_stray_text_are_counted_to_the_last(tmp_path: Path) -> None:
    lines = [f"{i}.5,OK" for i in range(400)] + [f"말 {i},NG" for i in range(30)]
    (tmp_path / "a.csv").write_text("값,판정\n" + "\n".join(lines), "utf-8")
    note = read(tmp_path / "a.csv").understanding.columns[0]
    assert len(note.unread) == 21
    assert note.unread["…"] == 10
    assert sum(note.unread.values()) == 30
