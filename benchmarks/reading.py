"""How fast files are read: `python benchmarks/reading.py [--rows 10000,100000,1000000]`.

Prints seconds, rows a second and peak memory of `deungdae.tables.read` for a made table of 100
columns (a time, two texts, 97 numbers) as CSV and Parquet, beside `pyarrow` reading the same file
bare, in the same run. Each reading is a process of its own, so that the peaks are its own. The
peer only parses: it looks for no header, no sums, no units, and understands no Korean date.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from deungdae.tables import read

COLUMNS = 100
AT_ONCE = 100_000


def write(rows: int, csv_path: Path, parquet_path: Path) -> None:
    """Write the same made table as CSV and as Parquet."""
    chance = np.random.default_rng(20260901)
    writer = None
    with csv_path.open("wb") as stream:
        for start in range(0, rows, AT_ONCE):
            table = made(start, min(AT_ONCE, rows - start), chance)
            if writer is None:
                stream.write((",".join(table.column_names) + "\n").encode())
                writer = pq.ParquetWriter(parquet_path, table.schema)
            writer.write_table(table)
            options = pacsv.WriteOptions(include_header=False, quoting_style="none")
            pacsv.write_csv(table, stream, options)
    if writer is not None:
        writer.close()


def made(start: int, rows: int, chance: np.random.Generator) -> pa.Table:
    """Make some rows: a part every second."""
    seconds = np.datetime64("2026-01-01T00:00:00") + np.arange(start, start + rows)
    columns: dict[str, object] = {
        "일시": pa.array(np.char.replace(seconds.astype(str), "T", " ")),
        "제품": pa.array(np.array(["P1", "P2", "P3"])[chance.integers(0, 3, rows)]),
        "판정": pa.array(np.array(["OK", "NG"])[(chance.random(rows) < 0.01).astype(int)]),
    }
    for j in range(COLUMNS - len(columns)):
        values = chance.normal(100 + j, 5, rows)
        columns[f"센서 {j}(bar)"] = np.round(values, 4) if j % 3 else values.astype(int)
    return pa.table(columns)


def read_once(reader: str, path: Path) -> None:
    """Read a file and print seconds, rows and peak memory as JSON."""
    started = time.monotonic()
    if reader == "deungdae":
        rows = read(path).table.num_rows
    elif path.suffix == ".parquet":
        rows = pq.read_table(path).num_rows
    else:
        rows = pacsv.read_csv(path).num_rows
    seconds = time.monotonic() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"seconds": seconds, "rows": rows, "peak": peak}))


def main() -> None:
    """Write the tables and have each read by each reader."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", default="10000,100000,1000000")
    parser.add_argument("--once", nargs=2, metavar=("READER", "FILE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.once:
        read_once(options.once[0], Path(options.once[1]))
        return
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, pyarrow {pa.__version__}")
    print(
        f"{'rows':>9} {'file':<8} {'MB':>5} {'reader':<9} {'s':>7} {'rows/s':>10} {'peak GiB':>9}"
    )
    with tempfile.TemporaryDirectory() as folder:
        for rows in (int(word) for word in options.rows.split(",")):
            paths = [Path(folder) / "table.csv", Path(folder) / "table.parquet"]
            write(rows, *paths)
            for path in paths:
                for reader in ("deungdae", "pyarrow"):
                    command = [sys.executable, __file__, "--once", reader, str(path)]
                    done = subprocess.run(command, check=True, capture_output=True, text=True)
                    found = json.loads(done.stdout)
                    assert found["rows"] == rows
                    print(
                        f"{rows:>9} {path.suffix[1:]:<8} {path.stat().st_size / 1e6:>5.0f} "
                        f"{reader:<9} {found['seconds']:>7.2f} {rows / found['seconds']:>10.0f} "
                        f"{found['peak'] / 2**30:>9.2f}"
                    )


if __name__ == "__main__":
    main()
