"""Clocks that are off: by how much, probably why, and by how much times would have to be moved.

A machine that writes a time without its zone is read by some zone. When that was the wrong one, all
its times are off by whole hours, and stay so; a clock that merely goes wrong is off by anything.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.utils.translation import gettext as _

from deungdae.web.plant.operations.spans import HOUR_US, MINUTE_US, SECOND_US, spoken

BEARABLE_US: Final = 30 * SECOND_US  #: a clock may be off by so much before anybody is told
STEP_US: Final = 30 * MINUTE_US  #: what the zones of the world differ by, but for a few
NEAR_US: Final = 5 * MINUTE_US  #: that a step may be missed by: the way takes its time, too
#: Drivers that read what was written some time before: there, being late is no sign of a clock.
LATE_BY_NATURE: Final = frozenset({"files", "sql"})


class Why(StrEnum):
    """What is probably the matter."""

    UTC_AS_LOCAL = "utc_as_local"
    LOCAL_AS_UTC = "local_as_utc"
    SUMMER = "summer"
    ZONE = "zone"
    CLOCK = "clock"


@dataclass(frozen=True)
class Off:
    """A clock that is off. `lag_us` is positive when its times lie behind; `shift_us` mends it."""

    lag_us: int
    shift_us: int
    why: Why

    @property
    def headline(self) -> str:
        """By how much it is off."""
        if self.lag_us > 0:
            return _("{span} behind").format(span=spoken(self.rounded_us))
        return _("{span} ahead").format(span=spoken(self.rounded_us))

    @property
    def rounded_us(self) -> int:
        """By how much it is off, whole hours where it is off by whole hours."""
        return self.lag_us if self.why is Why.CLOCK else self.shift_us

    @property
    def guess(self) -> str:
        """What is probably the matter, in a sentence."""
        return {
            Why.UTC_AS_LOCAL: _("Probably its times are UTC and were read as Korean time."),
            Why.LOCAL_AS_UTC: _("Probably its times are Korean time and were read as UTC."),
            Why.SUMMER: _("Probably its clock changes to summer time, or did not change back."),
            Why.ZONE: _("Probably its clock is set to the time zone of another country."),
            Why.CLOCK: _("Probably nobody has set its clock for long."),
        }[self.why]

    @property
    def todo(self) -> str:
        """What to do at the machine."""
        if self.why is Why.CLOCK:
            return _("Set the clock of the machine, or switch its time synchronisation (NTP) on.")
        return _("Set the time zone of the machine or of its driver, or repair the times here.")


def look(lag_us: int | None, offset_us: int, kind: str = "") -> Off | None:
    """Say whether a clock is off whose times lie `lag_us` behind; None while that is bearable.

    `offset_us` is how far the clocks of the site are ahead of UTC. `kind` is that of the driver.
    """
    if lag_us is None or abs(lag_us) < BEARABLE_US:
        return None
    steps_us = round(lag_us / STEP_US) * STEP_US
    whole = bool(steps_us) and abs(lag_us - steps_us) <= NEAR_US
    if whole and offset_us and abs(steps_us) == abs(offset_us):
        # Behind: 05:00 UTC, read as 05:00 of Seoul, is 20:00 UTC of the day before.
        late = (steps_us > 0) == (offset_us > 0)
        return Off(lag_us, steps_us, Why.UTC_AS_LOCAL if late else Why.LOCAL_AS_UTC)
    if kind in LATE_BY_NATURE and lag_us > 0:
        return None
    if whole:
        return Off(lag_us, steps_us, Why.SUMMER if abs(steps_us) == HOUR_US else Why.ZONE)
    return Off(lag_us, round(lag_us / SECOND_US) * SECOND_US, Why.CLOCK)
