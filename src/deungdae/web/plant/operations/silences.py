"""Times in which tags said nothing for longer than they should, told by right clocks.

A tag whose clock is off has its points at other times: nine hours ahead, and today looks empty. So
the history is asked about the span as the tag's own clock has it, and what is found is moved back.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from deungdae.web.core.models import Organisation
from deungdae.web.core.scope import Scope
from deungdae.web.plant.models import Tag
from deungdae.web.plant.operations import asking, clocks
from deungdae.web.plant.operations.facts import Facts, Gap
from deungdae.web.plant.operations.spans import MINUTE_US, SECOND_US

#: A tag is late after three of its intervals; below ten seconds that is no gap yet.
INTERVALS: Final = 3
SHORTEST_US: Final = 10 * SECOND_US
MOST_TAGS: Final = 1_000  #: in one question
LATE_US: Final = 5 * MINUTE_US


@dataclass(frozen=True)
class Expected:
    """How often a tag should speak, and of which machine it is."""

    tag: str
    seconds: float
    machine: str = ""

    @property
    def longest_us(self) -> int:
        """The silence that is not a gap yet."""
        return max(SHORTEST_US, math.ceil(self.seconds * INTERVALS * SECOND_US))


def expected(
    scope: Scope, organisation: Organisation, source: str | None = None
) -> dict[str, list[Expected]]:
    """Return, by source, the tags of which somebody said how often they speak; busiest first."""
    tags = Tag.objects.within(scope).filter(
        organisation=organisation, taken=True, expected_seconds__gt=0
    )
    if source is not None:
        tags = tags.filter(origin=source)
    found: dict[str, list[Expected]] = {}
    for origin, *told in tags.order_by("expected_seconds", "path").values_list(
        "origin", "path", "expected_seconds", "machine"
    ):
        found.setdefault(origin, []).append(Expected(*told))
    return found


def shifts(facts: Facts, tags: Iterable[Expected], offset_us: int) -> dict[str, int]:
    """Return by how much the times of tags would have to be moved to be right; 0 is left out."""
    machines = {}
    for driver in facts.report.drivers if facts.report else ():
        if off := clocks.look(driver.lag_us, offset_us, driver.kind):
            machines[driver.name] = off.shift_us
    whole = 0
    if not machines and (off := clocks.look(facts.delay_us, offset_us)):
        # Points that come late by anything else may have waited on their way.
        whole = 0 if off.why is clocks.Why.CLOCK else off.shift_us
    found = {tag.tag: machines.get(tag.machine, whole) for tag in tags}
    return {tag: shift_us for tag, shift_us in found.items() if shift_us}


def of(
    organisation: Organisation,
    chosen: Sequence[tuple[Facts, Sequence[Expected]]],
    start_us: int,
    end_us: int,
    offset_us: int,
) -> dict[str, list[Gap]]:
    """Return, by source, the gaps of tags of several sources; raises `bus.Unavailable`.

    What lies before a source was there is no gap. One question is asked for each way in which
    clocks are off.
    """
    tags: dict[str, tuple[Facts, Expected]] = {}
    questions: dict[int, list[str]] = {}
    for facts, wanted in chosen:
        moved = shifts(facts, wanted, offset_us)
        for one in wanted:
            if len(tags) < MOST_TAGS and one.tag not in tags:
                tags[one.tag] = facts, one
                questions.setdefault(moved.get(one.tag, 0), []).append(one.tag)
    found: dict[str, list[Gap]] = {facts.source: [] for facts, _wanted in chosen}
    for shift_us, names in questions.items():
        shortest = min(tags[name][1].longest_us for name in names)
        told = asking.gaps(organisation, names, start_us - shift_us, end_us - shift_us, shortest)
        for gap in told:
            facts, one = tags[gap.tag]
            begun = max(gap.start_us + shift_us, facts.created_us or 0)
            right = Gap(gap.tag, begun, gap.end_us + shift_us)
            if right.length_us > one.longest_us and not _late(right, facts, end_us):
                found[facts.source].append(right)
    return found


def _late(gap: Gap, facts: Facts, now_us: int) -> bool:
    """Say whether a silence up to now is none: points come, and carry times some while past."""
    late_us = facts.delay_us or 0
    return late_us > LATE_US and gap.end_us >= now_us and gap.length_us <= late_us + LATE_US
