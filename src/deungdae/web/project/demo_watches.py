"""Has one machine of the simulated plant watched for anomalies, by the actions that pages use.

The good period is the day before and a few minutes to come, for the values of the past are still on
their way when a first start ends here; it is learned when it is over. The third heater of that
machine runs away every fifty minutes: those stretches are excluded, as an engineer would exclude
them. Set up once: what a person changed or ended since stays as it is.
"""

import time
from collections.abc import Mapping
from typing import Any, Final

MACHINE: Final = "line2/imm1"
NAME: Final = "사출 3호기 전체 태그"
ALARM: Final = "사출 3호기 평소와 다름"
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
    from deungdae.web.alarms.actions.rules import MakeRule
    from deungdae.web.watches.actions.watches import MakeWatch
    from deungdae.web.watches.models import Watch

    machine = assets.get(MACHINE)
    if machine is None or Watch.objects.within(scope).filter(asset=machine).exists():
        return
    end = time.time_ns() // 1000 // (60 * SECOND) * 60 * SECOND + SOON_US
    start = end - BEFORE_US
    watch = MakeWatch(
        scope=scope,
        organisation=organisation,
        asset=machine,
        name=NAME,
        tags=[f"{MACHINE}/{tag}" for tag in TAGS],
        start_us=start,
        end_us=end,
        exclude=_hot(start, end),
        per_week=PER_WEEK,
    ).perform()
    MakeRule(
        scope=scope,
        organisation=organisation,
        name=ALARM,
        kind="score",
        asset=machine,
        watch=watch.public_id,
        condition={"limit": 1.0, "on_seconds": 60},
        priority="medium",
        meaning="설비의 태그들이 좋은 기간과 다르게 움직입니다.",
        remedy="이상 감시 화면에서 어느 태그 때문인지 보고, 진짜인지 오경보인지 눌러 주십시오.",
    ).perform()


def _hot(start_us: int, end_us: int) -> list[list[int]]:
    """Return the stretches in which the heater is too hot."""
    every = EVERY_S * SECOND
    found = []
    for number in range(start_us // every, end_us // every + 1):
        begin, end = (int((number + share) * every) for share in HOT)
        if end > start_us and begin < end_us:
            found.append([max(begin, start_us), min(end, end_us)])
    return found
