"""Times and lengths of time as a program writes them."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

Moment = datetime | date | str
Length = timedelta | float | str

_UNITS: Mapping[str, float] = {"": 1, "ms": 0.001, "s": 1, "min": 60, "h": 3600, "d": 86_400}


def moment_text(told: Moment) -> str:
    """Return a time as it is sent."""
    return told if isinstance(told, str) else told.isoformat()


def length_text(told: Length) -> str:
    """Return a length as it is sent."""
    return told if isinstance(told, str) else f"{seconds_of(told):.3f}s"


def seconds_of(told: Length) -> float:
    """Return a length in seconds; raises ValueError for a text that says none."""
    if isinstance(told, timedelta):
        return told.total_seconds()
    if not isinstance(told, str):
        return float(told)
    number = told.rstrip("abcdefghijklmnopqrstuvwxyz")
    unit = told[len(number) :]
    if unit not in _UNITS:
        raise ValueError(f"{told!r} is no length of time, such as 30s, 5min or 2h")
    return float(number) * _UNITS[unit]
