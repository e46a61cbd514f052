"""A batch comes back as it went, and nothing that is no batch comes in."""

import gzip
import json
import math
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deungdae.records.batches import MOST_BYTES, MOST_READINGS, BadBatch, Batch
from deungdae.records.readings import EARLIEST_US, LATEST_US, Quality, Reading, TagPath, Value

NOON = 1_764_000_000_000_000
MELT, DOOR = TagPath("line1/imm3/melt"), TagPath("1라인/사출3호기/문")
SMALL = Batch(
    "press-shop",
    7,
    NOON + 5,
    (
        Reading(MELT, NOON, 231.5, Quality.GOOD, NOON + 1200),
        Reading(DOOR, NOON + 1, True),
        Reading(MELT, NOON - 9, None, Quality.BAD),
        Reading(DOOR, NOON, "열림", Quality.UNCERTAIN),
        Reading(MELT, NOON, 1 << 63),
    ),
)
DOCUMENT: dict[str, Any] = {
    "version": 1,
    "edge": "press-shop",
    "sequence": 7,
    "sent_us": NOON,
    "tags": [MELT],
    "tag": [0, 0],
    "time_us": [NOON, 1_000_000],
    "received_us": [1200, None],
    "quality": [192, 0],
    "kind": [0, 0],
    "value": [231.5, None],
}


def pressed(data: bytes) -> bytes:
    """Return it as gzip that names no time, so that the names of tests stay the same."""
    return gzip.compress(data, mtime=0)


def packed(document: object) -> bytes:
    return pressed(json.dumps(document).encode())


def typed(batch: Batch) -> list[tuple[type, Reading]]:
    return [(type(reading.value), reading) for reading in batch.readings]


def reason_of(data: bytes) -> str:
    with pytest.raises(BadBatch) as caught:
        Batch.decode(data)
    assert str(caught.value)
    return caught.value.reason


def test_a_batch_comes_back_as_it_went() -> None:
    back = Batch.decode(SMALL.encode())
    assert back == SMALL
    assert typed(back) == typed(SMALL)
    assert back.id == "press-shop:7"


def test_the_document_of_the_page_is_a_batch() -> None:
    assert Batch.decode(packed(DOCUMENT)).readings == (
        Reading(MELT, NOON, 231.5, Quality.GOOD, NOON + 1200),
        Reading(MELT, NOON + 1_000_000, None, Quality.BAD),
    )


def test_the_same_batch_gives_the_same_bytes() -> None:
    assert SMALL.encode() == SMALL.encode()


def test_a_float_written_without_its_point_stays_a_float() -> None:
    (first, _) = Batch.decode(packed({**DOCUMENT, "value": [231, None]})).readings
    assert type(first.value) is float


def test_a_thousand_tags_a_second_fit_for_ten_seconds_in_200_kB() -> None:
    tags = [TagPath(f"line{n % 3}/imm{n % 20}/tag{n}") for n in range(1000)]
    readings = tuple(
        Reading(tag, NOON + s * 1_000_000 + n, round(20 + n / 7 + s / 3, 2), Quality.GOOD, NOON)
        for s in range(10)
        for n, tag in enumerate(tags)
    )
    assert len(Batch("e", 1, NOON, readings).encode()) < 200_000


VALUES: st.SearchStrategy[Value] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(1 << 63), (1 << 64) - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
)
TIMES = st.integers(EARLIEST_US, LATEST_US - 1)
READINGS = st.builds(
    Reading,
    st.sampled_from([MELT, DOOR, TagPath("a")]),
    TIMES,
    VALUES,
    st.sampled_from(list(Quality)),
    st.none() | TIMES,
)


@given(st.lists(READINGS, min_size=1, max_size=30), st.integers(1, (1 << 63) - 1))
@settings(max_examples=100, deadline=None)
def test_any_batch_comes_back_as_it_went(readings: list[Reading], sequence: int) -> None:
    batch = Batch("press-shop", sequence, NOON, tuple(readings))
    back = Batch.decode(batch.encode())
    assert back == batch
    assert typed(back) == typed(batch)


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@given(st.sampled_from(sorted(DOCUMENT)), ODD)
@settings(max_examples=200, deadline=None)
def test_a_batch_with_any_odd_part_is_read_or_refused(part: str, odd: object) -> None:
    try:
        batch = Batch.decode(packed({**DOCUMENT, part: odd}))
    except BadBatch:
        return
    assert Batch.decode(batch.encode()) == batch


@given(st.binary(max_size=200), st.integers(0, 400), st.booleans())
@settings(max_examples=200, deadline=None)
def test_damaged_bytes_are_read_or_refused(noise: bytes, place: int, behind: bool) -> None:
    good = SMALL.encode()
    damaged = good[:place] + noise + (good[place + len(noise) :] if behind else b"")
    with suppress(BadBatch):
        assert Batch.decode(damaged) == SMALL


