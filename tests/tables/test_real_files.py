"""The public data sets, read to the counts that their descriptions give."""

from pathlib import Path

import pytest

from deungdae.records.shoptable import Kind
from deungdae.tables import read


@pytest.mark.parametrize(
    ("file", "rows", "columns"),
    [
        ("kamp-injection-molding/injection_molding.csv", 5_232, 35),
        ("ai4i2020/ai4i2020.csv", 10_000, 14),
        ("injection-lens-quality/lens.csv", 1_451, 14),
        ("garment-productivity/garments_worker_productivity.csv", 1_197, 15),
        ("steel-energy/steel_industry_data.csv", 35_040, 11),
        ("cnc-mill-tool-wear/experiments.csv", 18, 7),
        ("cnc-mill-tool-wear/cnc_timeseries.csv.gz", 25_286, 49),
        ("production-event-log/production_events.csv", 4_503, 10),
        ("nab-ambient-temperature/ambient_temperature.csv", 7_267, 2),
    ],
)
def test_every_row_and_column_arrives(
    file: str, rows: int, columns: int, shared_data: Path
) -> None:
    result = read(shared_data / file)
    assert result.table.shape == (rows, columns)
    assert result.understanding.rows_read == rows
    assert result.quarantine.num_rows == 0


def test_the_moulding_table_keeps_its_reasons_and_times(shared_data: Path) -> None:
    table = read(shared_data / "kamp-injection-molding/injection_molding.csv").table
    reasons = {r["values"]: r["counts"] for r in table["Reason"].value_counts().to_pylist()}
    assert reasons == {"None": 5_172, "가스": 35, "미성형": 15, "초기허용불량": 10}
    assert str(table.schema.field("TimeStamp").type) == "timestamp[us, tz=UTC]"
    assert table["TimeStamp"][0].as_py().isoformat() == "2020-10-15T19:57:47+00:00"
    assert sum(table["PassOrFail"].to_pylist()) == 60


def test_the_milling_table_names_its_units(shared_data: Path) -> None:
    columns = read(shared_data / "ai4i2020/ai4i2020.csv").understanding.columns
    units = {column.name: column.unit for column in columns if column.unit}
    assert units == {
        "Air temperature [K]": "K",
        "Process temperature [K]": "K",
        "Rotational speed [rpm]": "rpm",
        "Torque [Nm]": "Nm",
        "Tool wear [min]": "min",
    }


def test_the_energy_table_has_the_day_before_the_month(shared_data: Path) -> None:
    table = read(shared_data / "steel-energy/steel_industry_data.csv").table
    assert table["date"][-1].as_py().isoformat() == "2018-12-30T15:00:00+00:00"


def test_the_garment_table_has_the_month_before_the_day(shared_data: Path) -> None:
    result = read(shared_data / "garment-productivity/garments_worker_productivity.csv")
    assert result.table["date"][-1].as_py().isoformat() == "2015-03-10T15:00:00+00:00"
    missing = {c.name: c.missing for c in result.understanding.columns if c.missing}
    assert missing == {"wip": 506}


def test_the_order_of_the_rows_is_kept(shared_data: Path) -> None:
    table = read(shared_data / "ai4i2020/ai4i2020.csv").table
    assert table["UDI"].to_pylist() == list(range(1, 10_001))


def test_one_broken_work_order_costs_no_other(shared_data: Path) -> None:
    result = read(shared_data / "maintenance-text/excavator_work_orders.csv")
    assert result.understanding.rows_read == 5_485
    assert result.understanding.columns[0].kind is Kind.TIME
