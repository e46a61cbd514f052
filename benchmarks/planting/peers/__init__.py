"""Named peers of `causes`: each ranks the columns of a table and claims some of them.

A peer is a module with `SETTINGS` (a sentence for the printed table) and
`judge(matrix, bad, seed) -> Judgement`. A peer whose library is not installed is named as missing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

from planting.encoding import Labels, Matrix


@dataclass(frozen=True)
class Judgement:
    """What a method says of one table: columns, most important first, and those it stands by."""

    ranking: list[str]
    claims: list[str]


Judge = Callable[[Matrix, Labels, int], Judgement]


@dataclass(frozen=True)
class Peer:
    """One method to compare with: its name, its module here, and the package it needs."""

    name: str
    module: str
    package: str

    @property
    def installed(self) -> bool:
        """Return whether the package it needs is there."""
        return find_spec(self.package) is not None

    @property
    def settings(self) -> str:
        """Return its stated settings."""
        return str(import_module(self.module).SETTINGS)

    def judge(self, matrix: Matrix, bad: Labels, seed: int) -> Judgement:
        """Let the method rank and claim columns."""
        judge: Judge = import_module(self.module).judge
        return judge(matrix, bad, seed)


PEERS = (
    Peer("LightGBM + TreeSHAP", "planting.peers.boosted_trees", "lightgbm"),
    Peer("Boruta", "planting.peers.boruta_forest", "boruta"),
    Peer("mutual information", "planting.peers.mutual_information", "sklearn"),
    Peer("L1 logistic", "planting.peers.sparse_logistic", "sklearn"),
    Peer("explainable boosting", "planting.peers.explainable_boosting", "interpret"),
)
