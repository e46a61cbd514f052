"""The words of the trade, in one sentence each."""

from typing import Final

from deungdae.records.messages import Message, message

#: id on the page → term, explanation
GLOSSARY: Final[dict[str, tuple[Message, Message]]] = {
    "rate": (
        message("Defect rate"),
        message("Bad parts divided by all parts inspected."),
    ),
    "ratio": (
        message("Risk ratio"),
        message("How many times as high the defect rate is inside the region as outside."),
    ),
    "interval": (
        message("95% interval"),
        message(
            "The range in which the true value lies in 95 of 100 cases; the wider, the less "
            "is known."
        ),
    ),
    "q": (
        message("q-value"),
        message(
            "Of all findings at least this strong, the share that would be there by chance alone, "
            "allowing for how many columns were searched."
        ),
    ),
    "episode": (
        message("Separate incident"),
        message(
            "Bad parts made close together count as one incident, since they often have one "
            "common origin."
        ),
    ),
    "window": (
        message("Operating window"),
        message(
            "Where the settings should stay. What it brings is counted on parts that did not set "
            "its limits, and its cost is the share of today's production that lies outside."
        ),
    ),
    "later": (
        message("Later periods"),
        message("Parts made after those in which the finding was made, kept back to check it."),
    ),
    "stability": (
        message("Stability"),
        message("How often the same finding comes out when the parts are drawn anew."),
    ),
    "clear": (
        message("Clear"),
        message("Chance is an unlikely explanation and the checks were passed."),
    ),
    "suspected": (
        message("Suspected"),
        message("Stands out, but one of the checks is missing; a trial is needed."),
    ),
    "none": (
        message("No cause found"),
        message("There were enough defects to find a strong cause, but no column shows one."),
    ),
    "not_enough_data": (
        message("Not enough data"),
        message("Too few defects to tell a cause from chance."),
    ),
}
