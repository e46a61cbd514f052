"""Points as line protocol again, one a line, so that they can be kept as text and replayed."""

import re
from collections.abc import Iterable

from deungdae.gateway.lines.points import Points
from deungdae.records.batches import BOOL, INT, TEXT

_IN_MEASUREMENT = re.compile(r"[, ]")
_IN_KEY = re.compile(r"[,= ]")
_IN_TEXT = re.compile(r'["\\]')


def to_lines(points: Points, places: Iterable[int]) -> bytes:
    """Return the points at `places`, with their times in nanoseconds."""
    texts = points.texts()
    lines = []
    for place in places:
        key, field = points.series[points.which[place]]
        words = [_escaped(_IN_MEASUREMENT, key.measurement)]
        words += [f"{_escaped(_IN_KEY, k)}={_escaped(_IN_KEY, v)}" for k, v in key.tags]
        value = _value(int(points.kind[place]), float(points.value[place]), texts[place].as_py())
        time = points.time_ns[place]
        lines.append(f"{','.join(words)} {_escaped(_IN_KEY, field)}={value} {time}\n")
    return "".join(lines).encode()


def _escaped(signs: re.Pattern[str], name: str) -> str:
    return signs.sub(r"\\\g<0>", name)


def _value(kind: int, value: float, text: str | None) -> str:
    if kind == TEXT:
        return f'"{_escaped(_IN_TEXT, text or "")}"'
    if kind == INT:
        whole = int(value) if text is None else int(text)
        return f"{whole}u" if whole >= 1 << 63 else f"{whole}i"
    if kind == BOOL:
        return "true" if value else "false"
    return repr(value)
