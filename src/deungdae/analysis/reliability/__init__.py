"""How long machines run between failures: early, random or wear-out, and whether it changes.

`study` takes a table; `of_spans` takes one machine's spans of states and returns plain JSON.
"""

from deungdae.analysis.reliability.growth import Growth, Watched, growth
from deungdae.analysis.reliability.judging import judged, of_spans
from deungdae.analysis.reliability.method import METHOD, VERSION, Findings, Options, study
from deungdae.analysis.reliability.records import Record, from_spans, from_stops
from deungdae.analysis.reliability.weibull import Estimate, Weibull, fitted

__all__ = [
    "METHOD",
    "VERSION",
    "Estimate",
    "Findings",
    "Growth",
    "Options",
    "Record",
    "Watched",
    "Weibull",
    "fitted",
    "from_spans",
    "from_stops",
    "growth",
    "judged",
    "of_spans",
    "study",
]
