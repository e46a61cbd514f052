"""Originals are kept byte for byte, once, and whole."""

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from deungdae.lake import Store
from deungdae.lake.originals import safe_name
from deungdae.records.errors import UnusableFile, UnusableOption


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    path = tmp_path / "9월 검사 (최종).xlsx"
    path.write_bytes(b"PK\x03\x04" + bytes(range(256)) * 9000)
    return path


def test_a_file_is_kept_byte_for_byte_under_its_hash(store: Store, home: Path, sheet: Path) -> None:
    kept = store.keep_original(sheet)
    digest = hashlib.sha256(sheet.read_bytes()).hexdigest()
    assert (kept.sha256, kept.bytes) == (digest, 4 + 256 * 9000)
    assert kept.path == home / "originals" / digest[:2] / digest / "9월 검사 (최종).xlsx"
    assert kept.path.read_bytes() == sheet.read_bytes()


def test_the_same_file_is_kept_once(store: Store, home: Path, sheet: Path) -> None:
    first = store.keep_original(sheet)
    before = first.path.stat()
    assert store.keep_original(sheet) == first
    assert first.path.stat().st_ino == before.st_ino
    assert [p for p in home.rglob("*") if p.is_file()] == [first.path]


@pytest.mark.parametrize("damage", [b"", b"x" * (4 + 256 * 9000)])
def test_a_damaged_copy_is_replaced(store: Store, sheet: Path, damage: bytes) -> None:
    kept = store.keep_original(sheet)
    kept.path.write_bytes(damage)
    store.keep_original(sheet)
    assert kept.path.read_bytes() == sheet.read_bytes()


def test_an_empty_file_is_kept(store: Store, tmp_path: Path) -> None:
    (tmp_path / "empty.csv").touch()
    assert store.keep_original(tmp_path / "empty.csv").bytes == 0


def test_progress_ends_at_one(store: Store, sheet: Path) -> None:
    shares: list[float] = []
    store.keep_original(sheet, shares.append)
    assert shares == sorted(shares) and shares[-1] == 1.0


@pytest.mark.parametrize("name", ["nothing.csv", "."])
def test_a_file_that_cannot_be_read_is_named(store: Store, tmp_path: Path, name: str) -> None:
    with pytest.raises(UnusableFile, match=r"could not be kept: .*Nothing was stored"):
        store.keep_original(tmp_path / name)


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("9월 생산.csv", "9월 생산.csv"),
        ("a/b\\c:d.xlsx", "a_b_c_d.xlsx"),
        ("..", "original"),
        (" .hidden.csv ", "hidden.csv"),
        ("줄\n바꿈.csv", "줄_바꿈.csv"),
        ("가" * 200 + ".xlsx", "가" * 65 + ".xlsx"),
        ("x" * 400, "x" * 200),
        ("", "original"),
    ],
)
def test_a_kept_name_is_one_component_of_a_path(given: str, safe: str) -> None:
    assert safe_name(given) == safe
    assert len(safe.encode()) <= 200


KEEP = """
import resource, sys
from pathlib import Path
from deungdae.lake import originals
kilobytes = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
before = kilobytes()
originals.keep(Path(sys.argv[1]), Path(sys.argv[2]))
print(kilobytes() - before)
"""


def test_memory_stays_flat_for_a_large_file(home: Path, tmp_path: Path) -> None:
    large = tmp_path / "large.csv"
    with large.open("wb") as file:
        file.truncate(200 << 20)
    told = subprocess.run(
        [sys.executable, "-c", KEEP, str(home), str(large)],
        capture_output=True, check=True, text=True,
    )  # fmt: skip
    # Linux counts kilobytes, macOS bytes; 20 MB is a tenth of the file on both.
    grown = int(told.stdout) * (1 if sys.platform == "darwin" else 1024)
    assert grown < 20 << 20


def test_an_original_that_is_forgotten_is_gone_and_others_stay(tmp_path: Path) -> None:
    first, second = tmp_path / "a.csv", tmp_path / "b.csv"
    first.write_text("1")
    second.write_text("2")
    store = Store(tmp_path / "home")
    gone, stays = store.keep_original(first), store.keep_original(second)
    for _ in range(2):  # a second time changes nothing
        store.forget_original(gone.sha256)
    assert not gone.path.exists()
    assert stays.path.read_text() == "2"
    with pytest.raises(UnusableOption):
        store.forget_original("../..")
