"""What a command leaves behind: text as wide as the terminal, and files of reports."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from deungdae.records.errors import UnusableOption


def width() -> int:
    """Return how many columns a text may take on this terminal: 40 to 100."""
    return max(40, min(100, shutil.get_terminal_size((100, 24)).columns))


def print_document(document: Mapping[str, Any]) -> None:
    """Print what a method found as one JSON document."""
    print(json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False))


def write(path: Path, content: bytes) -> None:
    """Write one file of a report; raises `UnusableOption` when that cannot be done."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise UnusableOption(
            "--out: the report cannot be written to {path}: {reason}.",
            path=str(path),
            reason=error.strerror or str(error),
        ) from error
