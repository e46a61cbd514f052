"""A sentence for each code that a document of the method `energy` may carry."""

from collections.abc import Mapping
from typing import Final

from deungdae.records.messages import Message, message

WARNINGS: Final[Mapping[str, Message]] = {
    "midnight": message(
        "The last quarter of each day carries the date of the day it closes; it was put right."
    ),
    "gaps": message("More than 5% of the time is not metered."),
    "not_valid": message(
        "The tariff did not hold on all of these days: take the cost for a comparison, not a bill."
    ),
    "no_prices": message(
        "The prices of this tariff are not known here. Enter those of your bill, and its basic "
        "charge."
    ),
}

BANDS: Final[Mapping[str, Message]] = {
    "light": message("light load"),
    "mid": message("mid load"),
    "peak": message("peak load"),
}

#: Where the prices of a tariff are from.
SOURCES: Final[Mapping[str, Message]] = {
    "one_table": message("Prices from one public table, looked up in November 2026"),
    "two_tables": message("Prices from two public tables that agree, looked up in November 2026"),
    "three_tables": message(
        "Prices from three public tables that agree, looked up in November 2026"
    ),
    "announced": message("Hours and rules as announced on 13 March 2026; prices as entered"),
}
