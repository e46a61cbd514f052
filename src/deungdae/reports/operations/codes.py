"""A sentence for each code that a document of the method `operations` may carry."""

from collections.abc import Mapping
from typing import Final

from deungdae.records.messages import Message, message

WARNINGS: Final[Mapping[str, Message]] = {
    "one_time": message(
        "Only one time is known of each piece of work, so its length, use and waiting are not."
    ),
    "no_case": message("No column says which order or lot is worked on: no lead times."),
    "no_activity": message("No column says what was done: no bottleneck among operations."),
    "no_resource": message("No column says which machine or person worked: no use of them."),
    "overlap": message(
        "Machines or people often do several pieces of work at the same time. Such hours count "
        "once as busy."
    ),
    "long_work": message(
        "Some pieces of work last longer than a day: were they left open over night?"
    ),
}
