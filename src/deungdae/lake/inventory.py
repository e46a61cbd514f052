"""What a table needs on the disk, and how far the intake has come: for copies of a lake."""

from pathlib import Path
from urllib.parse import unquote

from deltalake import DeltaTable

from deungdae.lake.failures import reading
from deungdae.lake.intake import Ledger


def files(table: Path) -> set[str]:
    """Return the data files of the newest version of the table in a folder, below that folder.

    Raises PublicError when its log cannot be read.
    """
    with reading(table.name, table):
        delta = DeltaTable(table)
        paths = delta.get_add_actions(flatten=True).column("path").to_pylist()
    return {unquote(path) for path in paths}


def accounted(home: Path, applications: list[str]) -> dict[str, int]:
    """Return up to which message each application is accounted for in the ledger of a home folder.

    An application that has not begun is left out.
    """
    if not (home / "intake" / "ledger").is_dir():
        return {}
    ledger = Ledger(home)
    found = {application: ledger.version(application) for application in applications}
    return {name: reached for name, reached in found.items() if reached is not None}


def committed(home: Path, application: str) -> int | None:
    """Return up to which message an application's points are stored; None before the first.

    Raises PublicError when the log of the points cannot be read.
    """
    table = home / "telemetry" / "points"
    if not (table / "_delta_log").is_dir():
        return None
    with reading(table.name, table):
        version: int | None = DeltaTable(table).transaction_version(application)
    return version
