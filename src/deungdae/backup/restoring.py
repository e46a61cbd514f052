"""An installation made from a copy, in a home folder that is empty."""

import asyncio
import tempfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from deungdae import bus
from deungdae.backup import database, home
from deungdae.backup.manifest import Manifest, names
from deungdae.backup.pool import Kept, Pool
from deungdae.backup.taking import POOL
from deungdae.bus import dump
from deungdae.records.environment import DATABASE_URL, HOME, Settings
from deungdae.records.errors import RunFailed, UnusableFile, UnusableOption

Tell = Callable[[str, int], None]


def restore(
    settings: Settings, folder: Path, name: str | None = None, tell: Tell = lambda *_: None
) -> Manifest:
    """Fill the empty installation of `settings` with a copy out of `folder`; the newest by default.

    `tell` is given what is being done, and how much of it. Raises UnusableOption when the
    installation is not empty or does not fit the copy, UnusableFile when the copy is damaged.
    Nothing of the installation is overwritten, ever.
    """
    folder = folder.absolute()
    known = names(folder)
    if not known:
        raise UnusableOption("There are no copies in {folder}.", folder=str(folder))
    manifest = Manifest.read(folder, known[-1] if name is None else name)
    pool = Pool(folder / POOL)
    _fits(settings, manifest)
    _whole(pool, manifest)
    try:
        _fill(settings, manifest, pool, tell)
    except ValueError as error:
        raise UnusableFile(
            "The copy is damaged: {content} is not what it was. Take an earlier one.",
            content=str(error),
        ) from error
    except bus.Unavailable as error:
        raise RunFailed("The bus cannot be filled: {reason}", reason=str(error)) from error
    except OSError as error:
        raise RunFailed(
            "The copy could not be restored: {file}: {reason}",
            file=str(error.filename or settings.home),
            reason=error.strerror or str(error),
        ) from error
    return manifest


def _fits(settings: Settings, manifest: Manifest) -> None:
    home_folder = settings.home.absolute()
    if home_folder.exists() and any(home_folder.iterdir()):
        raise UnusableOption(
            "The folder {home} is not empty. Name another with {setting}; nothing is overwritten.",
            home=str(home_folder),
            setting=HOME.name,
        )
    here = "sqlite" if settings.web.database is None else "postgresql"
    if manifest.database is not None and manifest.database_kind != here:
        raise UnusableOption(
            "The copy holds a database of {copied}, and {setting} names one of {here}.",
            copied=manifest.database_kind,
            here=here,
            setting=DATABASE_URL.name,
        )
    if _release(manifest.release) > _release(version("deungdae")):
        raise UnusableOption(
            "The copy was made by Deungdae {copied}, and this is {here}; install the newer one.",
            copied=manifest.release,
            here=version("deungdae"),
        )


def _release(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".")[:3] if part.isdigit())


def _whole(pool: Pool, manifest: Manifest) -> None:
    for name, kept in manifest.contents.items():
        if not pool.has(kept):
            raise UnusableFile(
                "The copy is damaged: {content} is missing. Take an earlier one.", content=name
            )
    for name in manifest.files:
        if not home.safe(name):
            raise UnusableFile("The copy names a file outside of its folder: {name}", name=name)


def _fill(settings: Settings, manifest: Manifest, pool: Pool, tell: Tell) -> None:
    into = settings.home.absolute()
    into.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name, entry in manifest.files.items():
        pool.get(entry.kept, into / name, entry.mode)
    tell("files", len(manifest.files))
    if manifest.database is not None:
        if settings.web.database is None:
            pool.get(manifest.database, into / home.DATABASE, 0o600)
        else:
            database.load_postgresql(settings.web.database, pool.path(manifest.database.sha256))
        tell("database", 1)
    if manifest.bus is not None:
        told = asyncio.run(_fill_bus(settings, pool, manifest.bus))
        tell("bus", told.messages + told.entries)


async def _fill_bus(settings: Settings, pool: Pool, kept: Kept) -> dump.Dumped:
    told = settings.bus
    server = bus.Server(told) if told.url is None else None
    if server is not None:
        await server.start()
    try:
        with tempfile.TemporaryDirectory(dir=settings.home) as aside:
            file = Path(aside) / "bus"
            pool.get(kept, file, 0o600)
            async with await bus.Connection.open(bus.address(told), "restore") as connection:
                return await dump.load(connection, file, told.store_bytes)
    finally:
        if server is not None:
            await server.stop()
