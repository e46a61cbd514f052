"""One live value, as the parts of the monitor hear it."""

from typing import NamedTuple


class Point(NamedTuple):
    """One live value of one tag. A tag that begins with "~" is a part's own: see `spread`."""

    tag: str
    time_us: int
    value: float | int | bool | str | None
    quality: int
