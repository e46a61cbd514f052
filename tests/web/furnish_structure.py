"""What an engineer drew besides lines and machines: a shift calendar, and what a state means."""

from datetime import date
from typing import Any

from deungdae.web.core.scope import Scope
from deungdae.web.floor import reasons
from deungdae.web.floor.actions.assets import SetSignals, SignalSaid
from deungdae.web.floor.actions.calendars import AddException, MakeCalendar
from deungdae.web.floor.models import Asset

DAY = {"name": "주간", "start": 510, "end": 1050, "breaks": [[750, 810]]}


def structure(everything: Scope, organisation: Any) -> dict[str, str]:
    """Furnish an organisation that has lines and machines; return pages by their kinds."""
    told = {"scope": everything, "organisation": organisation}
    week = [["주간"]] * 5 + [[], []]
    pattern = {"shifts": [DAY], "week": week, "on_holidays": False, "rotation": None}
    calendar = MakeCalendar(**told, name="주간", since=date(2026, 1, 1), pattern=pattern).perform()
    AddException(**told, calendar=calendar, day=date(2026, 10, 1), reason="창립기념일").perform()
    rows = Asset.objects.within(everything).filter(organisation=organisation)
    dryer, line = rows.get(name="건조기"), rows.get(kind="line")
    state = SignalSaid("state", f"{dryer.path}/상태", {"map": {"운전": "running"}})
    SetSignals(**told, asset=dryer, signals=[state]).perform()
    reason = reasons.of(everything, organisation, "stop")[0]
    return {
        "asset_setup": dryer.get_absolute_url(),
        "line_setup": line.get_absolute_url(),
        "state_map": f"{dryer.get_absolute_url()}states/",
        "calendar": calendar.get_absolute_url(),
        "calendar_pattern": f"{calendar.get_absolute_url()}shifts/",
        "change_reason": f"/floor/reasons/{reason.public_id}/",
    }
