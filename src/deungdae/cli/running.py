"""A file is stored as a table, and a method is run on it: both in processes of their own."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from deungdae import runs
from deungdae.cli.progress import Progress
from deungdae.records.environment import Settings
from deungdae.records.errors import UnusableFile
from deungdae.reports.words import Words


def analyse(
    method: str,
    version: int,
    file: Path,
    sheet: str | None,
    params: Mapping[str, Any],
    settings: Settings,
    words: Words,
    steps: Mapping[str, str] | None = None,
    history: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Store the file as a table and run the method on it.

    `params` are those of the method's job beside the table; `steps` says its steps in words;
    `history` is joined to the table first, as the job "join-history" takes it.
    Returns the job's result ("document", "figures") and the "understanding" of the table. Raises
    `UnusableFile` when there is no such file, and whatever public error the runs raise.
    """
    if not file.exists():
        raise UnusableFile("There is no file {file}.", file=str(file))
    progress = Progress(words, steps)
    try:
        stored = runs.run(
            settings.home,
            "import",
            1,
            {"path": str(file.absolute()), "sheet": sheet, "time_zone": settings.time_zone},
            memory_bytes=settings.run_memory_bytes,
            on_progress=progress,
        ).result
        if history is not None:
            stored = runs.run(
                settings.home,
                "join-history",
                1,
                {
                    "table": stored["table"],
                    "history": history,
                    "options": params.get("options", {}),
                },
                memory_bytes=settings.run_memory_bytes,
                on_progress=progress,
            ).result
        found = runs.run(
            settings.home,
            method,
            version,
            {"table": stored["table"], **params},
            memory_bytes=settings.run_memory_bytes,
            on_progress=progress,
        ).result
    finally:
        progress.clear()
    return {**found, "understanding": stored["understanding"]}
