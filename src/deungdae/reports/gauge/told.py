"""What each kind of study tells."""

from collections.abc import Sequence
from dataclasses import dataclass

from deungdae.reports.charts.picture import Picture
from deungdae.reports.paper.model import Check, Section, Table, Tile


@dataclass(frozen=True)
class Told:
    """The parts of a paper that differ from study to study."""

    answer: str
    sentences: Sequence[str]
    tiles: Sequence[Tile]
    tables: Sequence[Table]
    checks: Sequence[Check] = ()
    next_step: str | None = None
    pictures: Sequence[Picture] = ()
    sections: Sequence[Section] = ()
    recipe: Sequence[tuple[str, str]] = ()
    glossary: Sequence[tuple[str, str]] = ()
