"""A sentence for each code that a document of the method `gauge` may carry."""

from collections.abc import Mapping
from typing import Final

from deungdae.records.messages import Message, message
from deungdae.reports.paper.model import Look

STUDIES: Final[Mapping[str, Message]] = {
    "crossed": message("crossed gauge R&R"),
    "nested": message("nested gauge R&R"),
    "type1": message("Type 1 study"),
    "linearity": message("linearity and bias"),
    "attribute": message("attribute agreement"),
}

SOURCES: Final[Mapping[str, Message]] = {
    "gauge": message("Gauge R&R"),
    "repeatability": message("· repeatability (EV)"),
    "reproducibility": message("· reproducibility (AV)"),
    "operator": message("·· operator"),
    "interaction": message("·· operator × part"),
    "part": message("Part to part (PV)"),
    "total": message("Total (TV)"),
    "repeat": message("repeats"),
}

WARNINGS: Final[Mapping[str, Message]] = {
    "verdict_unsure": message(
        "The interval holds both sides of a limit, so a larger study may turn the verdict."
    ),
    "few_categories": message(
        "The gauge tells fewer than five groups of parts apart; that is too few to control a "
        "process with."
    ),
    "small_study": message(
        "A small study: ten parts, three operators and two or three trials are usual (fifty parts "
        "for judgements by eye)."
    ),
    "one_operator": message("One operator only: what differs between people cannot be seen."),
    "two_operators": message("Two operators only: how much people differ is hardly known."),
    "study_differs": message(
        "Against the spread of these parts the verdict would be another one. It is given against "
        "the tolerance; make sure that the parts span the process."
    ),
    "interaction": message(
        "Operators differ by part: look at how each of them holds and places the parts."
    ),
    "odd_ranges": message(
        "Some repeats lie further apart than chance allows; look at those readings again."
    ),
    "no_variation": message("The readings do not differ at all: the gauge may be too coarse."),
    "few_repeats": message("Few repeats: the spread is not well known."),
    "bias": message("The mean differs from the reference by more than chance."),
    "no_tolerance": message("Without a tolerance there is no verdict; tell the tolerance."),
    "resolution": message("The gauge reads in steps of more than 5% of the tolerance."),
    "curved": message("The bias does not lie on a straight line over the range."),
    "few_references": message("Fewer than five reference values; five over the range are usual."),
    "not_linear": message("The bias changes over the range."),
    "no_reference": message(
        "Without a reference only agreement is seen: everybody may be wrong together."
    ),
    "bad_unknown": message(
        "It is not clear which judgements mean a defect; tell them to see misses and false alarms."
    ),
}

VERDICTS: Final[Mapping[str, tuple[Look, Message]]] = {
    "acceptable": ("fine", message("acceptable")),
    "conditional": ("soon", message("conditionally acceptable")),
    "unacceptable": ("now", message("not acceptable")),
    "unknown": ("unknown", message("no verdict")),
}
