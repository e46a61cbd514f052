"""Has one machine of the simulated plant watched for anomalies, by the actions that pages use.

The good period is the day before and a few minutes to come, for the values of the past are still on
their way when a first start ends here; it is learned when it is over. The third heater of that
machine runs away every fifty minutes: those stretches are excluded, as an engineer would exclude
them. Set up once, in the language of the installation: what a person changed or ended since stays.
"""

import time
from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import override

MACHINE: Final = "line2/imm1"
TAGS: Final = (
    *("barrel_zone1", "barrel_zone2", "barrel_zone3", "barrel_zone4", "motor_current"),
    *("clamp_force", "injection_pressure", "cushion", "cycle_time"),
)
SECOND: Final = 1_000_000
BEFORE_US: Final = 30 * 3_600 * SECOND
SOON_US: Final = 240 * SECOND
#: The heater's run-away, from one to the next, and between which shares of it is hot.
EVERY_S: Final = 3_000
HOT: Final = (0.12, 0.98)
PER_WEEK: Final = 7.0


def register(scope: Any, organisation: Any, assets: Mapping[str, Any]) -> None:
    """Set up the watch and its alarm; `assets` are the machines by path."""
    from django.conf import settings

    from deungdae.web.alarms.actions.rules import MakeRule
    from deungdae.web.watches.actions.watches import MakeWatch
    from deungdae.web.watches.models import Watch

    machine = assets.get(MACHINE)
    if machine is None or Watch.objects.within(scope).filter(asset=machine).exists():
        return
    end = time.time_ns() // 1000 // (60 * SECOND) * 60 * SECOND + SOON_US
    start = end - BEFORE_US
    with override(settings.LANGUAGE_CODE):
        words = _words(machine.name)
    watch = MakeWatch(
        scope=scope,
        organisation=organisation,
        asset=machine,
        name=words["watch"],
        tags=[f"{MACHINE}/{tag}" for tag in TAGS],
        start_us=start,
        end_us=end,
        exclude=_hot(start, end),
        per_week=PER_WEEK,
    ).perform()
    MakeRule(
        scope=scope,
        organisation=organisation,
        name=words["alarm"],
        kind="score",
        asset=machine,
        watch=watch.public_id,
        condition={"limit": 1.0, "on_seconds": 60},
        priority="medium",
        meaning=words["meaning"],
        remedy=words["remedy"],
    ).perform()


def _words(machine: str) -> dict[str, str]:
    return {
        "watch": _("%(machine)s: all tags") % {"machine": machine},
        "alarm": _("%(machine)s: not as usual") % {"machine": machine},
        "meaning": _("The tags of the machine move otherwise than in its good period."),
        "remedy": _(
            "See on the page of the watch which tags are to blame, and say whether it was real or "
            "a false alarm."
        ),
    }


def _hot(start_us: int, end_us: int) -> list[list[int]]:
    """Return the stretches in which the heater is too hot."""
    every = EVERY_S * SECOND
    found = []
    for number in range(start_us // every, end_us // every + 1):
        begin, end = (int((number + share) * every) for share in HOT)
        if end > start_us and begin < end_us:
            found.append([max(begin, start_us), min(end, end_us)])
    return found
