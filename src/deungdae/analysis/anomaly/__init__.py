"""All tags of a machine watched together against a good period.

reference  what is usable of the good period     canonical   tags and their recent past together
limits     alarms by a budget of false ones      neighbours  the moments that were most alike
monitor    learning, scores, which tag to blame
"""

from deungdae.analysis.anomaly.canonical import Canonical
from deungdae.analysis.anomaly.limits import Limit, alarms, limit
from deungdae.analysis.anomaly.monitor import Blame, Limits, Monitor, Scores, Stream
from deungdae.analysis.anomaly.neighbours import Neighbours
from deungdae.analysis.anomaly.reference import LeftOut, Reference, TooLittle

__all__ = [
    "Blame",
    "Canonical",
    "LeftOut",
    "Limit",
    "Limits",
    "Monitor",
    "Neighbours",
    "Reference",
    "Scores",
    "Stream",
    "TooLittle",
    "alarms",
    "limit",
]
