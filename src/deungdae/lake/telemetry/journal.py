"""One Delta table on a local disk: its files as they are known, and one atomic step to the next.

The Delta library makes the table, its checkpoints, and reads both. The steps between are written
here, as the protocol defines them, because one step must do what the library offers in no single
call: remove some files and add others, say whether data changed, carry the transaction of an
application, and be on the disk when it returns (the library leaves that to the system's mood).

A step is the file `_delta_log/<version>.json`; it is made whole and synced under another name and
then linked into place, which fails where somebody else was first. Steps of one table are made under
a lock that the kernel frees when a process dies.
"""

import fcntl
import json
import os
import threading
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, unquote

import pyarrow as pa
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from deungdae.lake.telemetry.failures import changed, damaged

CHECKPOINT_EVERY = 100  #: versions
KEPT_VERSIONS = 1_000  #: before the last checkpoint; older steps are cleaned away
_ASKED_OFTEN = ("points", "clock")
_KEY = "deungdae"  # of our record in a commit's metadata


class Bound(NamedTuple):
    """The smallest or largest organisation, tag and time of a file, each by itself."""

    organisation: str
    tag: str
    time_us: int


@dataclass(frozen=True, slots=True)
class File:
    """A file of a table and what its log says about it. An empty file has no bounds."""

    path: str  #: below the table's folder, as it is on the disk
    partition: str  #: empty in a table without partitions
    bytes: int
    rows: int
    low: Bound | None
    high: Bound | None

    @property
    def name(self) -> str:
        """The file's name without folder and ending; it is never used twice."""
        return self.path.rpartition("/")[2].removesuffix(".parquet")

    def meets(self, low: Bound, high: Bound) -> bool:
        """Say whether a row between the bounds can be in the file; each column by itself."""
        return (
            self.low is not None
            and self.high is not None
            and self.low.time_us <= high.time_us
            and self.high.time_us >= low.time_us
            and self.low.organisation <= high.organisation
            and self.high.organisation >= low.organisation
            and self.low.tag <= high.tag
            and self.high.tag >= low.tag
        )


@dataclass(frozen=True)
class Snapshot:
    """The files of one version, by path. It never changes."""

    version: int
    files: Mapping[str, File]
    applications: Mapping[str, int]  #: last transaction of each

    def of(self, partition: str) -> list[File]:
        """Return the files of one partition."""
        return [file for file in self.files.values() if file.partition == partition]


