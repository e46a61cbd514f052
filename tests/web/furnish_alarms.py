"""An alarm that stands, with what was done last time, for the pages of alarms."""

from typing import Any

from django.utils import timezone
from furnish_live import RUNS

from deungdae.web.alarms.actions.acting import WriteNote
from deungdae.web.alarms.actions.rules import MakeRule
from deungdae.web.core.scope import Scope
from deungdae.web.floor.models import Asset


def alarms(everything: Scope, organisation: Any) -> dict[str, str]:
    """Furnish an organisation whose floor is drawn; return pages by their kinds."""
    told = {"scope": everything, "organisation": organisation}
    assets = Asset.objects.within(everything).filter(organisation=organisation)
    rule = MakeRule(
        **told,
        name="배럴 온도 낮음",
        kind="limits",
        tag="1호 라인/사출 1호기/배럴 온도",
        asset=assets.get(name="사출 1호기"),
        # It is never so hot: the alarm comes with the last value that is known.
        condition={"low": 10_000.0, "deadband": 1.0},
        priority="high",
        meaning="충전이 덜 됩니다.",
        remedy="히터 전원을 확인합니다.",
    ).perform()
    MakeRule(
        **told, name="설비 신호 없음", kind="stale", tag=RUNS,
        condition={"after_seconds": 86_000.0}, priority="low",
    ).perform()  # fmt: skip
    WriteNote(
        **told, rule=rule, occurrence=1, text="히터 퓨즈를 갈았음", now=timezone.now(),
        took_seconds=600.0,
    ).perform()  # fmt: skip
    address = f"/alarms/rules/{rule.public_id}/"
    return {
        "alarm_rule": address,
        "alarm_change": f"{address}change/",
        "alarm_occurrence": f"/alarms/{rule.public_id}/1/",
    }
