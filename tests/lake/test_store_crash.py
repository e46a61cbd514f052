"""Killed at any moment, the store holds whole versions and whole originals, and goes on."""

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from deungdae.lake import Store
from deungdae.records.errors import UnusableOption

WRITER = """
import itertools, sys
from pathlib import Path
import numpy as np, pyarrow as pa
from deungdae.lake import Store
store = Store(Path(sys.argv[1]))
print("ready", flush=True)
for turn in itertools.count():
    rows = 20_000 + turn
    table = pa.table({f"열 {i}": np.full(rows, float(turn)) for i in range(20)})
    unread = pa.table({"line": [turn], "reason": ["ragged"], "text": ["x"]})
    store.write_table("t", table, {"turn": turn}, unread)
"""
KEEPER = """
import sys
from pathlib import Path
from deungdae.lake import Store
print("ready", flush=True)
while True:
    Store(Path(sys.argv[1])).keep_original(Path(sys.argv[2]))
"""


def killed_when(condition: Callable[[], bool], script: str, *arguments: str) -> None:
    """Run `script`, watch without rest until `condition` holds, and kill it in that moment."""
    process = subprocess.Popen(
        [sys.executable, "-c", script, *arguments], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        while process.poll() is None and not condition():
            pass
        assert process.poll() is None, "the writer ended by itself"
    finally:
        process.kill()
        process.communicate()
    assert process.returncode == -signal.SIGKILL


@pytest.mark.parametrize(
    "moment",
    [
        ("_quarantine/*", 1),
        ("part-*", 1),
        ("_delta_log/*.json", 1),
        ("_delta_log/*", 2),
        ("_quarantine/*", 3),
        ("part-*", 3),
        ("_delta_log/*.json", 4),
    ],
    ids=lambda moment: f"{moment[0]} {moment[1]}",
)
def test_a_writer_killed_in_the_middle_leaves_whole_versions(
    store: Store, home: Path, moment: tuple[str, int]
) -> None:
    pattern, count = moment
    killed_when(lambda: len(list(home.glob(f"lake/*/{pattern}"))) >= count, WRITER, str(home))
    try:
        versions = store.versions("t")
    except UnusableOption:
        versions = []
    for turn, ref in enumerate(versions):
        assert store.understanding(ref) == {"turn": turn}
        assert store.quarantine(ref)["line"].to_pylist() == [turn]
        table = store.read_table(ref)
        assert table.shape == (20_000 + turn, 20)
        assert table["열 19"].unique().to_pylist() == [float(turn)]
    unread = pa.table({"line": [0], "reason": [""], "text": [""]})
    after = store.write_table("t", pa.table({"x": [1.0]}), {"turn": "after"}, unread)
    assert after.version == len(versions)
    assert store.read_table(after)["x"].to_pylist() == [1.0]


def test_a_copy_killed_in_the_middle_leaves_no_half_file(
    store: Store, home: Path, tmp_path: Path
) -> None:
    source = tmp_path / "large.csv"
    source.write_bytes(b"0123456789abcdef" * (4 << 20))

    def half_written() -> bool:
        return any(p.stat().st_size > 1 << 20 for p in home.glob("originals/.incoming/*"))

    killed_when(half_written, KEEPER, str(home), str(source))
    kept = store.keep_original(source)
    assert kept.path.read_bytes() == source.read_bytes()
    assert [p for p in home.rglob("*") if p.is_file()] == [kept.path]


def test_two_writers_at_once_each_get_their_own_version(store: Store, home: Path) -> None:
    script = WRITER.replace("itertools.count()", "range(5)").replace("20_000", "10")
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", script.replace('"turn": turn', f'"turn": {start} + turn'),
             str(home)],
            stdout=subprocess.PIPE,
        )
        for start in (0, 100)
    ]  # fmt: skip
    for writer in writers:
        writer.communicate()
        assert writer.returncode == 0
    turns = [store.understanding(ref)["turn"] for ref in store.versions("t")]
    assert sorted(turns) == [0, 1, 2, 3, 4, 100, 101, 102, 103, 104]
