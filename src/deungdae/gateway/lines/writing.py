"""Points as line protocol again, so that they can be kept as text and replayed."""

import json
import re
from collections.abc import Iterable

from deungdae.gateway.lines.points import Points
from deungdae.gateway.lines.series import Key
from deungdae.records.batches import BOOL, INT, TEXT

_IN_MEASUREMENT = re.compile(r"[, ]")
_IN_KEY = re.compile(r"[,= ]")
_IN_TEXT = re.compile(r'["\\]')


def to_lines(points: Points, places: Iterable[int]) -> bytes:
    """Return the points at `places`, with their times in nanoseconds.

    What stood in one line stands in one line again, so that the text is about as long as it was.
    """
    texts = points.texts()
    lines: list[str] = []
    above: Key | None = None
    time_ns = 0
    for place in places:
        key, field = points.series[points.which[place]]
        value = _value(int(points.kind[place]), float(points.value[place]), texts[place].as_py())
        pair = f"{_escaped(_IN_KEY, field)}={value}"
        if key is above and time_ns == points.time_ns[place]:
            lines.append(f",{pair}")
            continue
        if above is not None:
            lines.append(f" {time_ns}\n")
        above, time_ns = key, int(points.time_ns[place])
        words = [_escaped(_IN_MEASUREMENT, key.measurement)]
        words += [f"{_escaped(_IN_KEY, k)}={_escaped(_IN_KEY, v)}" for k, v in key.tags]
        lines.append(f"{','.join(words)} {pair}")
    return "".join([*lines, f" {time_ns}\n" if lines else ""]).encode()


def with_prefix(prefix: str, lines: bytes) -> bytes:
    """Return lines below a comment that says with what the paths of their tags begin."""
    return b"# " + json.dumps({"prefix": prefix}, ensure_ascii=False).encode() + b"\n" + lines


def prefix_of(lines: bytes) -> str | None:
    """Return what `with_prefix` wrote; None where there is no such comment."""
    first = lines.partition(b"\n")[0]
    try:
        told = json.loads(first.removeprefix(b"# "))
    except (ValueError, RecursionError):
        return None
    prefix = told.get("prefix") if isinstance(told, dict) else None
    return prefix if isinstance(prefix, str) and first.startswith(b"# ") else None


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
