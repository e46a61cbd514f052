"""One copy of an installation that goes on working.

    1  the logs of all tables     the moment as of which the copy holds them
    2  the web's database
    3  the bus                    everything the tables of (1) do not hold yet, and a little more
    4  all other files            what the logs of (1) name is among them: see below

The bus keeps what was committed for another ten minutes, so (3) reaches back to (1) unless the logs
took longer; that is checked. A file that a table no longer needs stays for an hour at least; when
one is gone nevertheless, the copy is refused rather than kept with a hole.
"""

import asyncio
import json
import stat
import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from deungdae import bus
from deungdae.backup import database, home
from deungdae.backup.manifest import Entry, Manifest, moment_of, name_of, names
from deungdae.backup.pool import Kept, Pool
from deungdae.bus import dump
from deungdae.lake import inventory
from deungdae.records.environment import Settings
from deungdae.records.errors import RunFailed, UnusableOption

MARK = "deungdae-backup"  #: the file that says what a folder is
POOL = "pool"
LAST_COPY = "last-backup.json"  #: in the home folder: when and where the last copy was made
#: The application under which the lake notes how far it took a queue.
APPLICATIONS = {"ingest-0": bus.INGEST.name, "quarantine-0": bus.QUARANTINE.name}

Tell = Callable[[str, int], None]


def take(settings: Settings, folder: Path, now: datetime, tell: Tell = lambda *_: None) -> Manifest:
    """Copy the installation of `settings` into `folder`, beside the copies that are there.

    `tell` is given what is being copied, and how many files. Raises UnusableOption for a folder
    that holds something else, RunFailed when no whole copy could be made; nothing half is left.
    """
    try:
        return _Taking(settings, folder.absolute(), now, tell).run()
    except bus.Unavailable as error:
        raise RunFailed("The bus cannot be copied: {reason}", reason=str(error)) from error
    except OSError as error:
        raise RunFailed(
            "The copy could not be made: {file}: {reason}",
            file=str(error.filename or folder),
            reason=error.strerror or str(error),
        ) from error