class Journal:
    """The log of the table in `folder`, which is made with `schema` when it is not there."""

    def __init__(
        self, folder: Path, schema: pa.Schema, partition: str | None, configuration: dict[str, str]
    ) -> None:
        self.folder = folder
        self._log = folder / "_delta_log"
        self._partition = partition
        self._following = threading.RLock()
        if not self._log.is_dir():
            folder.mkdir(parents=True, exist_ok=True)
            with self.lock():
                if not DeltaTable.is_deltatable(str(folder)):
                    DeltaTable.create(
                        folder,
                        schema,
                        partition_by=[partition] if partition else None,
                        configuration=configuration,
                    )
                    _sync(self._log)
                    _sync(folder)
        self._snapshot = self._load()

    @contextmanager
    def lock(self, name: str = "_steps.lock", *, wait: bool = True) -> Iterator[bool]:
        """Hold the lock `name` of this table; gives False when it is taken and `wait` not set."""
        with (self.folder / name).open("ab") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            except BlockingIOError:
                yield False
            else:
                yield True

    def snapshot(self) -> Snapshot:
        """Return the newest version; costs one look at the folder when nothing was written."""
        with self._following:
            return self._newest()

    def _newest(self) -> Snapshot:
        while (step := self._step(self._snapshot.version + 1)).exists():
            try:
                self._snapshot = self._after(self._snapshot, _actions(step))
            except FileNotFoundError:  # cleaned away since we looked: others were faster
                self._snapshot = self._load()
        # Behind a gap that was cleaned away, the next step is never there.
        if not self._step(self._snapshot.version).exists():
            self._snapshot = self._load()
        return self._snapshot

    def transaction(self, application: str) -> int | None:
        """Return the version of the last transaction of `application`."""
        return self.snapshot().applications.get(application)

    def step(
        self,
        add: Iterable[File] = (),
        remove: Iterable[File] = (),
        *,
        now_us: int,
        operation: str,
        data_change: bool,
        transaction: tuple[str, int] | None = None,
        more: Mapping[str, int] | None = None,
        record: Mapping[str, Any] | None = None,
        after: int | None = None,
    ) -> int:
        """Make one atomic step and return its version. The caller holds `lock()`.

        `now_us` is the time of the step in microseconds UTC, `record` is plain JSON data kept
        beside it. With `after` the step must follow that very version. `more` are transactions of
        other applications.

        Raises PublicError, with nothing changed, when a file to be removed is not there any more
        or somebody without the lock was faster.
        """
        before = self.snapshot()
        removed = list(remove)
        if after not in (None, before.version) or any(
            file.path not in before.files for file in removed
        ):
            raise changed()
        now = now_us // 1_000
        info: dict[str, Any] = {
            "timestamp": now,
            "operation": operation,
            "operationParameters": {},
            "engineInfo": "deungdae",
            _KEY: json.dumps(dict(record or {}), ensure_ascii=False),
        }
        actions: list[dict[str, Any]] = [{"commitInfo": info}]
        told = ([transaction] if transaction else []) + list((more or {}).items())
        for application, number in told:
            actions.append({"txn": {"appId": application, "version": number, "lastUpdated": now}})
        actions += [{"remove": self._removal(file, now, data_change)} for file in removed]
        actions += [{"add": self._addition(file, now, data_change)} for file in add]
        version = before.version + 1
        self._publish(version, "\n".join(json.dumps(a, ensure_ascii=False) for a in actions))
        with self._following:
            self._snapshot = self._after(before, actions)
        if version % CHECKPOINT_EVERY == 0:
            self.checkpoint()
        return version

    def checkpoint(self) -> None:
        """Write the whole state as one file, so that opening needs no more than a few steps."""
        delta = DeltaTable(self.folder)
        delta.create_checkpoint()
        # Older steps are removed on its word: it must survive a power cut better than they would.
        for file in self._log.glob(f"{delta.version():020}.checkpoint*"):
            _sync(file)
        _sync(self._log / "_last_checkpoint")
        _sync(self._log)

    def outlived(self) -> list[Path]:
        """Return the files of the log before the last checkpoint and `KEPT_VERSIONS` more."""
        try:
            last = json.loads((self._log / "_last_checkpoint").read_text("utf-8"))["version"]
        except FileNotFoundError:
            return []
        return sorted(
            file
            for file in self._log.iterdir()
            if file.name[:20].isdigit() and int(file.name[:20]) < last - KEPT_VERSIONS
        )

    def unnamed(self, before_us: int) -> list[Path]:
        """Return the files that no step names and nobody touched since `before_us`.

        They were replaced (`compaction.replace` touches them then), or their writer was killed, or
        is about to name them: only `sweep` knows.
        """
        # In this order: what is written and named in between is among the named.
        found = [file for file in self.folder.rglob("*.parquet") if self._log not in file.parents]
        found += self._log.glob("_*.tmp")
        files = self.snapshot().files
        return [
            file
            for file in found
            if file.relative_to(self.folder).as_posix() not in files and _is_older(file, before_us)
        ]

    def sweep(self, before_us: int) -> None:
        """Remove what is `unnamed`, while nobody makes a step.

        Who appends holds the lock from before a file is written until it is named, so that no
        clock that jumps lets a file look old that is about to be named.
        """
        with self.lock():
            for file in self.unnamed(before_us):
                file.unlink(missing_ok=True)

    def records(self, after: int) -> Iterator[tuple[int, tuple[str, int] | None, dict[str, Any]]]:
        """Yield (version, transaction, record) of each step after `after` that is still there."""
        for file in sorted(self._log.glob("*.json")):
            if not file.stem.isdigit() or (version := int(file.stem)) <= after:
                continue
            try:
                actions = _actions(file)
            except FileNotFoundError:  # cleaned away since we looked
                continue
            told = [a["txn"] for a in actions if "txn" in a]
            info: dict[str, Any] = next((a["commitInfo"] for a in actions if "commitInfo" in a), {})
            yield (
                version,
                (told[0]["appId"], told[0]["version"]) if told else None,
                json.loads(info.get(_KEY) or "{}"),
            )

    def _step(self, version: int) -> Path:
        return self._log / f"{version:020}.json"

    def _publish(self, version: int, text: str) -> None:
        whole = self._log / f"_{uuid.uuid4().hex}.tmp"
        try:
            with whole.open("w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.link(whole, self._step(version))
            _sync(self._log)
        except FileExistsError as error:
            raise changed() from error
        finally:
            whole.unlink(missing_ok=True)

    def _load(self) -> Snapshot:
        delta = DeltaTable(self.folder)
        if delta.protocol().min_reader_version > 1:
            raise damaged()  # a foreign writer's features
        rows = pa.table(delta.get_add_actions()).to_pylist()
        files = {}
        for row in rows:
            path = unquote(row["path"])
            files[path] = File(
                path,
                str(row["partition"][self._partition]) if self._partition else "",
                row["size_bytes"],
                row["num_records"],
                _bound(row["min"]),
                _bound(row["max"]),
            )
        applications = _Transactions(delta)
        for application in _ASKED_OFTEN:
            applications.get(application)  # now, while the steps of this version are there
        return Snapshot(delta.version(), files, applications)

    def _after(self, before: Snapshot, actions: list[dict[str, Any]]) -> Snapshot:
        files = dict(before.files)
        applications = before.applications
        for action in actions:
            if "remove" in action:
                files.pop(unquote(action["remove"]["path"]), None)
            elif "add" in action:
                file = self._file(action["add"])
                files[file.path] = file
            elif "txn" in action:
                told = action["txn"]
                applications = _Transactions.of(applications, told["appId"], told["version"])
        return Snapshot(before.version + 1, files, applications)

    def _file(self, add: dict[str, Any]) -> File:
        stats = json.loads(add["stats"])
        return File(
            unquote(add["path"]),
            add["partitionValues"][self._partition] if self._partition else "",
            add["size"],
            stats["numRecords"],
            _bound(stats["minValues"]),
            _bound(stats["maxValues"]),
        )

    def _addition(self, file: File, now: int, data_change: bool) -> dict[str, Any]:
        return {
            "path": quote(file.path, safe="/=-_."),
            "partitionValues": {self._partition: file.partition} if self._partition else {},
            "size": file.bytes,
            "modificationTime": now,
            "dataChange": data_change,
            "stats": json.dumps(
                {
                    "numRecords": file.rows,
                    "minValues": _stats(file.low, up=False),
                    "maxValues": _stats(file.high, up=True),
                    "nullCount": {},
                },
                ensure_ascii=False,
            ),
        }

    def _removal(self, file: File, now: int, data_change: bool) -> dict[str, Any]:
        return {
            "path": quote(file.path, safe="/=-_."),
            "deletionTimestamp": now,
            "dataChange": data_change,
            "extendedFileMetadata": True,
            "partitionValues": {self._partition: file.partition} if self._partition else {},
            "size": file.bytes,
        }


class _Transactions(Mapping[str, int]):
    """What applications said last: asked of the library once, then followed step by step."""

    def __init__(self, delta: DeltaTable, known: Mapping[str, int | None] | None = None) -> None:
        self._delta = delta
        self._known = dict(known or {})  # None: it had said nothing by then

    @classmethod
    def of(cls, before: Mapping[str, int], application: str, version: int) -> "_Transactions":
        assert isinstance(before, _Transactions)
        return cls(before._delta, {**before._known, application: version})

    def __getitem__(self, application: str) -> int:
        if application not in self._known:
            try:
                version = self._delta.transaction_version(application)
            except DeltaError:
                # The steps of that version were cleaned away since: the newest knows as well.
                self._delta = DeltaTable(self._delta.table_uri)
                version = self._delta.transaction_version(application)
            self._known[application] = version
        found = self._known[application]
        if found is None:
            raise KeyError(application)
        return found

    def __iter__(self) -> Iterator[str]:
        return (name for name, version in self._known.items() if version is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _actions(step: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in step.read_text("utf-8").splitlines() if line]


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _stats(bound: Bound | None, *, up: bool) -> dict[str, str]:
    if bound is None:
        return {}
    # Others read these as milliseconds: a bound must not become narrower by that.
    milliseconds = -(-bound.time_us // 1_000) if up else bound.time_us // 1_000
    time = _EPOCH + timedelta(milliseconds=milliseconds)
    return {
        "organisation": bound.organisation,
        "tag": bound.tag,
        "time": time.strftime("%Y-%m-%dT%H:%M:%S.") + f"{time.microsecond // 1_000:03}Z",
    }


def _bound(stats: Mapping[str, Any] | None) -> Bound | None:
    if not stats or stats.get("time") is None:
        return None
    time = stats["time"]
    if not isinstance(time, datetime):
        time = datetime.fromisoformat(time)
    return Bound(stats["organisation"], stats["tag"], (time - _EPOCH) // timedelta(microseconds=1))


def _is_older(file: Path, before_us: int) -> bool:
    try:
        return file.stat().st_mtime_ns < before_us * 1_000
    except FileNotFoundError:  # a step that was being made when we looked has its name now
        return False


def _sync(path: Path) -> None:
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)  # the name, not only the content, must survive a power cut
    finally:
        os.close(number)
