"""What a drawing can hold: XML has no place for most control characters."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

#: what XML cannot hold, and a cell of a file may: the library that draws would end the process
_UNDRAWABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def drawable(given: Any) -> Any:
    """Return JSON data without the characters that cannot be drawn."""
    if isinstance(given, str):
        return _UNDRAWABLE.sub("", given)
    if isinstance(given, Mapping):
        return {drawable(name): drawable(value) for name, value in given.items()}
    if isinstance(given, Sequence):
        return [drawable(value) for value in given]
    return given
