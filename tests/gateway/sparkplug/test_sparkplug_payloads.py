"""Sparkplug B payloads: the public vectors, every datatype, and bytes that mean nothing."""

import base64
import csv
import gzip
import math
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deungdae.gateway.sparkplug.payloads import (
    COMPRESSED,
    MOST_METRICS,
    Payload,
    decode,
    encode,
    metric,
)
from deungdae.gateway.sparkplug.values import INT, LONG, DataType, Value, value_of
from deungdae.gateway.sparkplug.wire import BadPayload, put_bytes, put_number


def test_the_public_payloads_are_read_and_written_byte_for_byte(shared_data: Path) -> None:
    with (shared_data / "sparkplug-vectors" / "payload_vectors.csv").open() as file:
        rows = {row["name"]: row for row in csv.DictReader(file)}
    read = {name: decode(base64.b64decode(row["payload_base64"])) for name, row in rows.items()}
    assert len(read) == 7
    for name, row in rows.items():
        assert len(read[name].metrics) == int(row["metric_count"])
        assert encode(read[name]) == base64.b64decode(row["payload_base64"])
    birth = read["NBIRTH_V1"]
    assert birth.timestamp_ms == 1_750_855_643_474
    assert [(each.name, each.alias, each.value()) for each in birth.metrics] == [
        ("bdSeq", 1, 88),
        ("Node Control/Rebirth", 2, False),
        ("Temperature", 100, 21.5),
    ]
    assert {name: payload.seq for name, payload in read.items()} == {
        "NBIRTH_V1": 0,
        "NDATA_V1": 1,
        "NDEATH_V1": 0,
        "NDATA_GAP": 5,
        "NDATA_BEFORE_BIRTH": 1,
        "NDATA_WRAPAROUND": 0,
        "NBIRTH_LARGE": 0,
    }
    assert read["NBIRTH_LARGE"].metrics[-1].name == "Metric_100"


EVERY: list[tuple[DataType, Value]] = [
    (DataType.INT8, -128),
    (DataType.INT16, -32_768),
    (DataType.INT32, -(1 << 31)),
    (DataType.INT64, -(1 << 63)),
    (DataType.UINT8, 255),
    (DataType.UINT16, 65_535),
    (DataType.UINT32, (1 << 32) - 1),
    (DataType.UINT64, (1 << 64) - 1),
    (DataType.FLOAT, 0.5),
    (DataType.DOUBLE, 0.1),
    (DataType.BOOLEAN, True),
    (DataType.STRING, "사출"),
    (DataType.DATETIME, 1_764_000_000_000),
    (DataType.TEXT, ""),
    (DataType.UUID, "00000000-0000-4000-8000-000000000000"),
    (DataType.BYTES, b"\0\xff"),
    (DataType.FILE, b"x"),
    (DataType.INT8_ARRAY, [-23, 123]),
    (DataType.INT16_ARRAY, [-30_000, 30_000]),
    (DataType.INT32_ARRAY, [-1, 315_338_746]),
    (DataType.INT64_ARRAY, [-4_270_929_666_821_191_986]),
    (DataType.UINT8_ARRAY, [23, 250]),
    (DataType.UINT16_ARRAY, [30, 52_360]),
    (DataType.UINT32_ARRAY, [52, 3_293_969_225]),
    (DataType.UINT64_ARRAY, [52, 16_444_743_074_749_521_625]),
    (DataType.FLOAT_ARRAY, [1.5, -2.0]),
    (DataType.DOUBLE_ARRAY, [12.354213, -0.0]),
    (DataType.BOOLEAN_ARRAY, [False, False, True, True, False, True, False, False, True]),
    (DataType.STRING_ARRAY, ["ABC", "", "등대"]),
    (DataType.DATETIME_ARRAY, [1_256_102_875_335, 1_656_107_875_000]),
]


@pytest.mark.parametrize(("datatype", "value"), EVERY, ids=[kind.name for kind, _ in EVERY])
def test_a_value_of_every_datatype_comes_back(datatype: DataType, value: Value) -> None:
    sent = metric("m", datatype, value, alias=3, timestamp_ms=9, quality=500, historical=True)
    (read,) = decode(encode(Payload(1, (sent,), 0))).metrics
    assert read == sent
    assert (read.value(), read.datatype, read.quality) == (value, datatype, 500)
    assert read.historical and not read.transient and not read.null


def test_all_datatypes_of_the_standard_are_known() -> None:
    assert [kind.value for kind in DataType] == list(range(35))


def test_booleans_are_packed_as_the_standard_shows() -> None:
    sent = metric(
        "m", DataType.BOOLEAN_ARRAY, [False, False, True, True, False, True] + [False] * 6
    )
    # 12 values: a count in four bytes, then 0b00110100 and 0b0000 in the high half.
    assert sent.raw == b"\x0c\0\0\0\x34\0"


