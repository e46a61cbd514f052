"""Shift reports: made by themselves from a real monitor, kept, revised visibly, sent by mail."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from machine_of_truth import S, Truth
from monitor_site import MonitorSite
from watched_machine import HOUR, TWO_SHIFTS, Clock, T

from deungdae.monitor.floor import Floor
from deungdae.web.companies.models import Site
from deungdae.web.core import line
from deungdae.web.core.access import scope_of
from deungdae.web.core.models import Outgoing
from deungdae.web.floor import following
from deungdae.web.floor.models import Asset, ShiftReport
from deungdae.web.floor.reporting import comparing, keeping
from deungdae.web.floor.shown.durations import percent

pytestmark = pytest.mark.django_db(transaction=False)
Enter = Callable[..., Client]
SHOTS = "line1/imm1/shots"


class Plant:
    """A machine of the house, and the monitor that watches it."""

    def __init__(self, site: MonitorSite, clock: Clock, floor: Floor, house: Any) -> None:
        self.site, self.clock, self.floor, self.house = site, clock, floor, house
        self.id = str(house.organisation.public_id)
        place = Site.objects.within(scope_of(house.people["owner"])).get()
        self.machine = Asset.objects.create(
            organisation=house.organisation, site=place, kind="machine", name="사출 1호기"
        )
        self.key = str(self.machine.public_id)
        # Half an hour of the readings stays in the agent's buffer, for the line was down.
        points = Truth(T, 2 * HOUR, [(1000, 2000)], cycle=10.0).counter()
        self.held = [one for one in points if T + 3000 * S <= one[0] < T + 4800 * S]
        site.store(self.id, "plc", SHOTS, [one for one in points if one not in set(self.held)])
        site.put_calendar(self.id, "two", TWO_SHIFTS)
        site.put_asset(
            self.id,
            self.key,
            {
                "name": "사출 1호기",
                "kind": "machine",
                "calendar": "two",
                "ideal_seconds": 10.0,
                "ideal_confirmed": True,
                "micro_stop_seconds": 300,
                "plan": [{"day": "2026-11-23", "shift": "오전", "count": 600}],
                "signals": [{"role": "counter", "tag": SHOTS}],
            },
        )

    def end_the_shift(self) -> None:
        """Let the shift end and its figures become final; the worker hears of it."""
        self.site.until(lambda: self._now() is not None)
        self.clock.now_us = T + 2 * HOUR * S + 1
        self.site.until(lambda: self._now()["shift"]["name"] == "오후")
        self.clock.now_us = T + (2 * HOUR + 601) * S
        outbox = self.site.monitor.context.outbox
        self.site.until(lambda: bool(outbox.after(self.id, 0, ["shift_ended"], 5)["events"]))
        following.follow(self.house.organisation, self.clock.moment)
        keeping.pass_once(self.clock.moment)

    def _now(self) -> Any:
        return self.floor.hall.now.get((self.id, self.key))

    def send_the_rest(self) -> None:
        """Let what was in the agent's buffer arrive, and be worked in."""
        self.site.tell(self.id, [(SHOTS, self.clock.now_us, 1000)])
        self.site.store(self.id, "plc", SHOTS, self.held)
        self.site.tell(self.id, [(SHOTS, self.held[-1][0], self.held[-1][1])])
        machine = self.floor.hall.machines[self.id, self.key]
        # Until both were taken: a late point that is taken after the clock was moved on counts as
        # new, and what is late is worked in when no more of it comes.
        self.site.until(lambda: (machine.late_us or self.clock.now_us) <= self.held[-1][0])
        self.clock.now_us += 5 * S
        store = self.floor.hall.store
        self.site.until(lambda: _unknown(store.frame(self.id, self.key, T)) < 60)

    @property
    def address(self) -> str:
        return str(reverse("floor:shift", args=(self.key, "2026-11-23", "오전")))


@pytest.fixture
def plant(tmp_path: Path, house: Any, settings: Any) -> Iterator[Plant]:
    clock, floor = Clock(T + HOUR * S), Floor()
    with MonitorSite(tmp_path, [floor], now_us=clock) as site:
        settings.BUS = site.settings.bus
        line.hang_up()
        yield Plant(site, clock, floor, house)
        line.hang_up()


def reports() -> list[ShiftReport]:
    return list(ShiftReport._base_manager.order_by("revision"))


