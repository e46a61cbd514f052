"""Which methods tell their results as papers: one line for a new one.

The function is imported only when a result is told: it may draw charts, which takes a second to
load.
"""

from collections.abc import Mapping
from datetime import tzinfo
from importlib import import_module
from typing import Any, Final, Protocol

from deungdae.records.errors import UnusableOption
from deungdae.reports.paper.model import Paper
from deungdae.reports.words import Words

#: method → "module:function"
TELLERS: Final[dict[str, str]] = {
    "spc": "deungdae.reports.spc:tell",
    "capability": "deungdae.reports.capability:tell",
    "gauge": "deungdae.reports.gauge:tell",
    "experiment": "deungdae.reports.experiment:tell",
    "life": "deungdae.reports.life:tell",
    "reliability": "deungdae.reports.reliability:tell",
    "operations": "deungdae.reports.operations:tell",
    "energy": "deungdae.reports.energy:tell",
}

#: (method, kind of its document) → "module:function" of a workbook that goes with the report, such
#: as the sheet of an experiment that is to be filled in
ENCLOSERS: Final[dict[tuple[str, str], str]] = {
    ("experiment", "plan"): "deungdae.reports.experiment.sheet:workbook_of",
}


class Tell(Protocol):
    """Tells what a method found; without `figures`, without pictures."""

    def __call__(
        self,
        document: Mapping[str, Any],
        figures: Mapping[str, Any] | None,
        understanding: Mapping[str, Any],
        words: Words,
        zone: tzinfo,
    ) -> Paper:
        """Return the paper in the language of `words`, its times on the clocks of `zone`."""


def teller_of(method: str) -> Tell:
    """Return the function that tells the results of a method.

    Raises UnusableOption when no such method tells papers.
    """
    if method not in TELLERS:
        raise UnusableOption("There is no report for the method {method}.", method=method)
    module, _, name = TELLERS[method].partition(":")
    found: Tell = getattr(import_module(module), name)
    return found


class Enclose(Protocol):
    """Writes the workbook that goes with a report."""

    def __call__(self, document: Mapping[str, Any], words: Words) -> bytes:
        """Return the workbook in the language of `words`."""


def encloser_of(method: str, kind: str | None) -> Enclose | None:
    """Return what writes the workbook that goes with a report; None where nothing does."""
    entry = ENCLOSERS.get((method, kind or ""))
    if entry is None:
        return None
    module, _, name = entry.partition(":")
    found: Enclose = getattr(import_module(module), name)
    return found
