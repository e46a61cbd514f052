"""What comes late belongs to frames of long ago: all of them are made anew, the newest first."""

import asyncio
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from deungdae.analysis.shifts import PRESETS, Calendar, Version
from deungdae.bus import Unavailable
from deungdae.monitor.definitions import Asset, Signal
from deungdae.monitor.floor import Floor, keeping
from deungdae.monitor.floor.frames import Frame
from deungdae.monitor.floor.keeping import Keeping
from deungdae.monitor.floor.learning import Model
from deungdae.monitor.floor.machine import Machine
from deungdae.monitor.floor.shifts import DAY_US, Bounds, frames
from deungdae.monitor.past import Readings
from deungdae.monitor.point import Point

S = 1_000_000
T = 1_795_392_000 * S  # 2026-11-23 09:00 in Seoul, an hour or more within a shift
ZONE = "Asia/Seoul"
THREE_SHIFTS = Calendar((Version(date(2024, 1, 1), PRESETS["4조3교대"]),))


class Healing(Keeping):
    """Notes which frames are made anew; of those that are refused nothing can be read."""

    def __init__(self, *names: str) -> None:
        self.hall: Any = SimpleNamespace(
            machines={("o", name): machine(name) for name in names},
            calendar=lambda _: THREE_SHIFTS,
            time_zone=ZONE,
            store=self,
            context=SimpleNamespace(now_us=lambda: T),
        )
        super().__init__(self.hall)  # type: ignore[arg-type]
        self.settled: list[tuple[str, int]] = []
        self.kept: dict[tuple[str, int], tuple[Frame, bool]] = {}
        self.refused: set[int] = set()
        self.clock, self.takes = 0.0, 0.0  #: seconds, and what a frame takes of them

    async def _load(self, key: Any, machine: Machine, now_us: int) -> None:
        pass

    async def _settle(self, key: Any, start_us: int, now_us: int) -> None:
        if start_us in self.refused:
            raise ValueError("a frame that cannot be read")
        self.clock += self.takes
        self.settled.append((key[1], start_us))
        self.kept.pop((key[1], start_us), None)

    def frame(self, _: str, asset: str, start_us: int) -> tuple[Frame, bool] | None:
        return self.kept.get((asset, start_us))

    def keep(self, _: str, asset: str, frame: Frame, __: int, *, final: bool) -> None:
        self.kept[asset, frame.start_us] = frame, final

    def provisional(self, before_us: int) -> list[tuple[str, str, int, int]]:
        return [
            ("o", asset, start, frame.end_us)
            for (asset, start), (frame, final) in self.kept.items()
            if not final and frame.end_us <= before_us
        ]

    def turn(self, now_us: int = T) -> None:
        """What `step` does of what came late."""

        async def do() -> None:
            for key, each in self.hall.machines.items():
                if each.late_us is not None and self._calm(key, each, now_us):
                    await self._apart((*key, "heal"), self._heal, key, each, now_us)
            await self._heal_more(now_us)

        asyncio.run(do())


def machine(name: str) -> Machine:
    found = Machine("o", name, Asset(name, signals=(Signal("counter", "c"),)), Model(typical=10.0))
    found.bounds, found.loaded = frames(THREE_SHIFTS, T, T + 1, ZONE)[0], True
    return found


def late(found: Healing, name: str, days: float, now_us: int = T) -> list[int]:
    """Let a machine have a point so late; return the frames since then, the newest first."""
    each = found.hall.machines["o", name]
    since = T - round(days * DAY_US)
    each.late_us, each.late_seen_us = since, now_us - 10 * S
    over = frames(THREE_SHIFTS, since - 8 * 3600 * S, each.bounds.start_us, ZONE)
    return [one.start_us for one in reversed(over)]


@pytest.mark.parametrize("days", [0.5, 25, 300])
def test_all_frames_since_a_late_point_are_made_anew_the_newest_first(days: float) -> None:
    found = Healing("m")
    over = late(found, "m", days)
    found.turn()
    assert found.settled == [("m", start) for start in over]
    assert len(over) == pytest.approx(3 * days + 1, abs=1)
    assert found.hall.machines["o", "m"].late_us is None


def test_what_is_not_done_in_one_turn_is_done_in_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    found = Healing("m", "n")
    of_m, of_n = late(found, "m", 25), late(found, "n", 1)
    # A turn of half a second has time for two frames.
    found.takes = 0.3
    monkeypatch.setattr(keeping, "time", SimpleNamespace(monotonic=lambda: found.clock))
    found.turn()
    # Each in its turn: nobody waits until all of another's are done.
    assert found.settled == [("m", of_m[0]), ("n", of_n[0])]
    found.turn()
    assert found.settled[2:] == [("m", of_m[1]), ("n", of_n[1])]
    for _ in range(len(of_m)):
        found.turn()
    assert [start for name, start in found.settled if name == "m"] == of_m
    assert [start for name, start in found.settled if name == "n"] == of_n


