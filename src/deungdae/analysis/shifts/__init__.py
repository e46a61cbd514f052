"""When a line was meant to work: shifts, breaks, rotations, holidays, exceptions, by version.

patterns   shifts of a day, who works them, and the usual patterns of Korean plants
calendar   versions and exceptions of one line, and the periods that follow from them
days       public holidays by country
"""

from deungdae.analysis.shifts.calendar import (
    Calendar,
    Closed,
    Extra,
    Period,
    UnusableCalendar,
    Version,
    busy_us,
)
from deungdae.analysis.shifts.days import public_holidays
from deungdae.analysis.shifts.patterns import PRESETS, Pattern, Rotation, Shift

__all__ = [
    "PRESETS",
    "Calendar",
    "Closed",
    "Extra",
    "Pattern",
    "Period",
    "Rotation",
    "Shift",
    "UnusableCalendar",
    "Version",
    "busy_us",
    "public_holidays",
]
