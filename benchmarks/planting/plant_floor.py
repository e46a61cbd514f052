"""Files of any size as a line would write them: 100 slowly moving columns, 2 % bad, one cause."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import csv, parquet
from scipy.signal import lfilter

COLUMNS = 100  #: process columns; the time and the verdict come on top
CAUSE = "C07"
TARGET, BAD = "Verdict", "NG"
START = np.datetime64("2026-03-02T06:00:00", "us")


@dataclass(frozen=True)
class File:
    """A written file: where, its rows and its size in bytes."""

    path: Path
    rows: int

    @property
    def bytes(self) -> int:
        """Size in bytes."""
        return self.path.stat().st_size


def make(rows: int, seed: int = 0) -> pa.Table:
    """Return a table of `rows` parts, one every 7 s: `Time`, `C01` … `C100`, `Verdict`.

    Each column is a level plus a slow first-order autoregression (0.98) and noise, rounded to the
    two decimals of a machine's record. Parts whose C07 lies in its top 5 % are bad at 20 %, the
    others at 1.1 %: 2 % in all.
    """
    rng = np.random.default_rng(seed)
    times = START + np.arange(rows) * np.timedelta64(7, "s")
    columns: dict[str, pa.Array] = {"Time": pa.array(times)}
    cause = np.zeros(rows)
    for number in range(1, COLUMNS + 1):
        name = f"C{number:02d}"
        slow = lfilter([np.sqrt(1 - 0.98**2)], [1.0, -0.98], rng.standard_normal(rows))
        level, spread = rng.uniform(20, 300), rng.uniform(0.5, 5)
        values = np.round(level + spread * (0.7 * slow + 0.7 * rng.standard_normal(rows)), 2)
        columns[name] = pa.array(values)
        if name == CAUSE:
            cause = values
    inside = cause >= np.quantile(cause, 0.95)
    bad = rng.random(rows) < np.where(inside, 0.2, 0.011)
    verdict = pa.DictionaryArray.from_arrays(pa.array(bad.astype("int8")), pa.array(["OK", BAD]))
    columns[TARGET] = verdict.cast(pa.string())
    return pa.table(columns)


def write(table: pa.Table, folder: Path, kind: str) -> File:
    """Write the table as `csv` or `parquet` into `folder`."""
    path = folder / f"floor-{table.num_rows}.{kind}"
    if kind == "csv":
        csv.write_csv(table, path)
    else:
        parquet.write_table(table, path)
    return File(path, table.num_rows)
