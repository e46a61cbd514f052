"""Copies that are there: checked byte for byte, and let go when there are enough."""

from pathlib import Path

from deungdae.backup.manifest import Manifest, names
from deungdae.backup.pool import Pool
from deungdae.backup.taking import POOL


def check(folder: Path) -> dict[str, list[str]]:
    """Read every copy in `folder`; return, for each, what of it is missing or changed.

    Raises UnusableFile for a manifest that cannot be read.
    """
    pool = Pool(folder / POOL)
    good: dict[str, bool] = {}
    found = {}
    for name in names(folder):
        contents = Manifest.read(folder, name).contents
        for kept in contents.values():
            if kept.sha256 not in good:
                good[kept.sha256] = (
                    pool.has(kept) and pool.hash(pool.path(kept.sha256)) == kept.sha256
                )
        found[name] = [what for what, kept in contents.items() if not good[kept.sha256]]
    return found


def keep(folder: Path, count: int) -> tuple[list[str], int]:
    """Let go of all copies but the newest `count`; return their names and the bytes set free.

    Manifests go first: killed in between, contents that nobody names go the next time.
    """
    old = names(folder)[:-count] if count > 0 else []
    for name in old:
        (folder / f"{name}.json").unlink()
    needed = {
        kept.sha256
        for name in names(folder)
        for kept in Manifest.read(folder, name).contents.values()
    }
    freed = 0
    for content in Pool(folder / POOL).contents():
        if content.name not in needed:
            freed += content.stat().st_size
            content.unlink()
    return old, freed
