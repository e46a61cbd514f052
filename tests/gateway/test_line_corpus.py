"""The test corpus of line protocol that influxdata publishes: each case right, in both ways."""

import base64
import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest

from deungdae.gateway.lines import NANOSECONDS, BadLines, Key, exact, parse
from deungdae.gateway.lines import Points as Columns
from deungdae.gateway.lines.fast import fast
from deungdae.gateway.lines.points import EARLIEST_NS, LATEST_NS, Precision

PRECISIONS: dict[str, Precision] = {"1ns": "ns", "1µs": "us", "1ms": "ms", "1s": "s"}
KINDS = {"float": 0, "int": 1, "uint": 1, "bool": 2, "string": 3}


@pytest.fixture(scope="module")
def cases() -> list[dict[str, Any]]:
    root = next(folder for folder in Path(__file__).parents if (folder / "pyproject.toml").exists())
    path = root.parent / "shared/data/line-protocol-corpus/corpus.json.gz"
    if not path.exists():
        if os.environ.get("CI") == "true":
            pytest.fail("the data set line-protocol-corpus is missing")
        pytest.skip("the data set line-protocol-corpus is not here")
    found: dict[str, Any] = json.loads(gzip.decompress(path.read_bytes()))["decode"]
    return list(found.values())


def data_of(text: Any) -> bytes:
    return base64.b64decode(text["binary"]) if isinstance(text, dict) else text.encode()


Row = tuple[Key, str, int, int, Any]


def expected(result: list[dict[str, Any]]) -> list[Row]:
    rows = []
    for line in result:
        tags = sorted(
            (data_of(t["key"]).decode(), data_of(t["value"]).decode()) for t in line["tags"]
        )
        key = Key(data_of(line["name"]).decode(), tuple(tags))
        for told in line["fields"]:
            ((kind, value),) = told["value"].items()
            value = data_of(value).decode() if kind == "string" else value
            rows.append((key, data_of(told["key"]).decode(), line["time"], KINDS[kind], value))
    return rows


def rows_of(points: Columns) -> list[Row]:
    values = zip(
        points.which, points.time_ns, points.kind, points.value, points.texts(), strict=True
    )
    rows: list[Row] = []
    for which, time, kind, value, text in values:
        series = points.series[which]
        told = value if text.as_py() is None else text.as_py()
        if kind == 1:
            told = int(told)
        rows.append((series.key, series.field, int(time), int(kind), told))
    return rows


@pytest.mark.parametrize("read", [parse, exact])
def test_every_case_of_the_corpus_is_right(cases: list[dict[str, Any]], read: Any) -> None:
    wrong, valid, refused = [], 0, 0
    for case in cases:
        told, output = case["input"], case["output"]
        data, precision = data_of(told["text"]), PRECISIONS[told["precision"]]
        try:
            found = rows_of(read(data, precision, told["defaultTime"]))
        except BadLines:
            refused += 1
            if "result" in output:
                wrong.append(data)
            continue
        valid += 1
        if "error" in output or found != expected(output["result"]):
            wrong.append(data)
    assert wrong == []
    assert (valid, refused) == (396, 6219)


def test_the_fast_reading_never_contradicts_the_corpus(cases: list[dict[str, Any]]) -> None:
    """It may pass a case on, but what it answers must be right."""
    wrong, answered = [], 0
    for case in cases:
        told, output = case["input"], case["output"]
        data = data_of(told["text"])
        if any(sign in data for sign in (b'"', b"\\", b"#")):
            continue
        unit_ns = NANOSECONDS[PRECISIONS[told["precision"]]]
        points = fast(data, unit_ns, told["defaultTime"])
        if points is None:
            continue
        answered += 1
        if "error" in output or rows_of(points) != expected(output["result"]):
            wrong.append(data)
    assert wrong == []
    assert answered > 100


def test_times_at_both_ends_of_64_bits() -> None:
    for time in (EARLIEST_NS, LATEST_NS):
        assert exact(f"m f=1 {time}".encode(), "ns", 0).time_ns.tolist() == [time]
    for time in (EARLIEST_NS - 1, LATEST_NS + 1):
        with pytest.raises(BadLines, match="time outside range"):
            exact(f"m f=1 {time}".encode(), "ns", 0)
