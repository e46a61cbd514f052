"""What Deungdae's method `causes` says of a table, in the form in which the peers answer."""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from deungdae.analysis import causes
from planting.peers import Judgement

CLEAR = ("clear",)
SAID = ("clear", "suspected")
_ORDER = {"clear": 0, "suspected": 1}
SETTINGS = (
    "version 1, defaults, told the target, its bad value and the time; ranks its causes in their "
    "order, then the leads of its first scan; claims the columns of the causes of clear strata "
    "(second line: suspected ones too)"
)

Document = Mapping[str, Any]


def find(
    table: pa.Table,
    target: str,
    bad: tuple[str, ...] | None,
    time: str | None = None,
    by: tuple[str, ...] | None = None,
    reason: tuple[str, ...] | None = None,
    ignore: tuple[str, ...] = (),
    seed: int = 0,
    **more: Any,
) -> Document:
    """Run the method on a table and return its document."""
    return findings(table, target, bad, time, by, reason, ignore, seed, **more).document


def findings(
    table: pa.Table,
    target: str,
    bad: tuple[str, ...] | None,
    time: str | None = None,
    by: tuple[str, ...] | None = None,
    reason: tuple[str, ...] | None = None,
    ignore: tuple[str, ...] = (),
    seed: int = 0,
    **more: Any,
) -> causes.Findings:
    """Run the method on a table and return its findings."""
    options = causes.Options(
        target=target, bad=bad, time=time, by=by, reason=reason, ignore=ignore, seed=seed, **more
    )
    return causes.find(table, options)


def leads(figures: Mapping[str, Any]) -> list[str]:
    """Return the columns that the first scan of each stratum ranked first, reliable or not."""
    return [lead["column"] for stratum in figures["strata"] for lead in stratum["leads"]]


def judgement(
    document: Document, verdicts: tuple[str, ...], beyond: Sequence[str] = ()
) -> Judgement:
    """Return the columns in the order of the causes, and those of strata with these verdicts.

    Strata are read the clear ones first; within them the causes by rank, then by q-value. The
    columns `beyond` the causes follow in the ranking and are not claimed.
    """
    found = [
        (_ORDER.get(stratum["verdict"], 2), cause["rank"], cause["q_value"], cause["columns"])
        for stratum in document["strata"]
        for cause in stratum["causes"]
    ]
    found.sort(key=lambda entry: entry[:3])
    ranking = [*(name for *_, columns in found for name in columns), *beyond]
    claims = [name for order, *_, columns in found for name in columns if _said(order) in verdicts]
    return Judgement(list(dict.fromkeys(ranking)), list(dict.fromkeys(claims)))


def verdicts(document: Document) -> set[str]:
    """Return the verdicts that occur in the document."""
    return {stratum["verdict"] for stratum in document["strata"]}


def _said(order: int) -> str:
    return SAID[order] if order < len(SAID) else "none"
