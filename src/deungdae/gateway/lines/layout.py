"""The fields of lines that all have the same names in the same order.

So writes whoever reads one sort of machine. The names are then looked at once and compared as
bytes, and each field is a column of numbers; looking names up for each value costs as much as
reading the value.
"""

from typing import NamedTuple

import numpy as np
import pyarrow as pa

from deungdae.gateway.lines.tabular import by, read
from deungdae.gateway.lines.typed import Values, floats, typed

MOST_FIELDS = 200  #: of a line; a column costs something by itself
FEWEST_LINES = 16
_LOOKED_AT = 8  # lines that are compared before all are
_BY_COMMA = by(",")
_ALL_COMMAS = bytes.maketrans(b"=", b",")
_NO_SEPARATORS = bytes(sign for sign in range(256) if sign not in b"=,\n")
_DIGITS = b"0123456789."


class Laid(NamedTuple):
    """The names of the fields of each line, and the values line by line."""

    names: list[str]
    values: Values


def laid_out(text: bytes, lines: int) -> Laid | None:
    """Return the fields of lines, without the words before and behind them.

    None where lines differ, and where a value is one that only the exact reading can judge.
    """
    first = text[: text.find(b"\n")].split(b",")
    if lines < FEWEST_LINES or len(first) > MOST_FIELDS:
        return None
    told = [pair.partition(b"=")[0] for pair in first]
    shape = (b"=," * len(first))[:-1] + b"\n"
    if b"" in told or len(set(told)) < len(told) or not _alike(text, told):
        return None
    if text.translate(None, _NO_SEPARATORS) + b"\n" != shape * lines:
        return None
    types: dict[str, pa.DataType] = {}
    for place, (name, pair) in enumerate(zip(told, first, strict=True)):
        types[f"n{place}"] = pa.binary(len(name))
        types[f"v{place}"] = pa.float64() if pair[-1] in _DIGITS else pa.string()
    try:
        table = read(text.translate(_ALL_COMMAS), _BY_COMMA, types)
        names = [name.decode() for name in told]
    except (pa.ArrowInvalid, UnicodeDecodeError):
        return None
    # Each value stands between two separators that were counted, so no line was left out.
    values = np.empty((lines, len(told)), np.float64)
    kinds = np.empty((lines, len(told)), np.int8)
    for place, name in enumerate(told):
        if table[f"n{place}"].chunk(0).buffers()[1].to_pybytes() != name * lines:
            return None
        column = table[f"v{place}"].chunk(0)
        found = floats(column) if pa.types.is_floating(column.type) else typed(column)
        if found is None or found.text is not None:
            return None
        values[:, place] = found.value
        kinds[:, place] = found.kind
    return Laid(names, Values(kinds.ravel(), values.ravel(), None))


def _alike(text: bytes, names: list[bytes]) -> bool:
    """Say whether the next few lines, and the last one, have these names."""
    several = text.split(b"\n", _LOOKED_AT + 1)[1 : _LOOKED_AT + 1]
    several.append(text[text.rfind(b"\n") + 1 :])
    return all([pair.partition(b"=")[0] for pair in line.split(b",")] == names for line in several)
