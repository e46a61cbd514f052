"""A plan or an analysis told as a paper."""

from collections.abc import Mapping
from datetime import tzinfo
from typing import Any

from deungdae.reports.experiment.judged import tell_analysis
from deungdae.reports.experiment.planned import tell_plan
from deungdae.reports.paper.model import Paper
from deungdae.reports.words import Words


def tell(
    document: Mapping[str, Any],
    figures: Mapping[str, Any] | None,
    understanding: Mapping[str, Any],
    words: Words,
    zone: tzinfo,
) -> Paper:
    """Tell a document of the method `experiment`; without `figures`, without pictures.

    `document["kind"]` is "plan" or "analysis".
    """
    teller = tell_plan if document["kind"] == "plan" else tell_analysis
    return teller(document, figures, words, zone)
