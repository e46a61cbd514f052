"""What a drawn chart is, for those who only show it: importing this draws nothing."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Picture:
    """A drawn chart with what it says: in one sentence, and as a table."""

    svg: str
    caption: str
    summary: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
