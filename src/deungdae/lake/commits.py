"""What the log of a Delta table says about each version, read as the protocol defines it.

`DeltaTable.history` numbers versions wrongly on a handle of an older version, so the numbered
files of the log are read themselves.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

KEY = "deungdae"  #: key of our record in a commit's metadata


@dataclass(frozen=True)
class Commit:
    """What Deungdae wrote beside the data of one version, in the same atomic step."""

    understanding: dict[str, Any]
    quarantine: str  #: file below the table's folder
    rows: int

    def metadata(self) -> dict[str, str]:
        """Return it as the metadata of a Delta commit."""
        return {KEY: json.dumps(asdict(self), ensure_ascii=False, allow_nan=False)}


def versions(folder: Path) -> list[int]:
    """Return the versions that the log in `folder` holds, oldest first; empty without a table."""
    log = folder / "_delta_log"
    if not log.is_dir():
        return []
    return sorted(int(file.stem) for file in log.glob("*.json") if file.stem.isdigit())


def commit_of(folder: Path, version: int) -> Commit | None:
    """Return our record of `version`; None when that version was not written by Deungdae.

    Raises ValueError when the log cannot be read as the protocol says.
    """
    text = (folder / "_delta_log" / f"{version:020}.json").read_text(encoding="utf-8")
    for line in text.splitlines():
        action = json.loads(line)
        if KEY in (info := action.get("commitInfo", {})):
            return Commit(**json.loads(info[KEY]))
    return None
