"""Line protocol: what is read, what is refused and in which words, and two readings that agree."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deungdae.gateway.lines import BadLines, Key, Points, Series, exact, parse
from deungdae.gateway.lines.fast import fast
from deungdae.gateway.lines.refusals import MOST_SHOWN
from deungdae.gateway.lines.writing import to_lines
from deungdae.gateway.telemetry import Origin, of_points
from line_protocol_fuzz import Maker, answer, compared

NOW_NS = 1_764_000_000_123_456_789


def refusal(text: str, precision: str = "ns") -> str:
    with pytest.raises(BadLines) as caught:
        parse(text.encode(), precision, NOW_NS)  # type: ignore[arg-type]
    return str(caught.value)


def values(points: Points) -> list[tuple[str, int, float]]:
    return [
        (points.series[which].field, int(kind), float(value))
        for which, kind, value in zip(points.which, points.kind, points.value, strict=True)
    ]


def test_one_line_becomes_one_point_for_each_field() -> None:
    points = parse(b"imm,line=l1,asset=a2 melt=231.5,mould=40 1764000000000000000\n", "ns", NOW_NS)
    key = Key("imm", (("asset", "a2"), ("line", "l1")))
    assert points.series == [Series(key, "melt"), Series(key, "mould")]
    assert points.time_ns.tolist() == [1_764_000_000_000_000_000] * 2
    assert points.value.tolist() == [231.5, 40.0]


def test_each_type_of_value_is_kept() -> None:
    points = parse(b'm a=1.5,b=3i,c=7u,d=t,e=FALSE,f="x \\"y\\""', "ns", NOW_NS)
    assert values(points)[:5] == [("a", 0, 1.5), ("b", 1, 3), ("c", 1, 7), ("d", 2, 1), ("e", 2, 0)]
    assert (int(points.kind[5]), points.texts()[5].as_py()) == (3, 'x "y"')
    assert math.isnan(points.value[5])


def test_a_whole_number_that_a_float_cannot_hold_is_kept_as_text() -> None:
    text = b"m a=9007199254740992i,b=9007199254740993i,c=18446744073709551615u 5\n"
    for points in (exact(text, "ns", 0), fast(text, 1, 0)):
        assert points is not None
        assert points.kind.tolist() == [1, 1, 1]
        assert points.value[0] == 2**53
        assert points.texts().to_pylist() == [None, "9007199254740993", "18446744073709551615"]


@pytest.mark.parametrize(
    ("precision", "told", "kept"),
    [("s", 5, 5_000_000_000), ("ms", 5, 5_000_000), ("us", -5, -5_000), ("ns", 5, 5)],
)
def test_times_are_in_the_precision_that_was_asked_for(
    precision: str, told: int, kept: int
) -> None:
    points = parse(f"m f=1 {told}".encode(), precision, NOW_NS)  # type: ignore[arg-type]
    assert points.time_ns.tolist() == [kept]


def test_a_line_without_time_has_the_time_of_the_server_rounded_down() -> None:
    assert parse(b"m f=1", "s", NOW_NS).time_ns.tolist() == [1_764_000_000_000_000_000]
    assert parse(b"m f=1\n" * 3, "ms", NOW_NS).time_ns.tolist() == [1_764_000_000_123_000_000] * 3


def test_tags_in_another_order_are_the_same_series() -> None:
    points = parse(b"m,b=2,a=1 f=1 1\nm,a=1,b=2 f=2 2\n" * 1000, "ns", NOW_NS)
    assert len(points.series) == 1


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (",a=b f=1", "missing measurement"),
        ("m", "missing fields"),
        ("m,a=b", "missing fields"),
        ("m ", "missing fields"),
        ("m, f=1", "missing tag key"),
        ("m,=b f=1", "missing tag key"),
        ("m,a f=1", "missing tag value"),
        ("m,a= f=1", "missing tag value"),
        ("m,a=b=c f=1", "invalid tag format"),
        ("m,a=b,a=c f=1", "duplicate tags"),
        ("m,b=1,a=b,b=c f=1", "duplicate tags"),
        ("m =1", "missing field key"),
        ("m f=1,=2", "missing field key"),
        ("m f", "invalid field format"),
        ("m f=", "missing field value"),
        ("m f=,g=1", "missing field value"),
        ("m f=1.2.3", "invalid number"),
        ("m f=0x10", "invalid number"),
        ("m f=NaN", "invalid number"),
        ("m f=1e", "invalid number"),
        ("m f=1e400", "invalid float"),
        ("m f=truE", "invalid boolean"),
        ("m f=inf", "invalid boolean"),
        ("m f=1 12a", "bad timestamp"),
        ("m f=1 1 2", "bad timestamp"),
        ("m f=1 --1", "bad timestamp"),
        ("m\tx f=1", "invalid character"),
    ],
)
def test_a_line_is_refused_in_the_words_of_influxdb(line: str, reason: str) -> None:
    assert refusal(f"ok f=1 1\n{line}\nok f=2 2") == f"unable to parse '{line}': {reason}"


def test_an_open_quotation_mark_takes_all_that_follows() -> None:
    assert refusal('ok f=1\nm f="open\nok f=2') == (
        "unable to parse 'm f=\"open\nok f=2': unbalanced quotes"
    )


def test_whole_numbers_beyond_64_bits_are_refused_by_name() -> None:
    assert refusal("m f=9223372036854775808i").endswith(
        "unable to parse integer 9223372036854775808: strconv.ParseInt: "
        'parsing "9223372036854775808": value out of range'
    )
    assert "unable to parse unsigned 18446744073709551616:" in refusal("m f=18446744073709551616u")


def test_a_time_that_overflows_in_its_precision_is_refused() -> None:
    assert "time outside range" in refusal("m f=1 9223372037", "s")
    assert "time outside range" in refusal("\n".join(["m f=1 9223372037"] * 2000), "s")


def test_every_bad_line_is_told_until_there_are_too_many() -> None:
    assert refusal("m\nn").splitlines() == [
        "unable to parse 'm': missing fields",
        "unable to parse 'n': missing fields",
    ]
    told = refusal("m\n" * (MOST_SHOWN + 5)).splitlines()
    assert (len(told), told[-1]) == (MOST_SHOWN + 1, "and 5 more lines")


def test_a_key_of_many_kilobytes_is_refused() -> None:
    tags = ",".join(f"k{number}=v" for number in range(2000))
    assert "max key length exceeded: " in refusal(f"m,{tags} f=1")


def test_one_line_with_many_tags_and_fields_is_read_at_once() -> None:
    """Its tags are worked out once, not once for each of its fields."""
    tags = ",".join(f"k{number}=v" for number in range(1000))
    fields = ",".join(f"f{number}=1" for number in range(50_000))
    text = f'm,{tags} t="",{fields} 1\n'.encode()
    points = parse(text, "ns", NOW_NS)
    found = of_points(points, "p", Origin("o", "s", 0))
    ((reason, mask),) = found.dropped
    assert (reason, int(mask.sum()), found.rows.num_rows) == ("tag_parts", 50_001, 0)
    assert to_lines(points, range(len(points))).count(b"\n") == 1


def test_what_is_not_utf_8_is_refused() -> None:
    with pytest.raises(BadLines, match="invalid UTF-8"):
        parse(b"m\xff f=1\n" * 2000, "ns", NOW_NS)


def test_a_long_line_with_a_quotation_mark_ends() -> None:
    text = b'm f="' + b"x" * 20_000 + b'",' + b",".join(b"f%d=1" % n for n in range(5000)) + b" 1"
    assert len(parse(text, "ns", NOW_NS)) == 5001


def test_plain_lines_around_an_odd_one_keep_their_order() -> None:
    plain = b"".join(b"m f=%d %d\n" % (n, n) for n in range(2000))
    points = parse(plain + b'm t="line\nbreak" 7\n' + plain, "ns", NOW_NS)
    assert points.time_ns.tolist() == [*range(2000), 7, *range(2000)]
    assert answer(points) == answer(exact(plain + b'm t="line\nbreak" 7\n' + plain, "ns", NOW_NS))


@pytest.mark.parametrize(
    "line",
    ["m f=0x10 1", "m f=1 0x10", "m f=+1 1", "m f=1 +1", "m f=0x10i 1", "m f=nan 1", "m f=1  1"],
)
def test_the_fast_reading_leaves_to_the_exact_one_what_arrow_sees_otherwise(line: str) -> None:
    assert fast(f"m f=1 1\n{line}\n".encode(), 1, 0) is None


def test_the_fast_reading_is_used_for_what_machines_send() -> None:
    lines = "".join(f"m,a={n % 7} x=1.{n},y={n}i,z=true {n}\n" for n in range(500)).encode()
    points = fast(lines, 1_000_000_000, 0)
    assert points is not None
    assert answer(points) == answer(exact(lines, "s", 0))


@pytest.mark.parametrize("fields", ["a=1.5,bc=2", "a=7i,bc=t", "a=9007199254740993i,bc=1e400"])
@pytest.mark.parametrize(
    "other",
    [
        *("a=1,bc=2,d=3", "a=1", "bc=1,a=2", "d=1,bc=2", "a=1,bd=2", "a=1i,bc=2", "a=1,bc=true"),
        *("a=1,bc,2=3", "a,1=bc=2", "a=1=bc,2", "a=1,,bc=2", "a=,bc=2", "=1,bc=2", "a=1,bc=nan"),
        *(
            "a=1,a=2",
            "a=0x1,bc=2",
            "a=1,bc=+2",
            "\xef\xbb\xbfa=1,bc=2",
            "가=1,bc=2",
            "a=1e400,bc=2",
        ),
    ],
)
def test_one_line_among_many_of_another_shape_is_read_as_it_stands(fields: str, other: str) -> None:
    lines = [f"m,t={n} {fields} {n}\n" for n in range(60)]
    lines[30] = f"m,t=30 {other} 30\n"
    compared("".join(lines).encode(), "ns")
    compared("".join(lines[30:]).encode(), "ns")


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from(["ns", "us", "ms", "s"]))
def test_random_lines_are_read_alike_or_refused_alike(seed: int, precision: str) -> None:
    compared(Maker(seed).text(12), precision)  # type: ignore[arg-type]


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200))
def test_random_bytes_are_read_alike_or_refused_alike(data: bytes) -> None:
    compared(data, "ns")


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32))
def test_points_written_as_lines_again_are_the_same_points(seed: int) -> None:
    try:
        points = exact(Maker(seed).text(8), "ns", NOW_NS)
    except BadLines:
        return
    again = exact(to_lines(points, range(len(points))), "ns", 0)
    assert answer(again) == answer(points)
