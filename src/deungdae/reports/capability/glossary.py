"""How it was computed, and what the words mean."""

from collections.abc import Mapping
from typing import Any

from deungdae.reports.capability.codes import SHAPES
from deungdae.reports.codes import spoken
from deungdae.reports.words import Words


def recipe(words: Words, document: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return how the result was computed, line by line."""
    taken = {r["distribution"]["name"] for r in document["results"] if r["distribution"]}
    return [
        (words.say("Method"), f"capability {document['version']}"),
        (
            words.say("Indices"),
            words.say(
                "ISO 22514-2: distance of the limits from the median over that of the 0.135% and "
                "99.865% quantiles; for a normal shape this is the usual Ppk."
            ),
        ),
        (
            words.say("Shapes taken"),
            words.listed(spoken(words, SHAPES, name) for name in sorted(taken)),
        ),
        (
            words.say("Intervals"),
            words.say(
                "Noncentral t and χ² for a normal shape; otherwise generalised intervals over all "
                "shapes that the values leave possible."
            ),
        ),
        (
            words.say("Stability"),
            words.say(
                "Successive differences, subgroups against their own spread, and far points; "
                "together one false alarm in a hundred."
            ),
        ),
        (words.say("Seed"), str(document["seed"])),
    ]


def glossary(words: Words) -> list[tuple[str, str]]:
    """Return the terms of the report and what they mean."""
    return [
        (
            "Ppk",
            words.say(
                "Distance of the nearer limit from the middle, in units of half the overall spread."
            ),
        ),
        (
            "Cpk",
            words.say("The same with the spread within subgroups: only for a stable process."),
        ),
        (
            "Pp, Cp",
            words.say("Width of the limits over the spread, wherever the middle lies."),
        ),
        ("Cpm", words.say("Like Pp, but every distance from the target counts as spread.")),
        ("ppm", words.say("Parts per million.")),
        (
            words.say("95% interval"),
            words.say("Where the true value lies in 95 of 100 such studies."),
        ),
    ]
