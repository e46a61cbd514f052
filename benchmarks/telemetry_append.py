"""Appending: rows per second, commits per second, bytes per point, and what a resend costs.

Arrow in memory → duplicates looked for → Parquet → one synced step of the Delta table. Each size of
batch has a table of its own; bytes per point are those of the points after the day was sorted, and
of everything beside them. The last columns are the time of a batch that was stored before and comes
again under another number (all duplicates), and of one that comes for a sorted day of weeks ago.

    python benchmarks/telemetry_append.py [--points N] [--sizes N …]
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from deungdae.lake.telemetry import SCHEMA, Maintenance, Telemetry
from planting import tables
from telemetry.plant import DAY, TAGS, Fleet


def main(words: list[str] | None = None) -> int:
    """Append, print a table; return 1 when a point was lost or stored twice."""
    asked = _arguments(words)
    rows, right = [], True
    for size in asked.sizes:
        with tempfile.TemporaryDirectory(prefix="deungdae-append-") as name:
            row, exact = _measured(Path(name), asked.points, size, asked.commits)
            rows.append(row)
            right = right and exact
    head = ("batch", "commits", "rows/s", "commits/s", "p50 ms", "p99 ms", "B/point", "+ rollups",
            "resent ms", "late ms")  # fmt: skip
    print(tables.grid(head, rows))
    return int(not right)


def _measured(home: Path, most: int, size: int, commits: int) -> tuple[tuple[str, ...], bool]:
    telemetry = Telemetry(home)
    times, stored, version = [], 0, 0
    first: pa.Table | None = None
    for version, batch in enumerate(_batches(size)):
        if version == commits or (stored + size > most and version >= 3):
            break
        first = batch if first is None else first
        began = time.perf_counter()
        stored += telemetry.append(batch, "benchmark", version).stored
        times.append(time.perf_counter() - began)
        last = batch
    assert first is not None
    began = time.perf_counter()
    resent = telemetry.append(last, "benchmark", version)
    again = time.perf_counter() - began
    end = pc.max(last.column("time").cast(pa.int64())).as_py()
    Maintenance(home).run(end + 2 * DAY)
    points, all_files = (_bytes(home / "telemetry" / part) for part in ("points", ""))
    began = time.perf_counter()
    # In a process that remembers nothing, between the points of a sorted day.
    late = Telemetry(home).append(_shifted(first), "benchmark", version + 1)
    of_past = time.perf_counter() - began
    times.sort()
    exact = resent.duplicates == size and late.stored == size
    return (
        f"{size:,}",
        str(len(times)),
        f"{stored / sum(times):,.0f}",
        f"{len(times) / sum(times):.1f}",
        f"{statistics.median(times) * 1e3:.0f}",
        f"{times[int(len(times) * 0.99)] * 1e3:.0f}",
        f"{points / stored:.2f}",
        f"{all_files / stored:.2f}",
        f"{again * 1e3:.0f}",
        f"{of_past * 1e3:.0f}",
    ), exact


def _batches(size: int) -> Iterator[pa.Table]:
    # Each hour of a fleet that is large enough, cut into batches as they would come.
    companies = max(1, min(200, size // (len(TAGS) * 20)))
    rest: list[pa.Table] = []
    rows = 0
    for hour in Fleet(companies, 3650).hours():
        rest.append(hour.select(SCHEMA.names))
        rows += hour.num_rows
        while rows >= size:
            table = pa.concat_tables(rest, promote_options="default").unify_dictionaries()
            yield table.slice(0, size)
            rest, rows = [table.slice(size)], rows - size


def _shifted(batch: pa.Table) -> pa.Table:
    times = pc.add(batch.column("time").cast(pa.int64()), 11_111_111)
    place = batch.schema.get_field_index("time")
    return batch.set_column(place, SCHEMA.field("time"), times.cast(SCHEMA.field("time").type))


def _bytes(folder: Path) -> int:
    # After the merge, without what it replaced: those files wait for the vacuum.
    return sum(
        file.stat().st_size
        for file in folder.rglob("*.parquet")
        if not file.name.startswith("fresh") and "_delta_log" not in file.parts
    )


def _arguments(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=5_000_000, help="at most, for each size")
    parser.add_argument("--commits", type=int, default=100, help="at most, for each size")
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000, 500_000])
    return parser.parse_args(words)


if __name__ == "__main__":
    sys.exit(main())
