"""The report on remaining lives as a paper."""

from collections.abc import Mapping
from datetime import tzinfo
from typing import Any

from deungdae.reports.codes import spoken
from deungdae.reports.life import fleet, signal
from deungdae.reports.life.codes import COUNTED, WARNINGS
from deungdae.reports.paper.behind import told_behind
from deungdae.reports.paper.model import Paper
from deungdae.reports.words import Words


def tell(
    document: Mapping[str, Any],
    figures: Mapping[str, Any] | None,
    understanding: Mapping[str, Any],
    words: Words,
    zone: tzinfo,
) -> Paper:
    """Return the paper; without `figures`, without pictures."""
    counted = document["counted_in"]
    unit = str(document["columns"]["age"] or "") if counted == "column" else ""
    unit = unit or spoken(words, COUNTED, counted)
    told = (fleet if document["kind"] == "fleet" else signal).told(words, document, figures, unit)
    known = {name: column for name, column in document["columns"].items() if column}
    return Paper(
        method="life",
        name=words.say("Remaining life"),
        answer=told.answer,
        caution=spoken(words, WARNINGS, "far") if "far" in document["warnings"] else None,
        notices=[],
        tiles=told.tiles,
        sections=told.sections,
        behind=told_behind(words, document["input"], understanding, known),
        recipe=[
            (words.say("Method"), f"life {document['version']}"),
            *told.recipe,
            (words.say("Seed"), str(document["seed"])),
        ],
        glossary=[
            (
                words.say("90% interval"),
                words.say("Nine of ten remaining lives lie in the interval that is told of them."),
            ),
            *told.glossary,
        ],
    )
