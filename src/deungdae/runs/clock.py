"""The clock on the wall, asked here only: a run is where the program meets the world's time."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - this is the edge that asks the clock
