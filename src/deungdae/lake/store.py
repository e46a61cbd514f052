"""The store: originals under their hash, tables as versioned Delta tables, all in one folder.

HOME/originals/ab/abcd…/July.xlsx        the file as it came
HOME/lake/july-0123456789ab/             one Delta table, open to any Delta or Parquet reader
    _delta_log/                          its versions; each commit holds its understanding
    _quarantine/                         rows that could not be read, a Parquet file per version
    part-….parquet
"""

import fcntl
import json
import shutil
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from deltalake import ColumnProperties, CommitProperties, DeltaTable, WriterProperties
from deltalake import write_deltalake as write_delta

from deungdae.lake import layout, originals
from deungdae.lake.commits import Commit, commit_of, versions
from deungdae.lake.failures import damaged, no_such_table, no_such_version, reading, writing
from deungdae.lake.originals import Original
from deungdae.lake.references import TableRef, folder_name
from deungdae.records.errors import PublicError, UnusableOption

# Measured on 1,000,000 × 100 float64 with two cores: with dictionaries and one row group 7.3 s and
# 2.3 GB beside the table, with these 1.7 s and 0.5 GB.
_ROW_GROUP = 131_072  # rows
_ONE_FILE = 1 << 50  # bytes: a version is one file, easy to open for other readers
_NOT_IN_PATHS = "%[]^|\\"  # deltalake 1.6 decodes them twice or panics
_SETTINGS = {
    "delta.enableExpiredLogCleanup": "false",  # a version stays readable for ever
    "delta.dataSkippingNumIndexedCols": "0",  # there are no files to skip
}


class Store:
    """Everything that is kept below one home folder. Several processes may use it at once."""

    def __init__(self, home: Path) -> None:
        """Raises UnusableOption when the path of `home` has a character that Delta cannot take."""
        home = home.absolute()
        odd = sorted({c for c in str(home) if c in _NOT_IN_PATHS or not c.isprintable()})
        if odd:
            raise UnusableOption(
                "The folder {folder} cannot hold tables: its path contains {characters}. "
                "Choose another folder with DEUNGDAE_HOME.",
                folder=str(home),
                characters=" ".join(odd),
            )
        self._originals = home / "originals"
        self._lake = home / "lake"

    def keep_original(
        self, path: Path, progress: Callable[[float], None] | None = None
    ) -> Original:
        """Keep the file at `path` byte for byte; the same content is kept once.

        `progress` is told the share that is done, 0 to 1. Raises UnusableFile when it cannot be
        read or kept.
        """
        return originals.keep(self._originals, path, progress)

    def original(self, sha256: str) -> Path:
        """Return the path of the original with this hash; raises UnusableFile if none is kept."""
        return originals.find(self._originals, sha256)

    def write_table(
        self, name: str, table: pa.Table, understanding: Mapping[str, Any], quarantine: pa.Table
    ) -> TableRef:
        """Store `table` as the next version of the table called `name`.

        Columns are float64, int64, string or timestamp[us, UTC], of any unique names. The data,
        the understanding (plain JSON data) and the quarantine become visible in one atomic step.
        When a version with the same understanding and the same values exists, that one is
        returned and nothing is added.

        Raises UnusableOption for an impossible name, PublicError when the disk or another writer
        stands in the way, UnsuitableTable for another type of column.
        """
        folder = self._lake / folder_name(name)
        inside = layout.stored(table)
        with writing(name, folder), _only_writer(folder):
            known = self._same(folder, name, table, understanding, quarantine)
            if known is not None:
                return known
            # The quarantine first, under a name of its own: until the commit names it, nobody
            # reads it, and after a crash it is only a file too many.
            file = f"_quarantine/{uuid.uuid4().hex}.parquet"
            (folder / "_quarantine").mkdir(exist_ok=True)
            pq.write_table(quarantine, folder / file, compression="zstd")
            written = versions(folder)
            write_delta(
                folder,
                inside,
                mode="overwrite",
                schema_mode="overwrite" if written else None,
                name=name,
                configuration=_SETTINGS,
                target_file_size=_ONE_FILE,
                writer_properties=_writer_properties(inside.schema),
                commit_properties=CommitProperties(
                    custom_metadata=Commit(dict(understanding), file, table.num_rows).metadata()
                ),
            )
            return TableRef(name, versions(folder)[-1])

    def read_table(self, ref: TableRef, columns: Sequence[str] | None = None) -> pa.Table:
        """Return exactly what was written as `ref`, or the named columns of it in that order.

        Raises UnusableOption for a table, version or column that is not there, PublicError when
        the stored table is damaged.
        """
        folder, commit = self._found(ref)
        with reading(ref.name, folder):
            delta = DeltaTable(folder, version=ref.version)
            names = layout.logical_names(pa.schema(delta.schema().to_arrow()))
            for column in columns or ():
                if column not in names:
                    raise UnusableOption(
                        "There is no column {column} in the stored table {table}.",
                        column=column,
                        table=ref.name,
                    )
            if columns is not None:
                names = {column: names[column] for column in columns}
            read = _read(delta, folder, list(names.values()))
        if read.num_rows != commit.rows:
            raise damaged(ref.name, folder)
        return layout.restored(read, names)

    def understanding(self, ref: TableRef) -> dict[str, Any]:
        """Return how the file behind `ref` was read, as it was given to `write_table`."""
        return self._found(ref)[1].understanding

    def quarantine(self, ref: TableRef) -> pa.Table:
        """Return the rows behind `ref` that could not be read, as given to `write_table`."""
        folder, commit = self._found(ref)
        with reading(ref.name, folder):
            return pq.ParquetFile(folder / commit.quarantine).read()

    def versions(self, name: str) -> list[TableRef]:
        """Return all versions of the table called `name`, oldest first.

        Raises UnusableOption when there is no such table.
        """
        found = versions(self._lake / folder_name(name))
        if not found:
            raise no_such_table(name)
        return [TableRef(name, version) for version in found]

    def forget_table(self, name: str) -> None:
        """Remove every version of the table called `name`; nothing happens when there is none.

        Raises PublicError when the disk refuses.
        """
        folder = self._lake / folder_name(name)
        if not folder.exists():
            return
        with writing(name, folder), _only_writer(folder):
            shutil.rmtree(folder)

    def forget_original(self, sha256: str) -> None:
        """Remove the original of this content; nothing happens when there is none.

        Raises UnusableOption for what is no hash, PublicError when the disk refuses.
        """
        originals.forget(self._originals, sha256)

    def _found(self, ref: TableRef) -> tuple[Path, Commit]:
        folder = self._lake / folder_name(ref.name)
        found = versions(folder)
        if not found:
            raise no_such_table(ref.name)
        if ref.version not in found:
            raise no_such_version(ref.name, ref.version)
        with reading(ref.name, folder):
            try:
                commit = commit_of(folder, ref.version)
            except (ValueError, TypeError) as error:
                raise damaged(ref.name, folder) from error
        if commit is None:
            raise no_such_version(ref.name, ref.version)
        return folder, commit

    def _same(
        self,
        folder: Path,
        name: str,
        table: pa.Table,
        understanding: Mapping[str, Any],
        quarantine: pa.Table,
    ) -> TableRef | None:
        # Reading the stored values back costs a second per gigabyte, and only when somebody
        # imports again; trusting a hash of the file would hide that the reader has improved.
        wanted = json.loads(json.dumps(understanding, allow_nan=False))
        for version in reversed(versions(folder)):
            ref = TableRef(name, version)
            # A version that is damaged is not the same: a whole one is written after it.
            with suppress(PublicError, pa.ArrowInvalid, OSError, ValueError):
                commit = self._found(ref)[1]
                if (
                    commit.understanding == wanted
                    and commit.rows == table.num_rows
                    and self.quarantine(ref).equals(quarantine)
                    and _same_columns(DeltaTable(folder, version=version), folder, table)
                ):
                    return ref
        return None


