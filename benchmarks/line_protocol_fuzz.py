"""Random line protocol: do the fast and the exact reading agree, or refuse alike?

    python benchmarks/line_protocol_fuzz.py [LINES] [SEED]

Each text has a few lines: most almost right, many with numbers, names and signs that only one of
two readers might like, some with bytes changed at random. Three readings are compared: the exact
one, the fast one wherever it answers, and the choice between both at every line.
"""

import random
import sys
import time
from collections import Counter

import numpy as np

from deungdae.gateway.lines import NANOSECONDS, BadLines, Points, Precision, exact, parse
from deungdae.gateway.lines.fast import fast

NAMES = [b"m", b"imm", b"temp", b"x", b"0x10", "온도".encode(), b"t1", b"max"]
ODD_NAMES = [b"", b"a\\,b", b"a\\ b", b"a\\=b", b"\\", b"a\\", b'q"', b"#c", b"\xff", b"a\x7f"]
ODD_NAMES += [b"a\tb", b"a=b", b"\xef\xbb\xbfm", b"\xea\xb0"]
NUMBERS = [
    b"1",
    b"-1",
    b"0",
    b"1.5",
    b"-0.0",
    b"1.",
    b".5",
    b"1e5",
    b"1E-7",
    b"1e+3",
    b"007",
    b"1e-400",
]
TYPED = [
    b"3i",
    b"-3i",
    b"0i",
    b"7u",
    b"9007199254740993i",
    b"18446744073709551615u",
    b"t",
    b"FALSE",
]
TYPED += [b"9223372036854775807i", b"-9223372036854775808i", b"True", b"f", b"true"]
TEXTS = [b'"text"', b'""', b'"a,b c=d"', b'"line\nbreak"', b'"\\""', b'"\\\\"', b'"\xea\xb0\x80"']
WRONG = [
    b"",
    b"nan",
    b"NaN",
    b"inf",
    b"-inf",
    b"Infinity",
    b"+1",
    b"1e400",
    b"0x10",
    b"0x10i",
    b"1_0",
]
WRONG += [
    b"--1",
    b"1e",
    b".",
    b"-",
    b"1.2.3",
    b"3ii",
    b"-7u",
    b"9223372036854775808i",
    b"tRUE",
    b"1 ",
]
WRONG += [
    b'"open',
    b"1\x00",
    b"\t1",
    b"1d",
    b"i",
    b"u",
    b"1.5i",
    b'1"',
    b'"a"b',
    b"18446744073709551616u",
]
TIMES = [b"1764000000", b"0", b"-5", b"12", b"007", b"1764000001"]
ODD_TIMES = [b"0x10", b"9223372036854775807", b"99999999999999999999", b"1.5", b"-", b"1i", b"--1"]
ODD_TIMES += [b"1 2", b"+1", b"9223372036854775806", b"-9223372036854775806", b"-0x1", b"0X1"]
ENDS = [b"\n"] * 30 + [b"\r\n", b"\n\n", b" \n", b"\r", b"\n# note\n", b"\n  ", b"", b"\n#\x01\n"]


