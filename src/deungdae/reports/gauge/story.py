"""The report on a gauge study as a paper."""

from collections.abc import Callable, Mapping
from datetime import tzinfo
from typing import Any

from deungdae.reports.codes import spoken
from deungdae.reports.gauge import agreement, components, single
from deungdae.reports.gauge.codes import STUDIES, VERDICTS, WARNINGS
from deungdae.reports.gauge.told import Told
from deungdae.reports.paper.behind import told_behind
from deungdae.reports.paper.model import Paper, Section, Verdict
from deungdae.reports.words import Words

_TELLERS: Mapping[str, Callable[[Words, Mapping[str, Any], Mapping[str, Any] | None], Told]] = {
    "crossed": components.told,
    "nested": components.told,
    "type1": single.type1,
    "linearity": single.linearity,
    "attribute": agreement.told,
}


def tell(
    document: Mapping[str, Any],
    figures: Mapping[str, Any] | None,
    understanding: Mapping[str, Any],
    words: Words,
    zone: tzinfo,
) -> Paper:
    """Return the paper; without `figures`, without pictures."""
    study = document["study"]
    told = _TELLERS[study](words, document, figures)
    look, word = VERDICTS[document["verdict"]]
    known = {
        "study": spoken(words, STUDIES, study),
        **{name: column for name, column in document["columns"].items() if column},
    }
    warnings = [spoken(words, WARNINGS, code) for code in document["warnings"]]
    first = Section(
        id="verdict",
        title=spoken(words, STUDIES, study),
        verdict=Verdict(look, words.say_message(word)),
        sentences=told.sentences,
        warnings=warnings,
        checks=told.checks,
        next_step=told.next_step,
        tables=told.tables,
        pictures=told.pictures,
    )
    guessed = "study" in document["input"]["guessed"]
    # the study's own name stands for its code
    given = dict(document["input"])
    if guessed:
        given["guessed"] = {**given["guessed"], "study": known["study"]}
    return Paper(
        method="gauge",
        name=words.say("Measurement system analysis"),
        answer=told.answer,
        caution=spoken(words, WARNINGS, "verdict_unsure")
        if "verdict_unsure" in document["warnings"]
        else None,
        notices=[
            words.say(
                "The sheet was taken for this study: {study}.", study=spoken(words, STUDIES, study)
            )
        ]
        if guessed
        else [],
        tiles=told.tiles,
        sections=[first, *told.sections],
        behind=told_behind(words, given, understanding, known),
        recipe=[
            (words.say("Method"), f"gauge {document['version']}"),
            *told.recipe,
            (words.say("Seed"), str(document["seed"])),
        ],
        glossary=told.glossary,
    )
