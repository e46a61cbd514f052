"""How control charts are computed, and what their words mean."""

from collections.abc import Mapping
from typing import Any

from deungdae.reports.codes import spoken
from deungdae.reports.spc.codes import CHARTS
from deungdae.reports.words import Words


def recipe(words: Words, document: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return how the result was computed, as pairs of label and text."""
    charts = list(dict.fromkeys(chart["chart"] for chart in document["charts"]))
    rules = list(dict.fromkeys(rule for c in document["charts"] for rule in c["rules"]))
    return [
        (
            words.say("Method"),
            words.say(
                "{method}, version {version}",
                method=document["method"],
                version=document["version"],
            ),
        ),
        (words.say("Charts"), words.listed(spoken(words, CHARTS, code) for code in charts)),
        (
            words.say("Limits"),
            words.say(
                "Three standard deviations from the centre line; constants d2, d3 and c4 computed, "
                "not taken from rounded tables."
            ),
        ),
        (words.say("Rules"), words.listed(rule.upper() for rule in rules) or "–"),
        (
            words.say("Verdict"),
            words.say(
                "Signals are held against the number that chance gives (Poisson, from the average "
                "run length); the chance of a wrong verdict is 5 %, all charts together."
            ),
        ),
        (
            words.say("What else changed"),
            words.say(
                "Ranks and shares at the signals against all other points; chance is learned by "
                "moving the marks along time, and corrected for all columns."
            ),
        ),
        (words.say("Seed"), str(document["seed"])),
    ]


def glossary(words: Words) -> list[tuple[str, str]]:
    """Return the words of the trade that the report uses."""
    say = words.say
    return [
        (
            say("Control limits"),
            say(
                "What the process does when nothing special happens. They come from the data, not "
                "from the drawing."
            ),
        ),
        (say("Centre line"), say("The mean of the points that the limits come from.")),
        (
            say("Sigma"),
            say("The standard deviation that chance alone gives from point to point."),
        ),
        (
            say("In control"),
            say("Only chance varies the values: they can be predicted, good or bad."),
        ),
        (
            say("False alarm"),
            say("A signal without a reason. Every rule gives some, and more rules give more."),
        ),
        (
            say("Baseline"),
            say("The points that the limits come from; best a time in which all was well."),
        ),
        (
            say("Average run length"),
            say("How many points pass on average until the first signal."),
        ),
    ]
