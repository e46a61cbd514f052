"""What a person asked for, as the web writes it into the bucket of watches."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from deungdae.records.errors import UnusableOption

WEEK_US = 7 * 86_400_000_000
DAY_US = 86_400_000_000
MONDAY_US = 4 * DAY_US  #: 1970-01-05 was a Monday
MOST_TAGS = 100
#: Steps that a grid may have, in seconds; a week has at most about forty thousand of them.
STEPS = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600)
MOST_ROWS = 40_000


@dataclass(frozen=True)
class Wanted:
    """Tags of one machine, and the good period they are compared with (end excluded).

    `revision` is another one whenever the period is to be learned again. `per_week` is how many
    false alarms a week a person is willing to see.
    """

    name: str
    asset: str | None
    tags: tuple[str, ...]
    start_us: int
    end_us: int
    exclude: tuple[tuple[int, int], ...]
    per_week: float
    method: str | None
    time_zone: str
    revision: int

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "Wanted":
        """Read a document; raises UnusableOption for what makes no sense."""
        try:
            made = cls(
                str(document["name"]),
                document.get("asset"),
                tuple(dict.fromkeys(str(tag) for tag in document["tags"])),
                int(document["start"]),
                int(document["end"]),
                tuple((int(a), int(b)) for a, b in document.get("exclude", ())),
                float(document.get("per_week", 1.0)),
                document.get("method"),
                str(document.get("time_zone", "Asia/Seoul")),
                int(document.get("revision", 1)),
            )
            ZoneInfo(made.time_zone)
        except (KeyError, TypeError, ValueError, ZoneInfoNotFoundError) as error:
            raise UnusableOption("This watch makes no sense and is not followed.") from error
        if not made.tags or len(made.tags) > MOST_TAGS or made.end_us <= made.start_us:
            raise UnusableOption("This watch makes no sense and is not followed.")
        if not 0 < made.per_week <= 1000:
            raise UnusableOption("This watch makes no sense and is not followed.")
        return made


@dataclass(frozen=True)
class Grid:
    """Rows of equal steps: row n begins at `n * every_us`."""

    every_us: int
    offset_us: int  #: of the plant's time from UTC

    @classmethod
    def of(cls, wanted: Wanted, expected_us: int) -> "Grid":
        """Return the finest grid that the period and the tags' own pace allow."""
        length = wanted.end_us - wanted.start_us
        steps = [step * 1_000_000 for step in STEPS]
        fitting = [s for s in steps if length <= s * MOST_ROWS and s >= 0.8 * expected_us]
        zone = ZoneInfo(wanted.time_zone)
        moment = datetime.fromtimestamp(wanted.start_us / 1e6, UTC).astimezone(zone)
        offset = moment.utcoffset()
        return cls(
            fitting[0] if fitting else steps[-1],
            0 if offset is None else int(offset.total_seconds()) * 1_000_000,
        )

    @property
    def per_day(self) -> int:
        """Steps of a day."""
        return DAY_US // self.every_us

    def budget(self, per_week: float) -> float:
        """Return false alarms per row."""
        return per_week * self.every_us / WEEK_US

    def row(self, time_us: int) -> int:
        """Return the number of the row in which a time lies."""
        return time_us // self.every_us

    def phase(self, row: int) -> int:
        """Return the steps from a Monday's midnight, in the plant's time, to a row."""
        return (
            (row * self.every_us + self.offset_us - MONDAY_US) // self.every_us % (7 * self.per_day)
        )
