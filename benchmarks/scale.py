"""Scale: the whole job on 10^4, 10^5 and 10^6 rows of 100 columns, as CSV and as Parquet.

The job is `deungdae causes FILE --target … --json` as a person would type it, in a home of its own:
read, keep the original, store, analyse in a process of its own, print. Beside it stands LightGBM
with TreeSHAP on the same file, which reads, learns and explains, and keeps nothing. The aim for a
million rows is under 60 s and 6 GiB on two cores.

    python benchmarks/scale.py [--rows N …] [--kinds csv parquet] [--without-peer]
"""

import argparse
import json
import os
import sys
import tempfile
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from planting import tables
from planting.plant_floor import BAD, CAUSE, TARGET, File, make, write
from planting.watch import Watched, watch

GIB = 1 << 30
PEER = Path(__file__).parent / "planting" / "boosted_file.py"


def main(words: list[str] | None = None) -> int:
    """Write the files, run both jobs on each, print a table; return 1 if one of them failed."""
    asked = _arguments(words)
    peer = find_spec("lightgbm") is not None and not asked.without_peer
    rows: list[tuple[str, ...]] = []
    failed = False
    with tempfile.TemporaryDirectory(prefix="deungdae-scale-") as name:
        folder = Path(name)
        for count in asked.rows:
            table = make(count)
            files = [write(table, folder, kind) for kind in asked.kinds]
            del table
            for file in files:
                watched = _ours(file, folder)
                rows.append(_row("deungdae causes", file, watched, _first_cause(watched)))
                failed = failed or watched.status != 0
                if peer:
                    watched = _peer(file)
                    rows.append(_row("LightGBM + SHAP", file, watched, watched.output.strip()))
                    failed = failed or watched.status != 0
                print(f"{file.path.name} done", file=sys.stderr)
                file.path.unlink()
    head = ("job", "file", "MB", "seconds", "rows/s", "peak GiB", "first", "right")
    print(tables.grid(head, rows))
    if peer:
        print(f"\nLightGBM + SHAP: {_settings()}")
    elif not asked.without_peer:
        print("\nLightGBM + SHAP: missing (the package lightgbm is not installed)")
    return int(failed)


def _ours(file: File, folder: Path) -> Watched:
    home = folder / f"home-{file.path.name}"
    command = [str(Path(sys.executable).parent / "deungdae"), "causes", str(file.path)]
    command += ["--target", TARGET, "--bad", BAD, "--time", "Time", "--json"]
    watched = watch(command, {**os.environ, "DEUNGDAE_HOME": str(home)})
    if watched.status != 0:
        print(f"deungdae ended with {watched.status}: {watched.errors[-2000:]}", file=sys.stderr)
    return watched


def _peer(file: File) -> Watched:
    watched = watch([sys.executable, str(PEER), str(file.path), TARGET, BAD], os.environ)
    if watched.status != 0:
        print(f"LightGBM ended with {watched.status}: {watched.errors[-2000:]}", file=sys.stderr)
    return watched


def _settings() -> str:
    # Imported only where LightGBM is installed.
    return str(import_module("planting.boosted_file").SETTINGS)


def _first_cause(watched: Watched) -> str:
    if watched.status != 0:
        return "-"
    for stratum in json.loads(watched.output)["strata"]:
        for cause in stratum["causes"]:
            return f"{' & '.join(cause['columns'])} ({stratum['verdict']})"
    return "none"


def _row(job: str, file: File, watched: Watched, first: str) -> tuple[str, ...]:
    return (
        job,
        file.path.name,
        f"{file.bytes / 1e6:.1f}",
        f"{watched.seconds:.1f}",
        f"{file.rows / watched.seconds:,.0f}",
        f"{watched.peak / GIB:.2f}",
        first,
        "yes" if first.split(" ")[0] == CAUSE else "no",
    )


def _arguments(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument(
        "--kinds", nargs="+", default=["csv", "parquet"], choices=["csv", "parquet"]
    )
    parser.add_argument("--without-peer", action="store_true")
    return parser.parse_args(words)


if __name__ == "__main__":
    raise SystemExit(main())
