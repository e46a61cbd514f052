"""A sentence for each code that a document of the method `reliability` may carry."""

from collections.abc import Mapping
from typing import Final

from deungdae.records.messages import Message, message
from deungdae.reports.paper.model import Look

WARNINGS: Final[Mapping[str, Message]] = {
    "few_failures": message("Fewer than 15 failures: the intervals are wide."),
    "more_often": message("Failures come more and more often."),
    "less_often": message("Failures come less and less often."),
    "all_failed": message(
        "No column says which running times ended in a failure, so all did. If some machines still "
        "run, say which column tells that."
    ),
    "calendar": message(
        "Running time is the time from the end of one failure to the next, nights and holidays "
        "included: only times of stops are known."
    ),
    "no_end": message("No column says when a stop ended; stops were taken as instants."),
    "every_stop": message(
        "Every stop was taken for a failure. Say which of the reasons are failures."
    ),
    "silent": message(
        "A machine shows no failure for far longer than was usual, until the end of the file. If "
        "it was no longer used, or nobody wrote its stops down, its running time is too long here."
    ),
    "machines_differ": message(
        "The machines do not fail equally often, beyond chance: read the figures of each machine. "
        "A distribution over all of them mixes them."
    ),
}

VERDICTS: Final[Mapping[str, tuple[Look, Message]]] = {
    "early": ("soon", message("early failures")),
    "random": ("fine", message("failures at random")),
    "wear_out": ("soon", message("wear-out")),
    "changing": ("now", message("the rate of failures changes")),
    "not_enough_data": ("unknown", message("not enough data")),
}

MEANINGS: Final[Mapping[str, Message]] = {
    "early": message(
        "The younger the machine after a repair, the more likely it fails: repairs, settings or "
        "new parts are at fault. Replacing parts by the calendar makes it worse."
    ),
    "random": message(
        "Age does not tell from chance: replacing parts by the calendar would not help. Watch the "
        "condition, and look for causes from outside."
    ),
    "wear_out": message(
        "The older, the more likely it fails: replacing parts by the calendar, before B10, helps."
    ),
    "changing": message(
        "One distribution of lives does not describe machines that become better or worse; find "
        "out what changed."
    ),
}
