"""The judge: what was acknowledged against what lies in the lake and in the books."""

from dataclasses import dataclass
from pathlib import Path

import pyarrow.compute as pc
from deltalake import DeltaTable

from deungdae.lake.intake import Ledger, Quarantine, Sum
from faulting.batches import ORGANISATION, SIZE
from faulting.publisher import numbers


@dataclass(frozen=True)
class Verdict:
    """Numbers of points, but for `held_lost`, which counts entries."""

    acknowledged: int
    rows: int
    lost: int
    duplicated: int
    held_acknowledged: int
    held_lost: int
    held_duplicated: int
    books: Sum

    @property
    def reconciles(self) -> bool:
        """Whether the books balance and say what lies in the tables."""
        return self.books.missing == 0 and self.books.stored == self.rows

    @property
    def good(self) -> bool:
        """Whether nothing was lost, nothing counted twice, and everything accounted for."""
        faults = self.lost + self.duplicated + self.held_lost + self.held_duplicated
        return self.reconciles and faults == 0

    def lines(self) -> list[str]:
        """Return it as the lines of a table."""
        books = self.books
        return [
            f"acknowledged points      {self.acknowledged:>12,}",
            f"points in the lake       {self.rows:>12,}",
            f"acknowledged and lost    {self.lost:>12,}",
            f"stored twice             {self.duplicated:>12,}",
            f"held back, acknowledged  {self.held_acknowledged:>12,}",
            f"held back, lost          {self.held_lost:>12,}",
            f"held back twice          {self.held_duplicated:>12,}",
            f"books: received {books.received:,} = stored {books.stored:,} + quarantined "
            f"{books.quarantined:,} + duplicate {books.duplicate:,}"
            f"{'' if self.reconciles else '  DOES NOT RECONCILE'}",
        ]


def judge(home: Path) -> Verdict:
    """Compare; nothing may run any more."""
    table = DeltaTable(home / "telemetry" / "points").to_pyarrow_table(columns=["value"])
    values = table.column("value")
    stored = set(pc.unique(values).to_pylist())
    expected = {
        float(number * SIZE + i) for number in numbers(home / "acknowledged") for i in range(SIZE)
    }
    held = [one.body for one in Quarantine(home).waiting(ORGANISATION)]
    held_expected = {b"refused %d" % number for number in numbers(home / "held")}
    return Verdict(
        acknowledged=len(expected),
        rows=table.num_rows,
        lost=len(expected - stored),
        duplicated=table.num_rows - len(stored),
        held_acknowledged=len(held_expected),
        held_lost=len(held_expected - set(held)),
        held_duplicated=len(held) - len(set(held)),
        books=Ledger(home).tally().total(),
    )
