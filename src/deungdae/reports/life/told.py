"""What each way of telling a remaining life gives to its paper."""

from collections.abc import Sequence
from dataclasses import dataclass

from deungdae.reports.paper.model import Section, Tile


@dataclass(frozen=True)
class Told:
    """The parts of a paper that differ."""

    answer: str
    tiles: Sequence[Tile]
    sections: Sequence[Section]
    recipe: Sequence[tuple[str, str]] = ()
    glossary: Sequence[tuple[str, str]] = ()