def prepared(folder: Path) -> None:
    """Make the folder of copies, for its owner's eyes only.

    Raises UnusableOption when it holds something else.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    mark = folder / MARK
    if mark.exists():
        return
    if any(folder.iterdir()):
        raise UnusableOption(
            "The folder {folder} holds other things; name an empty one for the copies.",
            folder=str(folder),
        )
    mark.write_text("Copies of a Deungdae installation. They hold its secrets.\n", "utf-8")


class _Taking:
    def __init__(self, settings: Settings, folder: Path, now: datetime, tell: Tell) -> None:
        self._settings = settings
        self._home = settings.home.absolute()
        self._folder = folder
        self._now = now.astimezone(UTC)
        self._tell = tell
        self._pool = Pool(folder / POOL)
        self._files: dict[str, Entry] = {}
        self._known: dict[str, Entry] = {}

    def run(self) -> Manifest:
        if not self._home.is_dir():
            raise UnusableOption("There is nothing to copy in {home}.", home=str(self._home))
        prepared(self._folder)
        name = name_of(self._now)
        if earlier := names(self._folder):
            self._known = dict(Manifest.read(self._folder, earlier[-1]).files)
            if moment_of(name) <= moment_of(earlier[-1]):
                raise UnusableOption(
                    "There is a copy of this moment or later already: {name}.", name=earlier[-1]
                )
        with tempfile.TemporaryDirectory(dir=self._folder, suffix=".part") as aside:
            return self._run(name, Path(aside))

    def _run(self, name: str, aside: Path) -> Manifest:
        accounted = inventory.accounted(self._home, list(APPLICATIONS))
        tables = self._logs()
        self._tell("logs", len(self._files))
        web = self._database(aside)
        self._tell("database", int(web is not None))
        told, on_bus = self._bus(aside, accounted)
        self._tell("bus", told.messages + told.entries)
        self._others(aside)
        self._tell("files", len(self._files))
        self._check(tables)
        dumps = [kept.bytes for kept in (web, on_bus) if kept is not None]
        manifest = Manifest(
            name,
            self._now.isoformat(),
            version("deungdae"),
            self._files,
            "sqlite" if self._settings.web.database is None else "postgresql",
            web,
            on_bus,
            {
                "files": len(self._files),
                "bytes": sum(entry.kept.bytes for entry in self._files.values()) + sum(dumps),
                "new_bytes": self._pool.written,
                "messages": told.messages,
                "entries": told.entries,
            },
        )
        manifest.write(self._folder)
        self._note(manifest)
        return manifest

    def _note(self, manifest: Manifest) -> None:
        """Write down in the home folder that there is a copy, for whoever looks after it."""
        note = self._home / LAST_COPY
        part = note.with_suffix(".part")
        part.write_text(json.dumps({"made": manifest.made, "folder": str(self._folder)}), "utf-8")
        part.replace(note)

    def _logs(self) -> dict[Path, set[str]]:
        """Copy the logs; return the files that each table needs."""
        needed = {}
        for log in home.logs(self._home):
            needed[log.parent] = inventory.files(log.parent)
            for file in home.in_log(log):
                # A step behind a checkpoint may be cleaned away between the list and the copy.
                with suppress(FileNotFoundError):
                    self._add(file)
        return needed

    def _database(self, aside: Path) -> Kept | None:
        url = self._settings.web.database
        if url is not None:
            database.dump_postgresql(url, aside / "database")
        elif (file := self._home / home.DATABASE).exists():
            database.copy_sqlite(file, aside / "database")
        else:
            return None
        return self._pool.add(aside / "database")

    def _bus(self, aside: Path, accounted: dict[str, int]) -> tuple[dump.Dumped, Kept | None]:
        settings = self._settings.bus
        if settings.url is None and not (settings.folder / "jetstream").is_dir():
            return dump.Dumped(0, 0), None
        file = aside / "bus"
        told = asyncio.run(self._dump(file))
        self._reaches_back(file, accounted)
        return told, self._pool.add(file)

    async def _dump(self, file: Path) -> dump.Dumped:
        settings = self._settings.bus
        # Where nothing runs, the bus runs for as long as it is copied.
        server = bus.Server(settings) if settings.url is None else None
        if server is not None:
            await server.start()
        try:
            async with await bus.Connection.open(bus.address(settings), "backup") as connection:
                return await dump.dump(connection, file)
        finally:
            if server is not None:
                await server.stop()

    def _reaches_back(self, file: Path, accounted: dict[str, int]) -> None:
        """Refuse a copy in which points lie neither in the tables nor on the bus."""
        queues = dump.held(file)
        for application, reached in accounted.items():
            queue = APPLICATIONS[application]
            if queue in queues and queues[queue][0] > reached + 1:
                raise RunFailed(
                    "The tables took too long to copy: the bus no longer holds what came in "
                    "meanwhile. Make the copy again."
                )

    def _others(self, aside: Path) -> None:
        for file in home.others(self._home, but=self._folder):
            name = home.below(self._home, file)
            with suppress(FileNotFoundError):  # a file of a run or of the lake that just ended
                if home.is_database(file):
                    copy = aside / "copy"
                    copy.unlink(missing_ok=True)
                    database.copy_sqlite(file, copy)
                    about = file.stat()
                    kept = self._pool.add(copy)
                    self._files[name] = Entry(kept, stat.S_IMODE(about.st_mode), 0)
                else:
                    self._add(file)

    def _add(self, file: Path) -> None:
        name = home.below(self._home, file)
        about = file.stat()
        before = self._known.get(name)
        same = (
            before is not None
            and before.changed_ns == about.st_mtime_ns
            and before.kept.bytes == about.st_size
            and self._pool.has(before.kept)
        )
        kept = before.kept if same and before is not None else self._pool.add(file)
        self._files[name] = Entry(kept, stat.S_IMODE(about.st_mode), about.st_mtime_ns)

    def _check(self, tables: dict[Path, set[str]]) -> None:
        for table, files in tables.items():
            for file in files:
                if home.below(self._home, table / file) not in self._files:
                    raise RunFailed(
                        "The table {table} changed too fast to be copied: {file} is gone. Make the "
                        "copy again.",
                        table=home.below(self._home, table),
                        file=file,
                    )
