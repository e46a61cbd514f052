"""A machine that the monitor follows in tests: a clock that is set, two shifts, what is drawn."""

from datetime import UTC, datetime
from typing import Any

from machine_of_truth import S

from deungdae.monitor.floor import Floor

OURS = "가온정밀"
T = 1_795_392_000 * S  # 2026-11-23 00:00:00 UTC, 09:00 in Seoul, a Monday
HOUR = 3_600
#: From nine to one, two hours each, on every day.
TWO_SHIFTS = {
    "name": "두 교대",
    "time_zone": "Asia/Seoul",
    "day_cut": 480,
    "country": None,
    "versions": [
        {
            "since": "2026-01-01",
            "pattern": {
                "shifts": [
                    {"name": "오전", "start": 540, "end": 660, "breaks": []},
                    {"name": "오후", "start": 660, "end": 780, "breaks": []},
                ],
                "week": [["오전", "오후"]] * 7,
            },
        }
    ],
}


class Clock:
    """A clock that a test sets."""

    def __init__(self, now_us: int) -> None:
        self.now_us = now_us

    def __call__(self) -> int:
        return self.now_us

    @property
    def moment(self) -> datetime:
        """The same for the web."""
        return datetime.fromtimestamp(self.now_us / 1e6, UTC)


def machine(*signals: dict[str, Any], **more: Any) -> dict[str, Any]:
    """How 사출 1호기 is drawn with these signals."""
    return {"name": "사출 1호기", "kind": "machine", "signals": list(signals), **more}


def state_of(floor: Floor, asset: str = "imm1") -> Any:
    """The state in which the monitor sees a machine; None while it sees none."""
    return floor.hall.now.get((OURS, asset), {}).get("state")
