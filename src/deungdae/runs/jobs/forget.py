"""Job "forget": a file that people removed leaves the disk, with all that was read from it."""

import json
import shutil
from pathlib import Path
from typing import Any

from deungdae.lake import Store
from deungdae.runs.folder import RunFolder
from deungdae.runs.job import JobContext, check_params

READERS = ("import", "preview")  #: jobs whose folders hold what stands in a file


def run(context: JobContext, params: dict[str, Any]) -> dict[str, Any]:
    """Remove tables, originals, and the folders of runs that hold their content.

    Parameters: tables, names of stored tables with all their versions; originals, SHA-256 hashes;
    runs, ids of runs to remove; all may be empty. What is gone already is passed over, so that a
    job that was killed can begin again. Steps: forgetting.

    Returns runs, how many folders were removed. Raises what the store raises.
    """
    check_params(params, ["tables", "originals", "runs"])
    store, runs = Store(context.home), context.home / "runs"
    context.progress("forgetting", 0.0)
    held = set(params["tables"]), set(params["runs"])
    readers = [path for path in runs.iterdir() if _holds(path, *held)]
    named = [runs / run_id for run_id in params["runs"] if RunFolder.is_id(run_id)]
    for name in params["tables"]:
        store.forget_table(name)
    for sha256 in params["originals"]:
        store.forget_original(sha256)
    gone = [path for path in {*readers, *named} if path != context.folder and path.is_dir()]
    for path in gone:
        shutil.rmtree(path)
    return {"runs": len(gone)}


def _holds(folder: Path, tables: set[str], results: set[str]) -> bool:
    """Say whether the folder of a run holds what stands in a file, or what was drawn of it."""
    try:
        request = json.loads((folder / "request.json").read_text("utf-8"))
        params = request["params"]
    except (OSError, ValueError, KeyError):
        return False
    if request["job"] not in READERS:
        return params.get("run") in results
    table = params.get("table") or {}
    return (params.get("name") if request["job"] == "import" else table.get("name")) in tables