def test_what_is_still_to_be_made_anew_is_so_after_the_monitor_began_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = Healing("m")
    over = late(found, "m", 25)
    for start in over:
        found.kept["m", start] = Frame(start, start + DAY_US // 3), True
    found.takes = 0.3
    monkeypatch.setattr(keeping, "time", SimpleNamespace(monotonic=lambda: found.clock))
    found.turn()
    asyncio.run(found._settle_more(T))
    assert found.settled == [("m", start) for start in over[:2]]  # once, and in its turn
    again = Healing("m")
    again.kept, again.takes = found.kept, 0.3
    monkeypatch.setattr(keeping, "time", SimpleNamespace(monotonic=lambda: again.clock))
    for _ in range(len(over)):
        asyncio.run(again._settle_more(T))
    assert again.settled == [("m", start) for start in over[2:]]


def test_what_just_ended_waits_for_no_frame_of_long_ago(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"m{n}" for n in range(9)]
    found = Healing(*names)
    hour = 3600 * S
    for name in names:
        found.kept[name, T - 99 * DAY_US] = Frame(T - 99 * DAY_US, T - 98 * DAY_US), False
        found.kept[name, T - 9 * hour] = Frame(T - 9 * hour, T - hour), False
    found.takes = 0.3
    monkeypatch.setattr(keeping, "time", SimpleNamespace(monotonic=lambda: found.clock))
    asyncio.run(found._settle_more(T))
    assert found.settled == [(name, T - 9 * hour) for name in names]


def test_what_comes_late_meanwhile_is_healed_after_that(monkeypatch: pytest.MonkeyPatch) -> None:
    found = Healing("m")
    over = late(found, "m", 25)
    monkeypatch.setattr(keeping, "STEP_SECONDS", 0.0)
    found.turn()
    again = late(found, "m", 1)
    monkeypatch.setattr(keeping, "STEP_SECONDS", 0.5)
    found.turn()
    assert [start for _, start in found.settled] == over
    # A machine whose clock is wrong for ever does not keep all others waiting.
    found.turn(T + 60 * S)
    assert len(found.settled) == len(over) and found.hall.machines["o", "m"].late_us is not None
    found.turn(T + 10 * S * len(over))
    assert [start for _, start in found.settled[len(over) :]] == again


def test_a_frame_that_cannot_be_made_anew_stops_no_other() -> None:
    found = Healing("m", "n")
    of_m, of_n = late(found, "m", 2), late(found, "n", 2)
    found.refused = {of_m[1]}
    found.settled.clear()
    for _ in range(3):
        found.turn()
    assert {start for name, start in found.settled if name == "m"} == {*of_m} - found.refused
    assert {start for name, start in found.settled if name == "n"} == {*of_n} - found.refused
    found.refused, found._ailing = set(), {}
    found.turn()
    assert {start for name, start in found.settled if name == "m"} == {*of_m}


def test_a_clock_of_1970_heals_nothing_and_hides_nothing() -> None:
    found = machine("m")
    for track in found.tracks.values():
        track.last_us = T - S
    found.pending.append(Point("c", 1000 * S, 6.0, 192))
    found.drain(T)
    assert found.late_us is None
    for time_us in (T - 2 * DAY_US, 1000 * S, T - 399 * DAY_US, T - 401 * DAY_US):
        found.pending.append(Point("c", time_us, 5.0, 192))
    found.drain(T)
    assert found.late_us == T - 399 * DAY_US


def test_only_the_absences_of_a_frame_are_looked_at() -> None:
    hour = 3600 * S
    asset = Asset("m", signals=(Signal("run", "r"),))
    found = Machine("o", "m", asset, Model())
    found.sources = {"r": "edge"}
    one = np.array([T - 400 * DAY_US]), np.array([1.0]), np.array([None], object)
    found.splice(0, {"r": Readings(*one)})
    found.bounds = Bounds(T - 8 * hour, T + hour, None)
    days = [(T - n * DAY_US, T - n * DAY_US + hour) for n in range(400, 0, -1)]
    # One that ends within the frame, one within it, one that goes on.
    inside = [(T - 9 * hour, T - 7 * hour), (T - 3 * hour, T - 2 * hour), (T - S, None)]
    found.absences = {"edge": [*days, *inside]}
    spans = found.look(T).spans
    assert len(found.tracks["run"].absences) == 3
    assert [((span.end_us - T) // S, span.state.value) for span in spans] == [
        (-25_200, "unknown"), (-10_800, "running"), (-7_200, "unknown"), (-1, "running"),
        (0, "unknown"),
    ]  # fmt: skip


def test_why_a_state_is_not_known_is_told_by_the_agents_of_its_own_signals() -> None:
    found = machine("m")
    found.sources = {"kw": "meters"}
    found.absences = {"meters": [(T - 60 * S, None)]}
    assert found.unheard() is None
    found.sources = {"c": "edge", "kw": "meters"}
    found.absences["edge"] = [(T - 7 * S, T - 5 * S), (T - 3 * S, None)]
    assert found.unheard() == {"source": "edge", "since": T - 3 * S}


def test_a_floor_whose_beginning_failed_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object, **__: object) -> None:
        raise Unavailable("nobody answers")

    monkeypatch.setattr("deungdae.monitor.floor.absent.Mirror.open", away)
    heeding: list[object] = []

    def heed(call: object) -> Any:
        heeding.append(call)
        return lambda: heeding.remove(call)

    structure = SimpleNamespace(heed=heed, every=dict)
    settings = SimpleNamespace(time_zone=ZONE)
    context: Any = SimpleNamespace(
        home=tmp_path, structure=structure, connection=None, settings=settings
    )
    floor = Floor()
    for _ in range(3):
        with pytest.raises(Unavailable):
            asyncio.run(floor.begin(context))
        assert heeding == []
        with pytest.raises(RuntimeError):
            floor._thread.submit(print)
        with pytest.raises(Exception, match="closed"):
            floor.hall.store.away()
