"""InfluxDB line protocol, read into columns."""

from deungdae.gateway.lines.parsing import exact, parse
from deungdae.gateway.lines.points import NANOSECONDS, Points, Precision
from deungdae.gateway.lines.refusals import BadLines, Refusal
from deungdae.gateway.lines.series import Key, Series, path_of, series_of

__all__ = [
    "NANOSECONDS",
    "BadLines",
    "Key",
    "Points",
    "Precision",
    "Refusal",
    "Series",
    "exact",
    "parse",
    "path_of",
    "series_of",
]