def changed(**parts: object) -> bytes:
    return packed({**DOCUMENT, **parts})


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "truncated"),
        (b'{"version":1}', "not_gzip"),
        (SMALL.encode()[:-1], "truncated"),
        (SMALL.encode() + b"\0", "trailing"),
        (SMALL.encode() * 2, "trailing"),
        (pressed(b"\0" * (64 << 20)), "too_large"),
        (b"\x1f\x8b" * MOST_BYTES, "too_large"),
        (pressed(b"\xff\xfe"), "not_json"),
        (pressed(b"[" * 1_000_000), "not_json"),
        (pressed(b"[" + b"{}," * 1_000_000 + b"{}]"), "wrong"),
        (pressed(b"1" * 100_000), "not_json"),
        (packed([DOCUMENT, DOCUMENT]), "wrong"),
        (packed([]), "wrong"),
        (pressed(json.dumps(DOCUMENT).replace('"kind"', '"tag"').encode()), "wrong"),
        (pressed(b'{"edge":"a",' + json.dumps(DOCUMENT).encode()[1:]), "wrong"),
        (changed(more=1), "wrong"),
        (changed(version=2), "version"),
        (changed(version=True), "version"),
        (changed(edge="a:b"), "wrong"),
        (changed(edge=None), "wrong"),
        (changed(sequence=0), "wrong"),
        (changed(sequence=1.0), "wrong"),
        (changed(sequence=1 << 63), "wrong"),
        (changed(sent_us="now"), "wrong"),
        (changed(tags=[]), "wrong"),
        (changed(tags=[MELT, DOOR]), "wrong"),
        (changed(tags=[MELT, MELT], tag=[0, 1]), "wrong"),
        (changed(tags=["line1/\u1112\u1161\u11ab"]), "wrong"),
        (changed(tags=["line1//melt"]), "tag_empty"),
        (changed(tag=[0, 1]), "wrong"),
        (changed(tag=[0, -1]), "wrong"),
        (changed(tag=[False, 0]), "wrong"),
        (changed(tag=[0]), "wrong"),
        (changed(tag=[], time_us=[], received_us=[], quality=[], kind=[], value=[]), "wrong"),
        (changed(time_us=[NOON, 0.5]), "wrong"),
        (changed(time_us=[NOON, 1 << 70]), "time_out_of_range"),
        (changed(received_us=[1 << 70, None]), "time_out_of_range"),
        (changed(received_us=["late", None]), "wrong"),
        (changed(quality=[192, 1]), "wrong"),
        (changed(quality=[192, None]), "wrong"),
        (changed(kind=[0, 4]), "wrong"),
        (changed(kind=[0, 1]), "wrong"),
        (changed(value=[math.nan, None]), "wrong"),
        (changed(value=[-math.inf, None]), "wrong"),
        (changed(value=["231.5", None]), "wrong"),
        (changed(value=[True, None]), "wrong"),
        (changed(value=[10**400, None]), "wrong"),
        (changed(kind=[1, 0], value=[1.0, None]), "wrong"),
        (changed(kind=[1, 0], value=[1 << 64, None]), "int_out_of_range"),
        (changed(kind=[2, 0], value=[1, None]), "wrong"),
        (changed(kind=[3, 0], value=["\ud800", None]), "text_characters"),
        (changed(kind=[3, 0], value=["a" * 65537, None]), "text_length"),
        (changed(kind=[3, 0], value=[[], None]), "wrong"),
        (
            pressed(json.dumps(DOCUMENT).replace("231.5", "1e999").encode()),
            "not_finite",
        ),
    ],
)
def test_what_is_no_batch_is_refused_with_its_reason(data: bytes, reason: str) -> None:
    assert reason_of(data) == reason


def test_a_batch_of_too_many_readings_is_refused_on_both_sides() -> None:
    many = Batch("e", 1, NOON, (Reading(MELT, NOON, 1.0),) * (MOST_READINGS + 1))
    with pytest.raises(BadBatch, match="readings"):
        many.encode()
    columns = {k: v * 5001 for k, v in DOCUMENT.items() if isinstance(v, list) and k != "tags"}
    assert reason_of(changed(**{**columns, "time_us": [NOON] + [0] * 10001})) == "wrong"


@pytest.mark.parametrize(
    ("edge", "reading", "reason"),
    [
        ("a b", Reading(MELT, NOON, 1.0), "wrong"),
        ("e", Reading(MELT, NOON, math.nan), "not_finite"),
        ("e", Reading(TagPath("a//b"), NOON, 1.0), "tag_empty"),
        ("e", Reading(MELT, 1 << 62, 1.0), "time_out_of_range"),
    ],
)
def test_what_a_server_would_refuse_is_not_written(
    edge: str, reading: Reading, reason: str
) -> None:
    with pytest.raises(BadBatch) as caught:
        Batch(edge, 1, NOON, (reading,)).encode()
    assert caught.value.reason == reason


def test_texts_that_make_a_batch_too_large_are_refused_before_sending() -> None:
    texts = tuple(Reading(MELT, NOON, chr(65 + n % 26) * 65_000) for n in range(70))
    with pytest.raises(BadBatch) as caught:
        Batch("e", 1, NOON, texts).encode()
    assert caught.value.reason == "too_large"
