"""Sets up a few alarms on the simulated plant for the demo company, by the actions that pages use.

Set up once: what a person changed or retired since stays as it is.
"""

from collections.abc import Mapping
from typing import Any, Final

#: The zone that runs away in the simulated plant: set to 230 °C, flash from ten degrees above.
HOT: Final = "line2/imm1/barrel_zone3"
HOT_ABOVE: Final = 238.0
MACHINE: Final = "line2/imm1"
SILENT: Final = "line1/imm1/motor_current"


def register(scope: Any, organisation: Any, assets: Mapping[str, Any]) -> None:
    """Set up what the company has not had yet; `assets` are its machines by path."""
    from deungdae.web.alarms.actions.rules import MakeRule
    from deungdae.web.alarms.models import AlarmRule

    known = set(
        AlarmRule.objects.within(scope)
        .filter(organisation=organisation)
        .values_list("name", flat=True)
    )
    for rule in _rules(assets):
        if rule["name"] not in known:
            MakeRule(scope=scope, organisation=organisation, **rule).perform()


def _rules(assets: Mapping[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {
            "name": "사출 1호기 실린더 3번 히터 과열",
            "kind": "limits",
            "tag": HOT,
            "asset": assets.get(MACHINE),
            "condition": {"high": HOT_ABOVE, "deadband": 1.0, "on_seconds": 10.0},
            "priority": "high",
            "meaning": "설정보다 10 °C 넘게 높으면 버가 나옵니다.",
            "remedy": "3번 히터의 릴레이와 열전대를 확인하고, 20분 안에 내려오지 않으면 세웁니다.",
        },
        {
            "name": "라인 1 사출 1호기 전류 값이 오지 않음",
            "kind": "stale",
            "tag": SILENT,
            "asset": assets.get("line1/imm1"),
            "condition": {"after_seconds": 60.0},
            "priority": "low",
            "meaning": "이 설비의 상태를 알 수 없습니다.",
            "remedy": "현장 PC와 통신선을 확인합니다.",
        },
    ]
    for path in (MACHINE, "line1/imm1"):
        if path in assets:
            machine = assets[path]
            name = f"{machine.line.name if machine.line else ''} {machine.name} 3분 넘게 멈춤"
            found.append(
                {
                    "name": name.strip(),
                    "kind": "machine",
                    "asset": machine,
                    "condition": {"states": ["stopped", "down"], "after_seconds": 180.0},
                    "priority": "medium",
                    "meaning": "계획 수량을 채우지 못합니다.",
                    "remedy": "설비 앞에서 비가동 사유를 누르고, 고장이면 보전 담당을 부릅니다.",
                }
            )
    return found
