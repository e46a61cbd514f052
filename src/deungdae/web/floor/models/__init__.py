"""What the floor keeps: lines and machines, calendars, plans, reasons, and what people said."""

from deungdae.web.floor.models.assets import Asset, Signal
from deungdae.web.floor.models.calendars import (
    CalendarException,
    CalendarVersion,
    ShiftCalendar,
)
from deungdae.web.floor.models.contracts import PowerContract
from deungdae.web.floor.models.plans import Plan
from deungdae.web.floor.models.reporting import Followed, ReportSubscription, ShiftReport
from deungdae.web.floor.models.said import Reason, ScrapSaid, ShiftNote, StopSaid

__all__ = [
    "Asset",
    "CalendarException",
    "CalendarVersion",
    "Followed",
    "Plan",
    "PowerContract",
    "Reason",
    "ReportSubscription",
    "ScrapSaid",
    "ShiftCalendar",
    "ShiftNote",
    "ShiftReport",
    "Signal",
    "StopSaid",
]
