"""A table comes back exactly as it was written, whatever its columns are called."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable

from deungdae.lake import Store, TableRef, layout
from deungdae.lake.layout import UnsuitableTable
from deungdae.lake.references import folder_name
from deungdae.records.errors import UnusableOption

HOW = {"format": "csv", "sha256": "ab" * 32, "sheet": None, "notes": ["두 줄 머리글"]}
NASTY = [
    "a b", "a.b", "a,b", "[x]", "{x}", "(℃)", "50%", "온도", "줄\n바꿈", "a=b", "tab\tx", "a;b",
    "`q`", '"q"', "'", "", " ", "c0", "c1", "C0", "a/b", "..", "__index_level_0__", "🔥", "\\",
    "x" * 500,
]  # fmt: skip


def test_every_type_comes_back_exactly(store: Store, shots: pa.Table, unread: pa.Table) -> None:
    ref = store.write_table("사출 7월", shots, HOW, unread)
    back = store.read_table(ref)
    assert back.equals(shots)
    assert back.schema.equals(shots.schema, check_metadata=True)
    assert str(back["사출속도(mm/s)"][3].as_py()) == "-0.0"


def test_understanding_and_quarantine_belong_to_their_version(
    store: Store, shots: pa.Table, unread: pa.Table
) -> None:
    first = store.write_table("t", shots, HOW, unread)
    second = store.write_table("t", shots.slice(1), {**HOW, "sheet": "9월"}, unread.slice(1))
    assert (first, second) == (TableRef("t", 0), TableRef("t", 1))
    assert store.versions("t") == [first, second]
    assert store.understanding(first) == HOW
    assert store.understanding(second)["sheet"] == "9월"
    assert store.quarantine(first).equals(unread)
    assert store.quarantine(second).num_rows == 0
    assert store.read_table(first).equals(shots)
    assert store.read_table(second).equals(shots.slice(1))


def test_nasty_column_names_come_back_in_order(store: Store, unread: pa.Table) -> None:
    table = pa.table([pa.array([float(i)]) for i, _ in enumerate(NASTY)], names=NASTY)
    ref = store.write_table("t", table, HOW, unread)
    assert store.read_table(ref).equals(table)
    chosen = store.read_table(ref, columns=["줄\n바꿈", "a b"])
    assert chosen.to_pydict() == {"줄\n바꿈": [8.0], "a b": [0.0]}


def test_rows_keep_their_order_however_many_pieces_a_table_has(
    store: Store, unread: pa.Table
) -> None:
    rows = 20_000
    number = pa.array(range(rows), pa.int64())
    text = pa.array([f"부품 {n}" for n in range(rows)], pa.string())
    whole = pa.table({"n": number, "t": text})
    pieces = pa.concat_tables([whole.slice(start, 70) for start in range(0, rows, 70)])
    assert pieces["n"].num_chunks > 200
    for place in range(5):  # which piece comes first would be a matter of luck
        ref = store.write_table(f"t{place}", pieces, HOW, unread)
        assert store.read_table(ref).equals(whole)


def test_columns_without_any_value_keep_their_type(store: Store, unread: pa.Table) -> None:
    types = [pa.float64(), pa.int64(), pa.string(), pa.timestamp("us", tz="UTC")]
    table = pa.table([pa.nulls(3, t) for t in types], names=["a", "b", "c", "d"])
    assert store.read_table(store.write_table("t", table, HOW, unread)).equals(table)


def test_a_table_without_rows_comes_back(store: Store, shots: pa.Table, unread: pa.Table) -> None:
    ref = store.write_table("t", shots.slice(0, 0), HOW, unread)
    assert store.read_table(ref).schema.equals(shots.schema)
    assert store.read_table(ref, columns=["판정"]).num_rows == 0


def test_the_next_version_may_have_other_columns(
    store: Store, shots: pa.Table, unread: pa.Table
) -> None:
    store.write_table("t", shots, HOW, unread)
    other = pa.table({"판정": [1.5, 2.5]})
    ref = store.write_table("t", other, HOW, unread)
    assert store.read_table(ref).equals(other)
    assert store.read_table(TableRef("t", 0)).equals(shots)


def test_the_same_content_is_stored_once(store: Store, shots: pa.Table, unread: pa.Table) -> None:
    shots = shots.append_column("nan", pa.array([float("nan"), None, 1.0, 0.0]))
    first = store.write_table("t", shots, HOW, unread)
    store.write_table("t", shots, {**HOW, "sha256": "cd" * 32}, unread)
    assert store.write_table("t", shots, HOW, unread) == first
    assert len(store.versions("t")) == 2


def test_an_improved_reader_makes_a_new_version(
    store: Store, shots: pa.Table, unread: pa.Table
) -> None:
    store.write_table("t", shots, HOW, unread)
    better = shots.set_column(0, shots.schema.field(0), pa.array([38.5, 1.0, 2.0, 0.0]))
    assert store.write_table("t", better, HOW, unread).version == 1
    assert store.write_table("t", better, HOW, unread.slice(1)).version == 2


def test_the_order_of_many_rows_is_kept(store: Store, unread: pa.Table) -> None:
    order = np.random.default_rng(0).permutation(400_000)
    table = pa.table({"x": order, "y": order.astype(float), "z": order.astype(str)})
    back = store.read_table(store.write_table("t", table, HOW, unread))
    assert back.equals(table)


def test_rows_in_many_pieces_keep_their_order(store: Store, unread: pa.Table) -> None:
    numbers = np.arange(30_000)
    pieces = [pa.table({"n": numbers[i : i + 100], "word": numbers[i : i + 100].astype(str)})
              for i in range(0, len(numbers), 100)]  # fmt: skip
    table = pa.concat_tables(pieces)
    for name in ("a", "b", "c"):
        back = store.read_table(store.write_table(name, table, HOW, unread))
        assert back.column("n").to_pylist() == list(range(30_000))
        assert back.equals(table)


def test_one_column_alone_comes_in_the_same_order(store: Store, unread: pa.Table) -> None:
    pieces = [pa.table({"n": [2 * i, 2 * i + 1], "x": [i / 2, i / 4]}) for i in range(300)]
    ref = store.write_table("t", pa.concat_tables(pieces), HOW, unread)
    assert store.read_table(ref, ["x"]).equals(pa.concat_tables(pieces).select(["x"]))


@pytest.mark.parametrize(
    ("places", "why"), [([1, 2, 3], "the first is missing"), ([0, 1, 1], "one is taken twice")]
)
def test_rows_that_do_not_count_up_are_not_taken_for_a_table(places: list[int], why: str) -> None:
    with pytest.raises(pa.ArrowInvalid, match="rows of the table"):
        layout.in_order(pa.table({"c0": [1.0, 2.0, 3.0], "row": places}))


def test_the_files_are_open_to_other_readers(
    store: Store, home: Path, shots: pa.Table, unread: pa.Table
) -> None:
    store.write_table("사출", shots, HOW, unread)
    folder = home / "lake" / folder_name("사출")
    # In a process of its own: the library's file system may abort when its process ends.
    script = (
        "import sys, json, os; from deltalake import DeltaTable; t = DeltaTable(sys.argv[1]);"
        "print(json.dumps([t.metadata().name, t.to_pyarrow_table()['c2'].to_pylist(),"
        "[f.metadata.get('deungdae.name', f.name) for f in t.schema().fields]]), flush=True);"
        "os._exit(0)"
    )
    told = subprocess.run(
        [sys.executable, "-c", script, str(folder)], capture_output=True, check=True, text=True
    )
    assert json.loads(told.stdout) == [
        "사출",
        shots["판정"].to_pylist(),
        [*shots.column_names, "row"],
    ]
    (file,) = folder.glob("*.parquet")
    plain = pq.ParquetFile(file)
    assert plain.read().column("c1").to_pylist() == shots["shot no."].to_pylist()
    assert plain.metadata.row_group(0).column(0).compression == "ZSTD"
    assert DeltaTable(folder).version() == 0


def test_what_is_not_there_is_named(store: Store, shots: pa.Table, unread: pa.Table) -> None:
    ref = store.write_table("t", shots, HOW, unread)
    with pytest.raises(UnusableOption, match="There is no stored table u"):
        store.read_table(TableRef("u", 0))
    with pytest.raises(UnusableOption, match="There is no stored table u"):
        store.versions("u")
    for version in (1, -1):
        with pytest.raises(UnusableOption, match=f"table t has no version {version}"):
            store.understanding(TableRef("t", version))
    with pytest.raises(UnusableOption, match="no column 온도 in the stored table t"):
        store.read_table(ref, columns=["판정", "온도"])


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/abs", "a/b", "사출 7월", "CON", ".", "x" * 200]
)
def test_no_name_leaves_the_folder_of_the_lake(
    store: Store, home: Path, shots: pa.Table, unread: pa.Table, name: str
) -> None:
    ref = store.write_table(name, shots, HOW, unread)
    (folder,) = (home / "lake").iterdir()
    assert folder.name.isascii() and "/" not in folder.name and ".." not in folder.name
    assert store.read_table(ref).num_rows == 4


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "a\0b", "x" * 201])
def test_an_impossible_name_is_refused(
    store: Store, home: Path, shots: pa.Table, unread: pa.Table, name: str
) -> None:
    with pytest.raises(UnusableOption, match="A table's name needs 1 to 200 printable characters"):
        store.write_table(name, shots, HOW, unread)
    assert not home.exists()


@pytest.mark.parametrize(
    "table",
    [
        pa.table({}),
        pa.table([[1.0], [2.0]], names=["a", "a"]),
        pa.table({"a": [True]}),
        pa.table({"a": pa.array([None], pa.null())}),
        pa.table({"a": pa.array([1], pa.int32())}),
    ],
)
def test_a_table_that_breaks_the_promise_is_refused(
    store: Store, unread: pa.Table, table: pa.Table
) -> None:
    with pytest.raises(UnsuitableTable):
        store.write_table("t", table, HOW, unread)


@pytest.mark.parametrize("character", [*"%[]^|\\", "\n"])
def test_a_home_that_delta_cannot_take_is_refused(tmp_path: Path, character: str) -> None:
    with pytest.raises(UnusableOption, match="Choose another folder with DEUNGDAE_HOME"):
        Store(tmp_path / f"a{character}b")


@pytest.mark.parametrize("name", [" #?", "{}()=;,", "한글 é", "<>'\"`*&+~!@$:"])
def test_an_odd_home_that_delta_can_take_works(
    tmp_path: Path, name: str, shots: pa.Table, unread: pa.Table
) -> None:
    store = Store(tmp_path / name)
    ref = store.write_table("t", shots, HOW, unread)
    store.write_table("t", shots.slice(1), HOW, unread)
    assert store.read_table(ref).equals(shots)
    assert [p.name for p in tmp_path.iterdir()] == [name]


def test_a_reference_survives_json() -> None:
    ref = TableRef("사출 7월", 3)
    assert TableRef.from_document(json.loads(json.dumps(ref.document()))) == ref
    for odd in ({"name": "t"}, {"name": "t", "version": True}, {"name": 1, "version": 1}):
        with pytest.raises(UnusableOption, match="given by its name and its version number"):
            TableRef.from_document(odd)
