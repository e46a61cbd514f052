"""The Delta tables of telemetry below a home folder.

HOME/telemetry/points/date=2026-11-22/…    each point, as it came or sorted
HOME/telemetry/minutes/date=2026-11-22/…   one row for each tag and minute of a sorted file
HOME/telemetry/hours/month=2026-11/…       one row for each tag and hour of a sorted file
HOME/telemetry/latest/…                    the last point of each tag
HOME/telemetry/clock_originals/…           points as they came, whose clock was put right since
"""

from functools import cached_property
from pathlib import Path

import pyarrow as pa

from deungdae.lake.telemetry.journal import Journal
from deungdae.lake.telemetry.schema import LATEST, ROLLUP, SCHEMA

_SETTINGS = {
    "delta.dataSkippingStatsColumns": "organisation,tag,time",
    # Steps are cleaned by their number, files by their age: see `Maintenance`.
    "delta.enableExpiredLogCleanup": "false",
}


ORIGINALS = SCHEMA.append(pa.field("repair", pa.int64(), nullable=False))


class Tables:
    """The tables; each is made when it is first asked for."""

    def __init__(self, home: Path) -> None:
        self.folder = home.absolute() / "telemetry"

    @cached_property
    def points(self) -> Journal:
        """Each point."""
        schema = SCHEMA.append(pa.field("date", pa.date32(), nullable=False))
        return Journal(self.folder / "points", schema, "date", _SETTINGS)

    @cached_property
    def minutes(self) -> Journal:
        """Minutes of sorted files, under the same names as those."""
        schema = ROLLUP.append(pa.field("date", pa.date32(), nullable=False))
        return Journal(self.folder / "minutes", schema, "date", _SETTINGS)

    @cached_property
    def hours(self) -> Journal:
        """Hours of sorted files."""
        schema = ROLLUP.append(pa.field("month", pa.string(), nullable=False))
        return Journal(self.folder / "hours", schema, "month", _SETTINGS)

    @cached_property
    def latest(self) -> Journal:
        """The last point of each tag, as of the version of `points` in its transaction."""
        return Journal(self.folder / "latest", LATEST, None, _SETTINGS)

    @cached_property
    def originals(self) -> Journal:
        """Points as they came, by the repair that moved them."""
        return Journal(self.folder / "clock_originals", ORIGINALS, None, _SETTINGS)
