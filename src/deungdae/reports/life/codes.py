"""A sentence for each code that a document of the method `life` may carry."""

from collections.abc import Mapping
from typing import Final

from deungdae.records.messages import Message, message
from deungdae.reports.paper.model import Look

WARNINGS: Final[Mapping[str, Message]] = {
    "few_units": message(
        "Fewer than 20 units ran to failure: the intervals are wide and their promise is modest."
    ),
    "all_failed": message(
        "No column says which units still run, so all were taken as failed at their last row and "
        "nothing was foretold. Say which column tells that."
    ),
    "beyond": message(
        "Some units show values that no unit before them showed. What is told of them is a guess."
    ),
    "older": message("Some units are older than any unit before them ever became."),
    "no_age": message("No column says when a value was read; rows were counted instead."),
    "far": message(
        "The limit lies further ahead than the trend has been seen: look again soon, and do not "
        "plan on this alone."
    ),
    "open": message("It cannot be ruled out that the limit is never reached."),
}

VERDICTS: Final[Mapping[str, tuple[Look, Message]]] = {
    "useful": ("fine", message("the signals foretell it")),
    "no_better": ("soon", message("no better than the age alone")),
    "not_enough_data": ("unknown", message("not enough data")),
    "trend": ("soon", message("on its way to the limit")),
    "no_trend": ("fine", message("no trend towards the limit")),
    "reached": ("now", message("the limit is reached")),
    "too_few": ("unknown", message("too few readings")),
}

COUNTED: Final[Mapping[str, Message]] = {
    "hours": message("hours"),
    "rows": message("rows"),
}
