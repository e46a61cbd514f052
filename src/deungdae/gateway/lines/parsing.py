"""Chooses, for each stretch of a text, between the fast and the exact reading.

A backslash, a quotation mark or a number sign may change what the text around it means: a line
with one is read exactly, and so are its neighbours where too few plain lines stand between.
"""

from deungdae.gateway.lines.fast import fast
from deungdae.gateway.lines.points import NANOSECONDS, Points, Precision, joined
from deungdae.gateway.lines.reference import OUT_OF_RANGE, Gathering, Reading

SHORTEST_FAST = 8 << 10  #: bytes; below, Arrow's readers cost more than they save
LONGEST_FAST = 2 << 20  #: bytes; what fits the caches, and is read exactly for one odd line


def parse(
    data: bytes, precision: Precision, default_ns: int, *, shortest_fast: int = SHORTEST_FAST
) -> Points:
    """Return the points of line protocol text, in the order in which they stand there.

    Args:
        data: the text, in UTF-8.
        precision: the unit of its timestamps.
        default_ns: the time of lines that name none, in nanoseconds since 1970-01-01 UTC; it is
            rounded down to the precision.
        shortest_fast: how many bytes of plain lines are worth the fast reading; the points are the
            same with any.

    Raises:
        BadLines: one line or more cannot be read. No point is returned then.
    """
    unit_ns = NANOSECONDS[precision]
    reading = Reading(data)
    pieces: list[Points] = []
    place, odd = 0, -2
    while place < len(data):
        if odd != -1 and odd < place:
            odd = _next_odd(data, place)
        plain_end = _plain_end(data, place, odd)
        if plain_end - place >= max(shortest_fast, 1):
            plain_end = min(plain_end, _cut(data, place, plain_end))
            points = fast(data[place:plain_end], unit_ns, default_ns)
            if points is not None:
                pieces.append(points)
                place = plain_end
                continue
        elif odd >= 0:
            plain_end = _after_odd(data, odd, shortest_fast)
        points, place = _exactly(reading, place, plain_end, unit_ns, default_ns)
        pieces.append(points)
    reading.finish()
    return joined(pieces)


def exact(data: bytes, precision: Precision, default_ns: int) -> Points:
    """Return what `parse` returns, by the exact reading alone."""
    reading = Reading(data)
    points, _ = _exactly(reading, 0, len(data), NANOSECONDS[precision], default_ns)
    reading.finish()
    return points


def _exactly(
    reading: Reading, start: int, end: int, unit_ns: int, default_ns: int
) -> tuple[Points, int]:
    gathering = Gathering(unit_ns, default_ns)
    for line, begin, after in reading.lines(start, end):
        if not gathering.add(line):
            reading.refuse(begin, after, OUT_OF_RANGE)
    return gathering.points(), reading.place


def _next_odd(data: bytes, place: int) -> int:
    """Return the place of the first sign that the fast reading must not meet, or -1."""
    odd = -1
    for sign in (b'"', b"\\", b"#"):
        found = data.find(sign, place, len(data) if odd < 0 else odd)
        odd = odd if found < 0 else found
    return odd


def _cut(data: bytes, start: int, end: int) -> int:
    if end - start <= LONGEST_FAST:
        return end
    cut = data.rfind(b"\n", start, start + LONGEST_FAST) + 1
    return cut if cut > start else end


def _plain_end(data: bytes, place: int, odd: int) -> int:
    """Return the end of the whole lines from `place` on that lie before the odd sign."""
    return len(data) if odd < 0 else max(place, data.rfind(b"\n", place, odd) + 1)


def _after_odd(data: bytes, odd: int, enough: int) -> int:
    """Return the end of the lines with odd signs, and of those too few between them."""
    while True:
        line = data.find(b"\n", odd)
        if line < 0:
            return len(data)
        odd = _next_odd(data, line + 1)
        if odd < 0 or _plain_end(data, line + 1, odd) - (line + 1) >= enough:
            return line + 1
