"""Who is told and by which way, messages in all states, and a shift report with all it can hold."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone

from deungdae.web.alarms import policies
from deungdae.web.alarms.models import Channel
from deungdae.web.core.models import Outgoing
from deungdae.web.core.scope import Scope
from deungdae.web.core.sealing import seal
from deungdae.web.floor.models import Asset, ShiftReport

S = 1_000_000
START = 1_795_334_400 * S  # 2026-11-22 08:00 UTC
HOURS = 8 * 3600
REFUSED = {
    "template": "The mail server does not accept the address {address}: {reason}",
    "values": {"address": "gone@example.com", "reason": "no such mailbox"},
}


def telling(everything: Scope, organisation: Any) -> dict[str, str]:
    """Furnish an organisation whose floor is drawn; return pages by their kinds."""
    mine = {"organisation": organisation}
    channel = Channel.objects.create(
        **mine,
        name="설비팀 메일함",
        kind="mail",
        sealed=seal("team@example.com"),
        shown="team@example.com",
        tried_at=timezone.now(),
        tried_well=False,
    )
    policy = policies.default(organisation)
    now = timezone.now()
    for state, error in (("sent", None), ("waiting", None), ("failed", REFUSED), ("late", None)):
        Outgoing.objects.create(
            **mine, key=f"furnished:{state}", kind="alarm", to="kim@example.com",
            target="kim@example.com", subject="[높음] 1호 라인: 금형 온도 92 °C", text="92 °C",
            state=state, error=error, made_at=now, next_at=now + timedelta(days=9), twice=not error,
        )  # fmt: skip
    line = Asset.objects.within(everything).get(organisation=organisation, kind="line")
    began = datetime.fromtimestamp(START / S, UTC)
    for revision in (1, 2):
        ShiftReport.objects.create(
            **mine,
            asset=line,
            day="2026-11-22",
            shift="주간",
            revision=revision,
            current=revision == 2,
            began_at=began,
            ended_at=began + timedelta(seconds=HOURS),
            document=document(line),
            changes=[["oee", 0.7, 0.71], ["reasons_missing", 4, 1]] if revision == 2 else [],
            made_at=now,
            looked_at=now,
            good=1112.0,
            oee=0.71,
        )
    return {
        "alarm_channel": channel.get_absolute_url(),
        "alarm_policy": policy.get_absolute_url(),
        "shift_report": f"/floor/shifts/{line.public_id}/2026-11-22/주간/",
    }


def document(line: Asset) -> dict[str, Any]:
    """Return the figures of a shift with losses, stops, scrap, alarms and unknown time."""
    losses = {"unknown": 900, "down": 1500, "setup": 3700, "stopped": 1300, "slow": 1100}
    shift = {
        "asset": str(line.public_id), "day": "2026-11-22", "name": "주간", "crew": "A",
        "start": START, "end": START + HOURS * S, "final": True, "counted": True,
        "counts": {"produced": 1150, "scrapped": 34, "reworked": 4}, "plan": 1200,
        "figures": {"availability": 0.83, "effectiveness": 0.9, "quality": 0.97, "oee": 0.71,
                    "known": 0.97, "low": 0.69, "high": 0.75},
        "waterfall": {"planned": HOURS, "losses": losses, "productive": 20300},
        "pareto": [["setup", 3700, 2, 0.57, 0.57], ["down", 1500, 3, 0.43, 1.0]],
        "stops": 9, "micro_stops": 14, "scrap": [["short", 30], [None, 4]],
        "reasons_missing": [[START + 3600 * S, START + 4400 * S]],
        "lost_cost": 123456, "energy_kwh": 412.3,
    }  # fmt: skip
    return {
        "shift": shift,
        "members": [[str(line.public_id), "사출 1호기", shift]],
        "stops": [
            [str(line.public_id), START, START + 2400 * S, "setup", "setup", None, "유압 이상"],
            [str(line.public_id), START, START + 800 * S, "stopped", None, None, None],
        ],
        "usual": {"n": 10, "oee": 0.76, "losses": {**losses, "setup": 2100}},
        "before": [],
        "alarms": [[START, None, "금형 온도 높음", "high", "1호 라인 · 사출 1호기"]],
        "names": {str(line.public_id): "1호 라인", "other": "사출 1호기"},
    }
