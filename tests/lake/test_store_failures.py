"""What the Delta library raises never reaches a person as it is."""

import inspect
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import deltalake.exceptions
import pyarrow as pa
import pytest

from deungdae.lake import Store, TableRef
from deungdae.lake.failures import reading, writing
from deungdae.records.errors import PublicError, UnusableOption

FOREIGN = [
    kind
    for _, kind in inspect.getmembers(deltalake.exceptions, inspect.isclass)
    if issubclass(kind, Exception)
]


def test_delta_has_the_errors_that_are_mapped() -> None:
    assert {kind.__name__ for kind in FOREIGN} == {
        "CommitFailedError",
        "DeltaError",
        "DeltaProtocolError",
        "SchemaMismatchError",
        "TableNotFoundError",
    }


@pytest.mark.parametrize("way", [reading, writing])
@pytest.mark.parametrize("kind", [*FOREIGN, pa.ArrowInvalid, FileNotFoundError, PermissionError])
def test_every_foreign_error_becomes_a_public_one(
    kind: type[Exception], way: Callable[[str, Path], AbstractContextManager[None]]
) -> None:
    with pytest.raises(PublicError) as told, way("사출", Path("t")):
        raise kind(13, "0x7ffe: secret internals")
    assert "사출" in str(told.value)
    assert "0x7ffe" not in str(told.value) or issubclass(kind, OSError)


def test_our_own_errors_pass_unchanged() -> None:
    with pytest.raises(UnusableOption, match="mine"), writing("t", Path("t")):
        raise UnusableOption("mine")


FILL = """
import resource, sys
from pathlib import Path
import numpy as np, pyarrow as pa
from deungdae.lake import Store
unread = pa.table({"line": [1], "reason": ["x"], "text": ["x"]})
Store(Path(sys.argv[1])).write_table("t", pa.table({"x": [1.0]}), {}, unread)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
noise = np.random.default_rng(0).normal(size=100_000)
try:
    Store(Path(sys.argv[1])).write_table("t", pa.table({"x": noise}), {}, unread)
except Exception as error:
    print(type(error).__name__, error)
"""


def test_a_full_disk_is_not_called_damage(store: Store, home: Path) -> None:
    # A limit on the size of a file stands for the full disk: the system's answer is of one kind.
    told = subprocess.run(
        [sys.executable, "-c", FILL, str(home)], capture_output=True, check=True, text=True
    )
    assert told.stdout == (
        "PublicError The table t could not be stored or read: File too large. "
        "What was stored before is as it was.\n"
    )
    assert store.read_table(store.versions("t")[-1])["x"].to_pylist() == [1.0]


@pytest.mark.parametrize("damage", ["junk", "", '{"commitInfo":{"deungdae":"{}"}}'])
def test_a_damaged_log_is_said_to_be_damaged(
    store: Store, home: Path, shots: pa.Table, unread: pa.Table, damage: str
) -> None:
    ref = store.write_table("t", shots, {}, unread)
    (log,) = home.glob("lake/*/_delta_log/*.json")
    log.write_text(damage)
    with pytest.raises(PublicError):
        store.read_table(ref)


def test_a_lost_or_cut_data_file_is_said_to_be_damaged(
    store: Store, home: Path, shots: pa.Table, unread: pa.Table
) -> None:
    ref = store.write_table("t", shots, {}, unread)
    (file,) = home.glob("lake/*/part-*.parquet")
    file.write_bytes(file.read_bytes()[:-10])
    with pytest.raises(PublicError, match="stored table t is damaged"):
        store.read_table(ref)
    file.unlink()
    with pytest.raises(PublicError, match="stored table t is damaged"):
        store.read_table(ref)
    again = store.write_table("t", shots, {}, unread)
    assert again.version == 1
    assert store.read_table(again).equals(shots)


def test_a_file_in_the_place_of_the_lake_is_named(
    store: Store, home: Path, shots: pa.Table, unread: pa.Table
) -> None:
    home.mkdir()
    (home / "lake").write_text("in the way")
    with pytest.raises(PublicError, match="table t could not be stored or read: Not a directory"):
        store.write_table("t", shots, {}, unread)
    with pytest.raises(UnusableOption, match="There is no stored table t"):
        store.read_table(TableRef("t", 0))