@pytest.mark.parametrize(
    ("field", "raw", "datatype", "value"),
    [
        (INT, 251, DataType.INT8, -5),
        (INT, (1 << 32) - 5, DataType.INT8, -5),
        (INT, (1 << 64) - 5, DataType.INT8, -5),
        (LONG, (1 << 64) - 5, DataType.INT32, -5),
        (LONG, 5, DataType.UINT32, 5),
        (INT, 5, DataType.INT64, 5),
        (INT, 1, DataType.BOOLEAN, True),
    ],
)
def test_whole_numbers_are_read_however_an_edge_wrote_them(
    field: int, raw: int, datatype: DataType, value: int
) -> None:
    assert value_of(field, raw, datatype) == value


@pytest.mark.parametrize(
    ("field", "raw", "datatype", "reason"),
    [
        (INT, 256, DataType.UINT8, "value_range"),
        (INT, 256, DataType.INT8, "value_range"),
        (INT, 2, DataType.BOOLEAN, "value_range"),
        (INT, 2, DataType.DOUBLE, "value_type"),
        (INT, 2, 0, "datatype"),
        (INT, 2, 35, "datatype"),
        (16, b"abc", DataType.INT16_ARRAY, "array"),
        (16, b"abc", DataType.STRING_ARRAY, "array"),
        (16, b"\x09\0\0\0\0", DataType.BOOLEAN_ARRAY, "array"),
        (17, b"", DataType.DATASET, "dataset"),
        (18, b"", DataType.TEMPLATE, "template"),
    ],
)
def test_a_value_that_does_not_fit_its_datatype_is_refused_with_a_reason(
    field: int, raw: int | bytes, datatype: int, reason: str
) -> None:
    with pytest.raises(BadPayload) as caught:
        value_of(field, raw, datatype)
    assert caught.value.reason == reason


def test_null_is_no_value_and_not_an_error() -> None:
    assert metric("m", DataType.DOUBLE, None).value() is None


def test_data_without_datatype_is_read_by_the_datatype_of_the_birth() -> None:
    sent = metric(None, DataType.INT16, -2, alias=4, says_datatype=False)
    assert sent.datatype is None and sent.value(DataType.INT16) == -2
    with pytest.raises(BadPayload, match="datatype"):
        sent.value()


def test_a_data_set_is_passed_over_and_the_metrics_beside_it_are_read() -> None:
    data_set = put_bytes(2, put_bytes(1, b"table") + put_number(4, 16) + put_bytes(17, b"\x08\x02"))
    beside = encode(Payload(metrics=(metric("m", DataType.INT8, 1),)))
    first, second = decode(data_set + beside).metrics
    assert second.value() == 1
    with pytest.raises(BadPayload, match="dataset"):
        first.value()


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
def test_a_packed_payload_is_unpacked(pack: Callable[[bytes], bytes]) -> None:
    inner = encode(Payload(5, (metric("m", DataType.INT8, 1),)))
    read = decode(encode(Payload(9, (), 3, COMPRESSED, pack(inner))))
    assert (read.seq, read.timestamp_ms, read.metrics[0].value()) == (3, 5, 1)


def test_a_payload_that_unpacks_without_end_is_refused() -> None:
    bomb = zlib.compress(bytes(64 << 20), 9)
    with pytest.raises(BadPayload, match="too_large"):
        decode(encode(Payload(uuid=COMPRESSED, body=bomb)))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\x08", "truncated"),
        (b"\x12\x05ab", "truncated"),
        (b"\x08" + b"\xff" * 10, "varint"),
        (b"\x00\x00", "field"),
        (b"\x0b", "wire_type"),
        (b"\x0a\x00", "wire_type"),
        (b"\x18\x80\x02", "seq_range"),
        (b"\x12\x03\x0a\x01\xff", "utf8"),
        (b"\x12\x00" * (MOST_METRICS + 1), "too_many_metrics"),
        (encode(Payload(uuid=COMPRESSED, body=b"no")), "packing"),
    ],
)
def test_bytes_that_are_no_payload_are_refused_with_a_reason(data: bytes, reason: str) -> None:
    with pytest.raises(BadPayload) as caught:
        decode(data)
    assert caught.value.reason == reason


@given(st.binary(max_size=200))
@settings(max_examples=500, deadline=None)
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        payload = decode(data)
    except BadPayload:
        return
    for each in payload.metrics:
        with suppress(BadPayload):
            each.value()


@given(
    name=st.text(min_size=1, max_size=20),
    value=st.floats(width=64),
    alias=st.none() | st.integers(0, (1 << 64) - 1),
    seq=st.integers(0, 255),
)
@settings(deadline=None)
def test_what_is_written_is_read(name: str, value: float, alias: int | None, seq: int) -> None:
    payload = Payload(1, (metric(name, DataType.DOUBLE, value, alias=alias),), seq)
    read = decode(encode(payload))
    back = read.metrics[0].value()
    assert (read.seq, read.metrics[0].name, read.metrics[0].alias) == (seq, name, alias)
    assert back == value or (isinstance(back, float) and math.isnan(back) and math.isnan(value))