class Maker:
    """Makes texts; how odd a text is, is drawn once for each, so that plain ones are frequent."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self._fields: list[bytes] = []  # that each line of a text has, mostly

    def text(self, lines: int) -> bytes:
        draw = self.draw
        odd = draw.choice([0.0, 0.0, 0.0, 0.002, 0.02, 0.1])
        typed = draw.choice([0.0, 0.0, 0.3])
        timed = draw.choice([True, True, False])
        self._fields = draw.sample(NAMES, draw.choice([0, 0, 1, 3]))
        found = bytearray()
        for _ in range(lines):
            found += self._line(odd, typed, timed)
        if draw.random() < 0.1:
            for _ in range(draw.randint(1, 3)):
                self._damage(found)
        return bytes(found)

    def _line(self, odd: float, typed: float, timed: bool) -> bytes:
        draw = self.draw
        parts = [self._name(odd)]
        # Names that differ: a tag that stands twice would end most texts.
        for name in draw.sample(NAMES, draw.choice([0, 1, 2, 2])):
            told = self._name(odd) if draw.random() < odd else name
            parts.append(told + b"=" + self._name(odd))
        names = self._fields
        if not names or draw.random() < odd / 2:
            names = [self._name(odd) for _ in range(draw.choice([1, 1, 2, 5]))]
        fields = [name + b"=" + self._value(odd, typed) for name in names]
        line = b",".join(parts) + self._gap(odd) + b",".join(fields)
        if timed != (draw.random() < odd):
            line += self._gap(odd) + draw.choice(ODD_TIMES if draw.random() < odd else TIMES)
        return line + (draw.choice(ENDS) if draw.random() < odd else b"\n")

    def _gap(self, odd: float) -> bytes:
        return (
            self.draw.choice([b"  ", b"", b"\t", b", "]) if self.draw.random() < odd / 2 else b" "
        )

    def _name(self, odd: float) -> bytes:
        return self.draw.choice(ODD_NAMES if self.draw.random() < odd else NAMES)

    def _value(self, odd: float, typed: float) -> bytes:
        draw = self.draw
        if draw.random() < odd:
            return draw.choice(TEXTS if draw.random() < 0.5 else WRONG)
        if draw.random() < typed:
            return draw.choice(TYPED)
        return draw.choice(NUMBERS) if draw.random() < 0.5 else b"%.3f" % draw.gauss(100, 50)

    def _damage(self, text: bytearray) -> None:
        draw = self.draw
        if not text:
            return
        place = draw.randrange(len(text))
        way = draw.randrange(3)
        if way == 0:
            text[place] = draw.choice(b' ,=\\"#\n\rx0\x00\xff')
        elif way == 1:
            del text[place : place + draw.randint(1, 5)]
        else:
            text[place:place] = draw.choice([b" ", b"=", b",", b"\n", b'"', b"\\", b"0x", b"e"])


def answer(points: Points) -> object:
    """Return what can be compared: every column, bit by bit."""
    return (
        [points.series[which] for which in points.which],
        points.time_ns.tolist(),
        points.kind.tolist(),
        points.value.view(np.int64).tolist(),
        points.texts().to_pylist(),
    )


def compared(text: bytes, precision: Precision) -> str:
    """Return how a text was answered; raise AssertionError where two readings differ."""
    default_ns = 1_764_000_000_123_456_789
    try:
        right: object = answer(exact(text, precision, default_ns))
        how = "points"
    except BadLines as error:
        right, how = str(error), "refused"
    try:
        mixed: object = answer(parse(text, precision, default_ns, shortest_fast=1))
    except BadLines as error:
        mixed = str(error)
    assert mixed == right, (text, precision, mixed, right)
    if not any(sign in text for sign in (b'"', b"\\", b"#")):
        quick = fast(text, NANOSECONDS[precision], default_ns)
        if quick is not None:
            assert answer(quick) == right, (text, precision, answer(quick), right)
            how += ", fast"
    return how


def run(lines: int, seed: int) -> Counter[str]:
    """Compare readings of that many random lines; return how often which answer came."""
    maker = Maker(seed)
    found: Counter[str] = Counter()
    made = 0
    while made < lines:
        count = maker.draw.choice([1, 3, 10, 40])
        how = compared(maker.text(count), maker.draw.choice(["ns", "ns", "us", "ms", "s"]))
        made += count
        found[f"lines, {how}"] += count
        found[f"texts, {how}"] += 1
    return found


if __name__ == "__main__":
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    begun = time.perf_counter()
    for name, count in sorted(run(wanted, int(sys.argv[2]) if len(sys.argv) > 2 else 5).items()):
        print(f"{count:>10,} {name}")
    print(f"No difference; {time.perf_counter() - begun:.0f} s.")
