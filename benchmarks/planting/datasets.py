"""The shared public data sets as Arrow tables, typed as a shop-floor reader would type them.

The sets stand beside the project, in `../shared/data`, and are never copied into it. Every function
raises `FileNotFoundError` with the path if its set is not there. Times without a zone are Korean.
"""

import gzip
import io
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data"

MODES = ("TWF", "HDF", "PWF", "OSF", "RNF")  #: the failure modes of AI4I, known after the failure
TEP_NAMES = [f"XMEAS_{i}" for i in range(1, 42)] + [f"XMV_{i}" for i in range(1, 12)]


def available() -> bool:
    """Return whether the shared data sets stand beside the project."""
    return DATA.is_dir()


def kamp() -> pa.Table:
    """Return the KAMP injection-moulding table: 5,232 parts, 35 columns, in the file's order."""
    path = DATA / "kamp-injection-molding" / "injection_molding.csv"
    # The reason "None" is a word here, not a missing value.
    options = csv.ConvertOptions(
        strings_can_be_null=False,
        column_types={"TimeStamp": pa.timestamp("us"), "PART_FACT_PLAN_DATE": pa.timestamp("us")},
    )
    table = csv.read_csv(path, convert_options=options)
    for name in ("TimeStamp", "PART_FACT_PLAN_DATE"):
        table = _in_utc(table, name)
    return table


def kamp_shots(part: str = "CN7") -> pa.Table:
    """Return one row per shot of one KAMP part in time order: the time and the 26 process values.

    The two cavities of a shot share the machine's record, so the first row of each time is kept.
    """
    table = kamp()
    table = table.filter(pc.starts_with(table["PART_NAME"], part)).sort_by("TimeStamp")
    times = table["TimeStamp"].to_numpy()
    first = np.concatenate(([True], times[1:] != times[:-1]))
    names = table.column_names
    process = names[names.index("Injection_Time") :]
    return table.filter(pa.array(first)).select(["TimeStamp", *process])


def ai4i() -> pa.Table:
    """Return the AI4I 2020 milling machine: 10,000 rows, with its failure and mode columns."""
    return csv.read_csv(DATA / "ai4i2020" / "ai4i2020.csv")


def secom() -> pa.Table:
    """Return SECOM's 1,567 units in time order: `Time`, `Result` (1 is a fail), `S1` … `S590`."""
    with gzip.open(DATA / "secom" / "secom.data.gz") as stream:
        values = np.loadtxt(io.TextIOWrapper(stream, "ascii"))
    lines = (DATA / "secom" / "secom_labels.data").read_text("ascii").splitlines()
    results = pa.array([int(line.split()[0]) for line in lines], pa.int64())
    stamps = pa.array([line.split('"')[1] for line in lines])
    times = pc.strptime(stamps, format="%d/%m/%Y %H:%M:%S", unit="us")
    columns: dict[str, pa.Array] = {"Time": times, "Result": results}
    for number in range(values.shape[1]):
        columns[f"S{number + 1}"] = pa.array(values[:, number], from_pandas=True)
    return _in_utc(pa.table(columns), "Time")


def tep_normal() -> pa.Table:
    """Return the Tennessee Eastman Process's normal runs: 500 + 960 rows of 3 min, 52 columns."""
    first = _tep("d00").T  # this file alone is stored on its side
    return _tep_table(np.vstack([first, _tep("d00_te")]))


def tep_fault(number: int) -> pa.Table:
    """Return the test run of fault `number` (1-12): 960 rows; the fault starts after row 160."""
    return _tep_table(_tep(f"d{number:02d}_te"))


def lenses() -> pa.Table:
    """Return the moulded road lenses in the file's order: 13 process values and `quality` 1-4."""
    path = DATA / "injection-lens-quality" / "lens.csv"
    table = csv.read_csv(path, parse_options=csv.ParseOptions(delimiter=";"))
    at = table.column_names.index("quality")
    return table.set_column(at, "quality", table["quality"].cast(pa.int64()))


def garment() -> pa.Table:
    """Return the garment factory's 1,197 team-days, with `date` as a time and `team` as a word."""
    table = csv.read_csv(DATA / "garment-productivity" / "garments_worker_productivity.csv")
    day = pc.strptime(table["date"], format="%m/%d/%Y", unit="us")
    table = table.set_column(table.column_names.index("date"), "date", day)
    team = pc.binary_join_element_wise("team", table["team"].cast(pa.string()), " ")
    table = table.set_column(table.column_names.index("team"), "team", team)
    return _in_utc(table, "date")


def milling(every: int = 10, setting: str = "tool_condition") -> pa.Table:
    """Return each `every`-th row (of 10 Hz) of the 18 milling runs, with a `setting` of the run."""
    folder = DATA / "cnc-mill-tool-wear"
    runs = csv.read_csv(folder / "experiments.csv")
    with gzip.open(folder / "cnc_timeseries.csv.gz") as stream:
        signals = csv.read_csv(pa.BufferReader(stream.read()))
    signals = signals.take(pa.array(range(0, signals.num_rows, every)))
    worn = dict(zip(runs["experiment"].to_pylist(), runs[setting].to_pylist(), strict=True))
    condition = [worn[run] for run in signals["experiment"].to_pylist()]
    return signals.append_column(setting, pa.array(condition))


def _in_utc(table: pa.Table, name: str) -> pa.Table:
    zoned = pc.assume_timezone(table[name].cast(pa.timestamp("us")), "Asia/Seoul")
    moved = zoned.cast(pa.timestamp("us", tz="UTC"))
    return table.set_column(table.column_names.index(name), name, moved)


def _tep(name: str) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    with gzip.open(DATA / "tep-faults-00-12" / f"{name}.dat.gz") as stream:
        return np.loadtxt(io.TextIOWrapper(stream, "ascii"))


def _tep_table(values: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> pa.Table:
    return pa.table({name: values[:, i] for i, name in enumerate(TEP_NAMES)})