def _read(delta: DeltaTable, folder: Path, columns: list[str]) -> pa.Table:
    # Native files rather than `DeltaTable.to_pyarrow_table`: that one reads through a Python file
    # system, whose threads can abort the process at exit (apache/arrow issue 34314).
    if delta.protocol().min_reader_version > 1:
        raise damaged(folder.name, folder)  # a foreign writer turned on what we do not read
    added = pa.table(delta.get_add_actions(flatten=True)).column("path").to_pylist()
    files = [pq.ParquetFile(folder / unquote(path), pre_buffer=False) for path in added]
    if not files:
        return pa.schema(delta.schema().to_arrow()).empty_table().select(columns)
    inside = pa.schema(delta.schema().to_arrow()).names
    # A table of an earlier version of the program does not say the places of its rows.
    placed = [layout.PLACE] if layout.PLACE in inside else []
    wanted = [*columns, *placed]
    read = pa.concat_tables(
        [file.read(columns=wanted).select(wanted).replace_schema_metadata() for file in files]
    )
    return layout.in_order(read) if placed else read


def _same_columns(delta: DeltaTable, folder: Path, table: pa.Table) -> bool:
    names = layout.logical_names(pa.schema(delta.schema().to_arrow()))
    # One column at a time, so that comparing needs no second table in memory.
    return list(names) == table.column_names and all(
        _same_values(_read(delta, folder, [inside]).column(0), table.column(column))
        for column, inside in names.items()
    )


def _same_values(stored: pa.ChunkedArray, given: pa.ChunkedArray) -> bool:
    if stored.type != given.type:
        return False
    if stored.equals(given):
        return True
    if not pa.types.is_floating(given.type):
        return False
    # NaN differs from itself, yet is the same value when it comes from the same file.
    here, there = pc.is_nan(stored), pc.is_nan(given)
    numbers = pc.if_else(here, 0.0, stored), pc.if_else(there, 0.0, given)
    return bool(here.equals(there) and numbers[0].equals(numbers[1]))


def _writer_properties(schema: pa.Schema) -> WriterProperties:
    # Dictionaries pay for words; for measured values they cost time and memory for nothing.
    words = ColumnProperties(dictionary_enabled=True)
    return WriterProperties(
        compression="ZSTD",
        compression_level=1,
        max_row_group_size=_ROW_GROUP,
        default_column_properties=ColumnProperties(dictionary_enabled=False),
        column_properties={f.name: words for f in schema if pa.types.is_string(f.type)},
    )


@contextmanager
def _only_writer(folder: Path) -> Iterator[None]:
    # One writer per table at a time; the kernel frees the lock of a process that was killed.
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "_writer.lock").open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
