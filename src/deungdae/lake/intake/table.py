"""A Delta table that one process appends to, each step known by the number of its application."""

import json
import os
import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, Transaction
from deltalake import write_deltalake as write_delta
from pyarrow.parquet import filters_to_expression

from deungdae.lake.failures import reading, writing

TIME = pa.timestamp("us", tz="UTC")
HOUR_US = 3_600_000_000
MOST_FILES = 64  #: in one month, before they become one
_KEY = "deungdae"  # of our record in a commit's metadata
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SETTINGS = {
    "delta.logRetentionDuration": "interval 2 days",
    "delta.deletedFileRetentionDuration": "interval 1 hours",
}


def month_of(time_us: int) -> str:
    """Return the month of a time in microseconds UTC, such as "2026-11"."""
    return (_EPOCH + timedelta(microseconds=time_us)).strftime("%Y-%m")


class Table:
    """The table in `folder`, split by the text column `month`. It is made when it is not there."""

    def __init__(self, folder: Path, schema: pa.Schema) -> None:
        self.folder = folder
        self.schema = schema
        self._following = threading.RLock()
        with writing(folder.name, folder):
            if not DeltaTable.is_deltatable(str(folder)):
                folder.mkdir(parents=True, exist_ok=True)
                DeltaTable.create(
                    folder,
                    schema,
                    mode="ignore",
                    partition_by=["month"],
                    configuration=_SETTINGS,
                )
            self._delta = DeltaTable(folder)

    def version(self, app: str) -> int | None:
        """Return the number of the last step of an application."""
        with reading(self.folder.name, self.folder), self._following:
            self._delta.update_incremental()
            version: int | None = self._delta.transaction_version(app)
            return version

    def append(
        self, rows: pa.Table, app: str, number: int, record: Mapping[str, Any] | None = None
    ) -> bool:
        """Add rows in one step; all is on the disk when it returns.

        Returns False, and does nothing, when the application has come to `number` before. `record`
        is plain JSON data kept beside the step. Raises PublicError when the disk says no.
        """
        with writing(self.folder.name, self.folder), self._following:
            last = self.version(app)
            if last is not None and number <= last:
                return False
            self._write(
                rows.cast(self.schema), "append", None, Transaction(app, number), record or {}
            )
            return True

    def replace_month(self, month: str, rows: pa.Table) -> None:
        """Put rows in the place of a month's; the old files go an hour later."""
        with writing(self.folder.name, self.folder), self._following:
            predicate = f"month = '{month}'"
            self._write(rows.cast(self.schema), "overwrite", predicate, None, {})
            self._delta.create_checkpoint()
            self._delta.vacuum(retention_hours=1, dry_run=False)
            self._delta.cleanup_metadata()

    def crowded_months(self) -> list[str]:
        """Return the months that lie in more than `MOST_FILES` files."""
        counts = self._files_of_months()
        return sorted(month for month, count in counts.items() if count > MOST_FILES)

    def _files_of_months(self) -> dict[str, int]:
        with reading(self.folder.name, self.folder), self._following:
            self._delta.update_incremental()
            counts: dict[str, int] = {}
            for uri in self._delta.file_uris():
                month = unquote(uri).rpartition("month=")[2].partition("/")[0]
                counts[month] = counts.get(month, 0) + 1
            return counts

    def months(self) -> list[str]:
        """Return the months that have rows, the newest first."""
        return sorted(self._files_of_months(), reverse=True)

    def read(
        self,
        filters: list[tuple[str, str, Any]] | None = None,
        columns: list[str] | None = None,
    ) -> pa.Table:
        """Return the rows that all of (column, operator, value) hold for: all columns, or some."""
        names = columns or self.schema.names
        with reading(self.folder.name, self.folder):
            # Two threads must not follow the log with one handle.
            with self._following:
                self._delta.update_incremental()
                found = self._delta.to_pyarrow_dataset()
            expression = filters_to_expression(filters) if filters else None
            table = found.to_table(columns=names, filter=expression)
            return table.cast(pa.schema([self.schema.field(name) for name in names]))

    def update(self, predicate: str, updates: dict[str, str]) -> None:
        """Change rows in one step: `updates` maps columns to expressions of SQL.

        Only the files that hold such rows are written anew. Raises PublicError.
        """
        with writing(self.folder.name, self.folder), self._following:
            self._delta.update_incremental()
            before = self._delta.version()
            self._delta.update(
                updates=updates,
                predicate=predicate,
                commit_properties=CommitProperties(custom_metadata={_KEY: "{}"}),
            )
            self._delta.update_incremental()
            for version in range(before + 1, self._delta.version() + 1):
                self._flush(version)

    def records(self, app: str, after: int) -> Iterator[tuple[int, dict[str, Any]]]:
        """Yield (number, record) of each step of an application after `after`, newest first."""
        log = self.folder / "_delta_log"
        with reading(self.folder.name, self.folder):
            for step in sorted(log.glob("*.json"), reverse=True):
                if not step.stem.isdigit():
                    continue
                actions = [json.loads(line) for line in step.read_text("utf-8").splitlines()]
                numbers = [
                    a["txn"]["version"] for a in actions if a.get("txn", {}).get("appId") == app
                ]
                if not numbers:
                    continue
                if numbers[0] <= after:
                    return
                info = next(a["commitInfo"] for a in actions if "commitInfo" in a)
                yield numbers[0], json.loads(info.get(_KEY) or "{}")

    def _write(
        self,
        rows: pa.Table,
        mode: str,
        predicate: str | None,
        transaction: Transaction | None,
        record: Mapping[str, Any],
    ) -> None:
        write_delta(
            self._delta,
            rows,
            mode=mode,
            predicate=predicate,
            commit_properties=CommitProperties(
                custom_metadata={_KEY: json.dumps(dict(record), ensure_ascii=False)},
                app_transactions=[transaction] if transaction is not None else None,
            ),
        )
        self._delta.update_incremental()
        self._flush(self._delta.version())

    def _flush(self, version: int) -> None:
        # The library leaves what it wrote to the system's mood; the bus forgets what we have.
        step = self.folder / "_delta_log" / f"{version:020}.json"
        folders = {step.parent, self.folder}
        for line in step.read_text("utf-8").splitlines():
            if added := json.loads(line).get("add"):
                file = self.folder / unquote(added["path"])
                folders.add(file.parent)
                _sync(file)
        _sync(step)
        for folder in folders:
            _sync(folder)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
