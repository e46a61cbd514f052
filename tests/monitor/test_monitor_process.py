"""The process behind `deungdae monitor`: events, questions before it has begun, one at a time."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from monitor_site import MonitorSite

from deungdae.bus import Refusal
from deungdae.bus.given import Given
from deungdae.monitor.outbox import Outbox
from deungdae.monitor.part import Context, Handler, Point

S = 1_000_000
T = 1_795_348_800 * S
OURS, THEIRS = "가온정밀", "누리사출"


class Listening:
    """A part that keeps what it hears, and whose beginning may fail."""

    def __init__(self, *, fails: bool = False) -> None:
        self.points: list[tuple[str, Point]] = []
        self.fails = fails

    def quick(self) -> Mapping[str, Handler]:
        return {"count": self._count}

    def long(self) -> Mapping[str, Handler]:
        return {}

    def _count(self, organisation: str, given: Given) -> Any:
        return {"count": sum(owner == organisation for owner, _ in self.points)}

    async def begin(self, context: Context) -> None:
        if self.fails:
            raise ValueError("not yet")
        self.context = context

    async def heard(self, organisation: str, points: Sequence[Point]) -> None:
        self.points += [(organisation, point) for point in points]

    async def passed(self, now_us: int) -> None:
        pass

    async def end(self) -> None:
        pass


def test_parts_hear_live_points_of_every_organisation_and_what_other_parts_spread(
    tmp_path: Path,
) -> None:
    part = Listening()
    with MonitorSite(tmp_path, [part]) as site:
        site.tell(OURS, [("line1/a", T, 1.5)])
        site.tell(THEIRS, [("line1/a", T, "문")])
        part.context.spread(OURS, [Point("~watch/1", T, 0.5, 192)])
        site.until(lambda: len(part.points) == 3)
        assert site.ask("count", OURS, topic="monitor") == {"count": 2}
    assert part.points[:2] == [
        (OURS, Point("line1/a", T, 1.5, 192)),
        (THEIRS, Point("line1/a", T, "문", 192)),
    ]


def test_the_past_comes_as_arrays_without_points_of_bad_quality(tmp_path: Path) -> None:
    part = Listening()
    with MonitorSite(tmp_path, [part]) as site:
        site.store(OURS, "plc", "a", [(T, 1.0), (T + S, 2.0)])
        site.store(OURS, "plc", "a", [(T + 2 * S, 9.0)], quality=0)
        site.store(OURS, "plc", "mode", [(T, "자동"), (T + S, "수동")])
        past = part.context.past
        found = site.bus.run(past.raw(OURS, ["a", "nobody"], T, T + 9 * S))
        texts = site.bus.run(past.texts(OURS, ["mode"], T, T + 9 * S))
        means = site.bus.run(past.means(OURS, ["a"], T, T + 9 * S, 10 * S))
    assert list(found) == ["a"]
    assert found["a"][0].tolist() == [T, T + S] and found["a"][1].tolist() == [1.0, 2.0]
    assert texts["mode"][1].tolist() == ["자동", "수동"]
    assert means["a"].mean.tolist() == [np.float64(1.5)]


def test_a_part_that_could_not_begin_refuses_in_words_and_the_others_go_on(tmp_path: Path) -> None:
    sick, well = Listening(fails=True), Listening()
    with MonitorSite(tmp_path, [well, sick]) as site:
        site.tell(OURS, [("a", T, 1)])
        assert len(well.points) == 1 and sick.points == []
        with pytest.raises(Refusal, match="just being started"):
            site.ask("count", OURS, topic="monitor")


def test_an_event_counts_once_and_numbers_never_come_twice(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path, lambda: T)
    assert outbox.add(OURS, "shift_ended", "a", {"shift": "주간"})
    assert not outbox.add(OURS, "shift_ended", "a", {"shift": "야간"})
    assert outbox.add(THEIRS, "shift_ended", "a", {})
    assert outbox.add(OURS, "telling", "b", {})
    found = outbox.after(OURS, 0, None, 10)
    assert [(each["n"], each["kind"]) for each in found["events"]] == [
        (T, "shift_ended"),
        (T + 2, "telling"),
    ]
    assert found["events"][0]["document"] == {"shift": "주간"}
    assert outbox.after(OURS, T, ["telling"], 10)["events"][0]["key"] == "b"
    outbox.close()
    again = Outbox(tmp_path, lambda: T)
    assert again.epoch == found["epoch"]
    assert again.after(OURS, 0, None, 1)["last"] == T
    again.close()


def test_it_begins_without_what_takes_longest_to_import() -> None:
    # Each start of an installation waits for it: nearly a second, of two.
    script = (
        "import sys, deungdae.monitor.main; "
        "print(sorted({'scipy.stats', 'scipy.signal', 'duckdb', 'altair'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
