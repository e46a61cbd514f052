"""What the inspector finds: one row for each part, and which parts are bad."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from math import exp
from typing import Final, NamedTuple

from deungdae.demo_plant import calendar
from deungdae.demo_plant.shop import MACHINES, Machine
from deungdae.demo_plant.story import Story

BELT_S = 45.0  #: from the mould to the inspector
OFTEN = 0.012  #: share of bad parts without any cause of ours
FLASH = 0.45  #: share of parts with flash when the zone is far too hot
HOT_C = 10.0  #: above its setting; where half of that is reached
KINDS: Final = ("미성형", "은줄", "긁힘")
KOREA: Final = timezone(timedelta(seconds=calendar.KOREA_S))
HEADER: Final = (
    *("검사일시", "성형일시", "라인", "설비", "품명", "로트", "부품번호"),
    *("중량", "판정", "불량유형"),
)


class Part(NamedTuple):
    """One inspected part. Times are seconds since 1970 UTC."""

    inspected_s: float
    made_s: float
    machine: Machine
    lot: str
    serial: str
    weight_g: float
    fault: str  #: "" for a good part

    def row(self) -> list[str]:
        """Return the cells of its line in the inspector's file, times in Korea's."""
        line, _, machine = self.machine.name.partition("/")
        return [
            _shown(self.inspected_s),
            _shown(self.made_s),
            line,
            machine,
            self.machine.product,
            self.lot,
            self.serial,
            f"{self.weight_g:.2f}",
            "불량" if self.fault else "양호",
            self.fault,
        ]


def _shown(time_s: float) -> str:
    moment = datetime.fromtimestamp(time_s, UTC).astimezone(KOREA)
    return moment.strftime("%Y-%m-%d %H:%M:%S.") + f"{moment.microsecond // 1000:03d}"


def chance_of_flash(too_hot_c: float) -> float:
    """Return the share of parts with flash when the third zone is so much too hot."""
    return FLASH / (1 + exp(-(too_hot_c - HOT_C)))


def parts(story: Story, start_s: float, end_s: float) -> list[Part]:
    """Return the parts inspected from `start_s` until before `end_s`, oldest first."""
    found = [
        part
        for machine in MACHINES
        for part in _of(story, machine, start_s, end_s)
        if start_s <= part.inspected_s < end_s
    ]
    return sorted(found, key=lambda part: part.inspected_s)


def _of(story: Story, machine: Machine, start_s: float, end_s: float) -> Iterator[Part]:
    first = calendar.moment(story.seed, machine, start_s - BELT_S - 2 * machine.cycle_s)
    last = calendar.moment(story.seed, machine, end_s)
    for day in range(first.day, last.day + 1):
        begin = first.shot if day == first.day else 0
        midnight = (day + 1) * calendar.DAY_S - calendar.KOREA_S
        end = last if day == last.day else calendar.moment(story.seed, machine, midnight - 0.001)
        for number in range(begin, end.shot):
            yield _part(story, machine, day, number)


def _part(story: Story, machine: Machine, day: int, number: int) -> Part:
    made = calendar.ended(story.seed, machine, day, number)
    chance = random.Random(f"{story.seed}/{machine.name}/{day}/{number}/part")  # noqa: S311
    fault = chance.choice(KINDS) if chance.random() < OFTEN else ""
    if chance.random() < chance_of_flash(story.drift(machine, made)):
        fault = "버"
    # Each machine's parts come in a millisecond of their own: one inspector holds one part.
    inspected = round(made + BELT_S) + 0.1 * machine.number
    date = datetime.fromtimestamp(made, KOREA)
    serial = f"{date:%y%m%d}-{machine.number + 1}-{number:05d}"
    weight = story.shot(machine, day, number)["weight"]
    return Part(inspected, made, machine, calendar.lot(made), serial, weight, fault)
