"""What a drawn chart is, for those who only show it: importing this draws nothing."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_WIDTH: Final = re.compile(r'viewBox="[\d.-]+ [\d.-]+ ([\d.]+)')
_COLUMN: Final = 520  #: as wide as a drawing may be that stands beside text


@dataclass(frozen=True)
class Picture:
    """A drawn chart with what it says: in one sentence, and as a table."""

    svg: str
    caption: str
    summary: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]

    @property
    def wide(self) -> bool:
        """Whether the drawing wants the width of the page rather than a column beside text."""
        found = _WIDTH.search(self.svg)
        return found is not None and float(found[1]) > _COLUMN
