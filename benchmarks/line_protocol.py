"""Reading line protocol: points a second, beside a library in C and a plain split.

    python benchmarks/line_protocol.py [POINTS]

Ten fields and one field a line, plain floats and mixed types, in one large batch and in batches of
a thousand points. Seconds are of this process's CPU, so that a busy machine disturbs little; the
best of five. The library makes an object of Python for each line; a plain split knows neither
escapes nor types, and is the least that a reader in Python can cost.
"""

import random
import sys
import time
from collections.abc import Callable

from line_protocol_parser import parse_line

from deungdae.gateway.lines import exact, parse

ROUNDS = 5
SMALL = 1_000
NOW_NS = 1_764_000_000_000_000_000


def made(points: int, fields: int, *, typed: bool = False) -> bytes:
    """Return lines of an injection-moulding shop with that many points."""
    draw = random.Random(5)
    lines = []
    for number in range(points // fields):
        values = []
        for field in range(fields):
            value = f"{draw.gauss(100, 5):.2f}"
            if typed and field % 5 == 3:
                value = f"{number}i"
            if typed and field % 5 == 4:
                value = "true"
            values.append(f"t{field}={value}")
        key = f"imm,line=l{number % 5},asset=a{number % 50}"
        lines.append(f"{key} {','.join(values)} {NOW_NS + number * 1_000_000}\n")
    return "".join(lines).encode()


def split(data: bytes) -> int:
    """Read lines without escapes, quotes and types."""
    points = 0
    for line in data.decode().splitlines():
        _key, fields, time_ns = line.split(" ")
        int(time_ns)
        for field in fields.split(","):
            _name, value = field.split("=")
            float(value)
            points += 1
    return points


def library(data: bytes) -> int:
    """Read lines with line-protocol-parser, a library in C."""
    return sum(len(parse_line(line)["fields"]) for line in data.decode().splitlines())


def rate(points: int, read: Callable[[], object]) -> float:
    """Return points a second of CPU: the best of some rounds."""
    best = float("inf")
    for _ in range(ROUNDS):
        begun = time.process_time()
        read()
        best = min(best, time.process_time() - begun)
    return points / best


def main(points: int) -> None:
    """Print a table of rates."""
    print("| text | fast | fast, batches of 1,000 | exact | line-protocol-parser | plain split |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name, fields, typed in (
        ("10 floats a line", 10, False),
        ("1 float a line", 1, False),
        ("10 values of three types a line", 10, True),
    ):
        large = made(points, fields, typed=typed)
        few = min(points, 100_000)
        some = made(few, fields, typed=typed)
        small = made(SMALL, fields, typed=typed)

        def batches(small: bytes = small, few: int = few) -> None:
            for _ in range(few // SMALL):
                parse(small, "ns", NOW_NS)

        cells = [
            rate(points, lambda large=large: parse(large, "ns", NOW_NS)),  # type: ignore[misc]
            rate(few, batches),
            rate(few, lambda some=some: exact(some, "ns", NOW_NS)),  # type: ignore[misc]
            rate(few, lambda some=some: library(some)),  # type: ignore[misc]
            0.0 if typed else rate(few, lambda some=some: split(some)),  # type: ignore[misc]
        ]
        shown = " | ".join(f"{cell / 1e6:.2f}M" if cell else "–" for cell in cells)
        print(f"| {name} | {shown} |")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
