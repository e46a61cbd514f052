"""History of machines joined to inspected parts: how long it takes, and how much memory.

Makes a history of so many tags, one value a second, writes an inspection list, and joins the two by
the 30 s before each part, as `deungdae causes --history all` does: in a process of its own. The
memory is the most that this process occupied.

    python benchmarks/joining.py [--tags N] [--days N] [--parts N]
"""

import argparse
import json
import os
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from deungdae import runs
from deungdae.lake.telemetry import SCHEMA, Telemetry, latest
from deungdae.lake.telemetry.tables import Tables

SECOND = 1_000_000
DAY_S = 86_400
START = 1_788_220_800 * SECOND  #: 2026-09-01 UTC
ORGANISATION = "benchmark"


def main(words: list[str] | None = None) -> int:
    """Fill, join, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--tags", type=int, default=50)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--parts", type=int, default=100_000)
    asked = parser.parse_args(words)
    with tempfile.TemporaryDirectory(prefix="deungdae-joining-") as name:
        home = Path(name)
        began = time.monotonic()
        fill(home, asked.tags, asked.days)
        size = sum(p.stat().st_size for p in (home / "telemetry").rglob("*.parquet"))
        points = asked.tags * asked.days * DAY_S
        print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
        print(
            f"{points / 1e6:.1f} million points, {size / points:.1f} bytes each, made in "
            f"{time.monotonic() - began:.0f} s"
        )
        table = imported(home, asked.parts, asked.days)
        history = {"organisation": ORGANISATION}
        began = time.monotonic()
        done = runs.run(home, "join-history", 1, {"table": table, "history": history})
        took = time.monotonic() - began
        peak = json.loads((done.folder / "result.json").read_text("utf-8"))["peak_bytes"]
        joined = done.result["joined"]
        print(
            f"{joined['heard']:,} of {joined['parts']:,} parts joined to {joined['tags']} tags, "
            f"{len(joined['columns'])} columns: {took:.1f} s, "
            f"{points / took / 1e6:.2f} million points a second, {peak / 2**20:.0f} MiB at most"
        )
    return 0


def fill(home: Path, tags: int, days: int) -> None:
    """Store the points day by day, by tag and time as maintenance leaves them."""
    telemetry = Telemetry(home)
    chance = np.random.default_rng(1)
    count = tags * DAY_S
    names = pa.array([f"line{n // 10}/imm1/tag{n:03}" for n in range(tags)])
    which = pa.array(np.repeat(np.arange(tags, dtype=np.int32), DAY_S))
    same = pa.array(np.zeros(count, np.int32))
    level = chance.uniform(50, 250, tags)
    for day in range(days):
        steps = chance.normal(0, 0.05, (tags, DAY_S)).cumsum(axis=1)
        values = (level[:, None] + steps).round(2)
        level = values[:, -1]
        seconds = START + (day * DAY_S + np.arange(DAY_S)) * SECOND
        times = pa.array(np.tile(seconds, tags)).cast(SCHEMA.field("time").type)
        table = pa.table(
            {
                "organisation": pa.DictionaryArray.from_arrays(same, pa.array([ORGANISATION])),
                "source": pa.DictionaryArray.from_arrays(same, pa.array(["edge"])),
                "tag": pa.DictionaryArray.from_arrays(which, names),
                "time": times,
                "received": times,
                "value": values.ravel(),
                "text": pa.nulls(count, pa.string()),
                "kind": np.zeros(count, np.int8),
                "quality": np.full(count, 192, np.int16),
                "flag": np.zeros(count, np.int8),
            }
        )
        telemetry.append(table, "benchmark", day + 1)
        # As the gateway does each minute; a day is all that came since.
        latest.refresh(Tables(home), START + (day + 1) * DAY_S * SECOND)


def imported(home: Path, parts: int, days: int) -> dict[str, object]:
    """Write an inspection list and import it as a command would."""
    chance = np.random.default_rng(2)
    zero = datetime.fromtimestamp(START // SECOND, ZoneInfo("Asia/Seoul"))
    seconds = np.sort(chance.uniform(60, days * DAY_S, parts))
    bad = chance.random(parts) < 0.03
    lines = ["time,result"]
    for second, one in zip(seconds, bad, strict=True):
        moment = zero + timedelta(seconds=float(second))
        lines.append(f"{moment:%Y-%m-%d %H:%M:%S},{'NG' if one else 'OK'}")
    path = home / "inspection.csv"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    stored = runs.run(home, "import", 1, {"path": str(path), "time_zone": "Asia/Seoul"})
    table: dict[str, object] = stored.result["table"]
    return table


if __name__ == "__main__":
    raise SystemExit(main())
