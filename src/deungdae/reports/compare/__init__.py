"""What changed from one analysis of a kind of table to the next: compared, and put into words."""

from deungdae.reports.compare.findings import Change, Comparison, Fate, compare
from deungdae.reports.compare.rates import Movement, Share
from deungdae.reports.compare.sentences import Changes, GroupLine, Line, tell_changes

__all__ = [
    "Change",
    "Changes",
    "Comparison",
    "Fate",
    "GroupLine",
    "Line",
    "Movement",
    "Share",
    "compare",
    "tell_changes",
]
