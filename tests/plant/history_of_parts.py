"""A heater that wanders, tags beside it, and an inspection whose defects come from the heater."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from deungdae.lake.telemetry import SCHEMA, Telemetry

SECOND = 1_000_000
START = int(datetime(2026, 9, 1, tzinfo=UTC).timestamp()) * SECOND
ORGANISATION = "등대전자"
HEATER = "line2/imm1/heater3"
LIMIT = 240.0  #: above it, on the average of the 30 s before, most parts are bad
EVERY_S = 20  #: a part
DELAY_S = 120  #: from making to inspection

Floats = NDArray[np.float64]


def wandering(count: int, seed: int, scale: float, memory_s: int) -> Floats:
    """A signal of mean 0 that forgets itself within about `memory_s` seconds."""
    chance = np.random.default_rng(seed)
    kept = float(np.exp(-10 / memory_s))
    steps = chance.normal(0, scale * np.sqrt(1 - kept**2), count // 10 + 2)
    values = np.zeros(steps.size)
    for place in range(1, steps.size):
        values[place] = kept * values[place - 1] + steps[place]
    rough = np.interp(np.arange(count), np.arange(steps.size) * 10, values)
    return np.asarray((rough + chance.normal(0, scale / 20, count)).round(3))


def signals(seconds: int, seed: int = 1) -> dict[str, Floats]:
    """Value of each second of the heater and of tags that have nothing to do with defects."""
    return {
        HEATER: 236 + wandering(seconds, seed, 2.5, 900),
        "line2/imm1/heater2": 230 + wandering(seconds, seed + 1, 2.0, 900),
        "line2/imm1/pressure": 80 + wandering(seconds, seed + 2, 4.0, 200),
        "line2/imm1/mould": 60 + wandering(seconds, seed + 3, 1.0, 2000),
        "line2/imm1/shot": np.floor(np.arange(seconds) / EVERY_S),
    }


def points(
    tag: str, values: Sequence[float] | Floats, start: int = START, organisation: str = ORGANISATION
) -> pa.Table:
    """One point a second."""
    count = len(values)
    times = pa.array(start + np.arange(count) * SECOND, pa.int64()).cast(SCHEMA.field("time").type)
    return pa.table(
        {
            "organisation": [organisation] * count,
            "source": ["edge"] * count,
            "tag": [tag] * count,
            "time": times,
            "received": times,
            "value": np.asarray(values, dtype=float),
            "text": pa.nulls(count, pa.string()),
            "kind": np.zeros(count, np.int8),
            "quality": np.full(count, 192, np.int16),
            "flag": np.zeros(count, np.int8),
        },
        schema=SCHEMA,
    )


def texts(tag: str, shown: Sequence[tuple[int, str]], organisation: str = ORGANISATION) -> pa.Table:
    """A text that is told when it changes: (second, text)."""
    times = [START + second * SECOND for second, _ in shown]
    rows = [
        {
            "organisation": organisation, "source": "edge", "tag": tag, "time": time,
            "received": time, "value": None, "text": text, "kind": 3, "quality": 192, "flag": 0,
        }
        for time, (_, text) in zip(times, shown, strict=True)
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def store(home: Path, *tables: pa.Table) -> None:
    """Append points to the history of a home folder."""
    telemetry = Telemetry(home)
    telemetry.append(pa.concat_tables(tables), "made", (telemetry.version("made") or 0) + 1)


def made_at(seconds: int) -> NDArray[np.int64]:
    """Second in which each part was made: the end of its cycle."""
    return np.arange(EVERY_S * 3, seconds, EVERY_S)


def verdicts(heater: Floats, made: NDArray[np.int64], seed: int = 5) -> list[str]:
    """Bad is what was made after 30 hot seconds, nearly always; else one in a hundred."""
    chance = np.random.default_rng(seed)
    mean = np.array([heater[second - 30 : second].mean() for second in made])
    bad = chance.random(made.size) < np.where(mean > LIMIT, 0.8, 0.01)
    return ["NG" if one else "OK" for one in bad]


def inspection(
    path: Path, made: Iterable[int], result: Sequence[str], **more: Sequence[object]
) -> Path:
    """Write what the inspection wrote, on the clock of Seoul and `DELAY_S` after making."""
    names = ["검사일시", *more, "판정"]
    lines = [",".join(names)]
    zero = datetime.fromtimestamp(START // SECOND, ZoneInfo("Asia/Seoul"))
    for place, (second, verdict) in enumerate(zip(made, result, strict=True)):
        when = zero + timedelta(seconds=int(second) + DELAY_S)
        cells = [
            f"{when:%Y-%m-%d %H:%M:%S}",
            *(str(column[place]) for column in more.values()),
            verdict,
        ]
        lines.append(",".join(cells))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
