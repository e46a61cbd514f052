"""The rows that the gateway makes: those that the lake takes."""

import pyarrow as pa

from deungdae.gateway.lines import exact
from deungdae.gateway.telemetry import MOST_POINTS, WIRE, Origin, messages, of_points
from deungdae.lake.telemetry.schema import SCHEMA, checked

ORIGIN = Origin("o", "s", 1_764_000_000_000_000)


def test_what_travels_is_what_the_lake_takes() -> None:
    plain = [
        pa.field(column.name, pa.string(), nullable=column.nullable)
        if pa.types.is_dictionary(column.type)
        else column
        for column in WIRE
    ]
    assert pa.schema(plain) == SCHEMA
    rows = of_points(exact(b'm a=1,b="x" 1000', "ns", 0), "p", ORIGIN).rows
    table = checked(pa.Table.from_batches([rows]))
    assert table["tag"].to_pylist() == ["p/m/a", "p/m/b"]
    assert table["time"].cast(pa.int64()).to_pylist() == [1, 1]


def test_times_before_1970_are_rounded_down_too() -> None:
    rows = of_points(exact(b"m a=1 -1", "ns", 0), "p", ORIGIN).rows
    assert rows["time"].cast(pa.int64()).to_pylist() == [-1]


def test_two_ways_of_writing_a_name_in_unicode_are_one_tag() -> None:
    points = exact("m 가=1 1\nm 가=2 2".encode(), "ns", 0)
    rows = of_points(points, "p", ORIGIN).rows
    assert rows["tag"].to_pylist() == ["p/m/가", "p/m/가"]


def test_a_large_request_becomes_several_messages_with_names_of_their_own() -> None:
    lines = b"".join(b"m f=1 %d\n" % n for n in range(MOST_POINTS + 1))
    first, second = messages(of_points(exact(lines, "ns", 0), "p", ORIGIN).rows, ORIGIN)
    assert (first.points, second.points) == (MOST_POINTS, 1)
    assert (first.batch[:-2], first.batch[-2:]) == (second.batch[:-2], "/0")
    assert second.batch.endswith("/1")
    assert pa.ipc.open_stream(second.body).read_all().num_rows == 1


def test_other_points_or_another_sender_have_another_name() -> None:
    def name(text: bytes, origin: Origin = ORIGIN) -> str:
        (message,) = messages(of_points(exact(text, "ns", 0), "p", origin).rows, origin)
        return message.batch

    assert name(b"m f=1 1000") == name(b"m f=1 1000", Origin("o", "s", 5))
    others = [b"m f=2 1000", b"m f=1 2000", b"m g=1 1000", b"m f=1i 1000", b'm f="1" 1000']
    names = {name(text) for text in [b"m f=1 1000", *others]}
    assert len(names | {name(b"m f=1 1000", Origin("o", "t", 5))}) == 7