def test_a_report_is_made_at_the_end_and_revised_by_late_data(plant: Plant, enter: Enter) -> None:
    house = plant.house
    operator = enter(house.people["operator"])
    operator.post(reverse("floor:subscribe", args=(plant.key,)))
    plant.end_the_shift()
    (first,) = reports()
    shift = first.document["shift"]
    # 90 of 120 minutes are known, a stop of 1000 s among them.
    assert (str(first.day), first.shift, first.revision) == ("2026-11-23", "오전", 1)
    assert shift["plan"] == 600
    assert first.good == shift["counts"]["produced"]
    assert shift["figures"]["known"] == pytest.approx(0.75, abs=0.01)
    # The letter goes to who asked for it, once, with the answer first.
    (letter,) = Outgoing._base_manager.all()
    assert letter.to == "operator@gaon.example"
    assert letter.subject == "Shift report: 사출 1호기 · 2026-11-23 (Mon) · 오전"
    assert "good parts of 600 planned" in letter.text
    assert "1 stop still has no reason; it lasted 17 min." in letter.text
    assert f"http://localhost:8000{first.get_absolute_url()}" in letter.text
    page = operator.get(plant.address).text
    assert "good parts of 600 planned" in page
    assert "of the time nobody knows what happened, so OEE lies between" in page
    # What was in the agent's buffer comes at last.
    plant.send_the_rest()
    later = plant.clock.moment + timedelta(hours=1)
    keeping.pass_once(later)
    first, second = reports()
    assert (first.current, second.current, second.revision) == (False, True, 2)
    # The counter had gone on counting meanwhile, but nobody had seen whether it ran.
    assert second.good == first.good == 620
    assert [name for name, *_ in second.changes] == ["oee"]
    assert second.oee == pytest.approx(620 * 10 / 7200, abs=0.005)
    page = operator.get(plant.address).text
    assert "Revision 2" in page
    assert f"OEE {percent(first.oee)} → {percent(second.oee)}" in page
    assert "so OEE lies between" not in page
    assert "An older revision." in operator.get(plant.address, {"revision": "1"}).text
    # Nothing more changes, and nobody is written to again.
    keeping.pass_once(later + timedelta(hours=1))
    assert len(reports()) == 2
    assert Outgoing._base_manager.count() == 1
    listed = operator.get(reverse("floor:shifts")).text
    assert "2026-11-23 (Mon) · 오전" in listed
    assert "revised" in listed


def _unknown(kept: Any) -> float:
    seconds: float = sum(one.seconds for one in kept[0].spans if one.state == "unknown")
    return seconds


def test_while_the_shift_goes_on_its_figures_are_shown_as_they_are(
    plant: Plant, enter: Enter
) -> None:
    plant.site.until(lambda: (plant.id, plant.key) in plant.floor.hall.now)
    operator = enter(plant.house.people["operator"])
    page = operator.get(plant.address).text
    assert "The shift goes on or has just ended; the figures still change." in page
    operator.post(
        reverse("floor:shift_note", args=(plant.key, "2026-11-23", "오전")),
        {"text": "금형 온도를 5도 낮췄습니다"},
    )
    viewer = enter(plant.house.people["viewer"])
    page = viewer.get(plant.address).text
    assert "금형 온도를 5도 낮췄습니다" in page
    assert "Write it down" not in page
    assert viewer.get(
        reverse("floor:shift", args=(plant.key, "2026-11-23", "야간"))
    ).status_code == 404  # fmt: skip


def test_what_is_unusual_is_what_costs_clearly_more_than_before() -> None:
    def shift(day: int, setup: float) -> dict[str, Any]:
        losses = {"setup": setup, "down": 600.0, "slow": 100.0}
        return {
            "day": f"2026-11-{day:02}",
            "figures": {"oee": 0.7},
            "waterfall": {"planned": 28800.0, "losses": losses, "productive": 20000.0},
        }

    before = [shift(day, 1000.0 + day) for day in range(1, 6)]
    known = comparing.usual(before)
    assert known is not None
    assert (known["n"], known["oee"], known["losses"]["setup"]) == (5, 0.7, 1003.0)
    now = {"shift": shift(9, 2520.0), "usual": known}
    assert comparing.unusual(now) == [("setup", 2520.0, 1003.0)]
    assert comparing.unusual({"shift": shift(9, 1200.0), "usual": known}) == []
    assert comparing.usual(before[:2]) is None
    # Before the machine was connected nothing was lost, for nothing was known.
    unknown = [{**one, "figures": {"oee": 0.0, "known": 0.1}} for one in before]
    assert comparing.usual(unknown) is None
    assert comparing.usual([*before, *unknown]) == known


def test_a_second_more_or_less_is_no_revision() -> None:
    def document(produced: int, oee: float, seconds: float) -> dict[str, Any]:
        return {
            "shift": {
                "counts": {"produced": produced, "scrapped": 0, "reworked": 0},
                "figures": {"oee": oee},
                "pareto": [["mould", seconds, 1, 1.0, 1.0]],
                "reasons_missing": [],
            }
        }

    assert comparing.changes(document(10, 0.7, 600.0), document(10, 0.7003, 601.0)) == []
    assert comparing.changes(document(10, 0.7, 600.0), document(10, 0.7, 900.0)) == [
        ["reasons", None, None]
    ]
    assert comparing.changes(document(10, 0.7, 600.0), document(11, 0.7, 600.0)) == [
        ["produced", 10, 11]
    ]
