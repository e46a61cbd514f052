"""The part of the monitor that looks after lines and machines."""

from collections.abc import Mapping, Sequence

from deungdae.monitor.part import Context, Handler, Point


class Floor:
    """Follows the structure, and answers what the machines do."""

    def quick(self) -> Mapping[str, Handler]:
        """Return what a page asks."""
        return {}

    def long(self) -> Mapping[str, Handler]:
        """Return what takes its time."""
        return {}

    async def begin(self, context: Context) -> None:
        """Follow the structure."""

    async def heard(self, organisation: str, points: Sequence[Point]) -> None:
        """Take live points."""

    async def passed(self, now_us: int) -> None:
        """Do what time brings."""

    async def end(self) -> None:
        """Stop following."""
