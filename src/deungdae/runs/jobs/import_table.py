"""Job "import": a shop-floor file becomes a version of a table, its original is kept."""

from pathlib import Path
from typing import Any

from deungdae import tables
from deungdae.lake import Store
from deungdae.records.errors import UnusableFile
from deungdae.runs.job import JobContext, check_params


def run(context: JobContext, params: dict[str, Any]) -> dict[str, Any]:
    """Read the file at `path` and store it.

    Parameters: path; sheet (or null); time_zone of times that name none; name of the table
    (optional: the file's name, and the sheet's if the file has several).
    Steps: reading, keeping, storing.

    Raises UnusableFile and UnusableOption as `tables.read` and the store do; nothing is stored
    then.
    """
    check_params(params, ["path", "time_zone"], ["sheet", "name"])
    path = Path(params["path"])
    store = Store(context.home)
    context.progress("reading", 0.0)
    shop = tables.read(path, sheet=params.get("sheet"), time_zone=params["time_zone"])
    # Kept only now: a file that is no table, or is far too large, is not copied first.
    original = store.keep_original(path, lambda share: context.progress("keeping", share))
    if original.sha256 != shop.understanding.sha256:
        raise UnusableFile(
            "The file {file} changed while it was read. Please try again.", file=path.name
        )
    context.progress("storing", 0.0)
    understanding = shop.understanding.document()
    several = shop.understanding.sheet if len(shop.understanding.sheets) > 1 else None
    name = params.get("name") or (f"{path.name} {several}" if several else path.name)
    ref = store.write_table(name, shop.table, understanding, shop.quarantine)
    context.progress("storing", 1.0)
    return {
        "table": ref.document(),
        "understanding": understanding,
        "original": original.document(),
    }
