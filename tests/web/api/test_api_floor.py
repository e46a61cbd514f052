"""Lines and machines as programs get them: a real bus, a real history and a real monitor."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from bus_for_tests import settings_in
from machine_of_truth import S, Truth
from monitor_site import MonitorSite

from deungdae import bus
from deungdae.client import Asset as ClientAsset
from deungdae.client import Away, Deungdae, Invalid
from deungdae.monitor.alarms import Alarms
from deungdae.monitor.floor import Floor
from deungdae.monitor.part import Part
from deungdae.web.companies.models import Site
from deungdae.web.core import line
from deungdae.web.core.access import scope_of
from deungdae.web.floor import copies
from deungdae.web.floor.models import Asset, Plan, Reason, ShiftCalendar, Signal

T = 1_795_392_000 * S  # 2026-11-23 09:00 in Seoul, a Monday
ZERO = datetime.fromtimestamp(T / S, UTC)
HOUR = 3_600
SHOTS = "line1/imm1/shots"
SHIFT = {"name": "오전", "start": 540, "end": 660, "breaks": []}
CALENDAR = {
    "name": "오전만", "time_zone": "Asia/Seoul", "day_cut": 480, "country": None,
    "versions": [{"since": "2026-01-01", "pattern": {"shifts": [SHIFT], "week": [["오전"]] * 7}}],
}  # fmt: skip
#: Two hours with one stop of 1,000 s: a part each 10 s otherwise.
TRUTH = Truth(T, 2 * HOUR, [(1000, 2000)], cycle=10.0, jitter=0.0)


@pytest.fixture(scope="module")
def monitor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MonitorSite]:
    parts: list[Part] = [Floor(), Alarms()]
    folder = tmp_path_factory.mktemp("monitor")
    with MonitorSite(folder, parts, now_us=lambda: T + (2 * HOUR + 601) * S) as found:
        yield found


@dataclass
class Hall:
    """A line of one machine that the monitor watches, its company and its site."""

    site: Site
    line: Asset
    machine: Asset
    monitor: MonitorSite

    @property
    def organisation(self) -> str:
        return str(self.site.organisation.public_id)

    def path(self, what: str, of: Asset | None = None) -> str:
        return f"/assets/{(of or self.machine).public_id}/{what}"


@pytest.fixture
def hall(house: Any, monitor: MonitorSite, settings: Any) -> Iterator[Hall]:
    settings.BUS = monitor.settings.bus
    line.hang_up()
    scope = scope_of(house.people["owner"])
    site = Site.objects.within(scope).get(main=True)
    mine = {"organisation": house.organisation}
    calendar = ShiftCalendar.objects.create(**mine, name="오전만", is_default=True)
    Reason.objects.create(
        **mine, kind="stop", code="mould", word_ko="금형 교체", word_en="mould change",
        state="setup",
    )  # fmt: skip
    first = Asset.objects.create(**mine, site=site, kind="line", name="1라인", order=1)
    machine = Asset.objects.create(
        **mine, site=site, kind="machine", name="사출 1호기", line=first, order=2,
        path="line1/imm1", ideal_seconds=10.0, ideal_confirmed=True, hour_cost=36_000,
    )  # fmt: skip
    Signal.objects.create(**mine, asset=machine, role="counter", tag=SHOTS)
    Plan.objects.create(**mine, asset=machine, day=ZERO.date(), shift="오전", count=700)
    found = Hall(site, first, machine, monitor)
    monitor.store(found.organisation, "plc", SHOTS, TRUTH.counter())
    monitor.put_calendar(found.organisation, str(calendar.public_id), CALENDAR)
    for record in copies.asset_records(scope, house.organisation, ZERO.date()):
        monitor.put_asset(found.organisation, record.asset, dict(record.document))
    (floor,) = (part for part in monitor._parts if isinstance(part, Floor))
    key = (found.organisation, str(machine.public_id))
    monitor.until(lambda: key in floor.hall.now)
    yield found
    line.hang_up()


def test_lines_and_machines_of_a_site_are_listed(hall: Hall, house: Any, call: Any) -> None:
    path = f"/sites/{hall.site.public_id}/assets"
    told = call(house.people["viewer"], "GET", path).json()["items"]
    assert [one["name"] for one in told] == ["1라인", "사출 1호기"]
    assert told[1] == {
        "id": str(hall.machine.public_id), "site": str(hall.site.public_id), "kind": "machine",
        "name": "사출 1호기", "line": str(hall.line.public_id), "template": "generic",
        "path": "line1/imm1", "ideal_seconds": 10.0, "ideal_confirmed": True,
        "signals": [{"role": "counter", "tag": SHOTS}],
    }  # fmt: skip


def test_the_states_of_a_time_have_no_gap_and_a_stop_its_reason(
    hall: Hall, house: Any, call: Any
) -> None:
    span = "?start=2026-11-23T09:00&end=2026-11-23T11:00"
    told = call(house.people["viewer"], "GET", hall.path("states") + span).json()["items"]
    assert told[0]["start"] == "2026-11-23T00:00:00Z"
    assert told[-1]["end"] == "2026-11-23T02:00:00Z"
    assert all(a["end"] == b["start"] for a, b in pairwise(told))
    # The counter's last part before the stop came at 990 s, its first after it at 2010 s.
    [stop] = call(house.people["viewer"], "GET", hall.path("stops") + span).json()["items"]
    assert (stop["state"], stop["reason"]) == ("stopped", None)
    began = datetime.fromisoformat(stop["start"])
    hall.monitor.ask(
        *("say_stop", hall.organisation), topic="monitor", id="s", revision=1,
        asset=str(hall.machine.public_id), start=T + 990 * S, end=None, state="setup",
        reason="mould",
    )  # fmt: skip
    for of in (hall.machine, hall.line):
        path = hall.path("stops", of) + span
        [stop] = call(house.people["viewer"], "GET", path).json()["items"]
        assert (stop["state"], stop["reason"]) == ("setup", "mould")
        assert stop["reason_word"] == "mould change"
    assert abs(began - ZERO - timedelta(seconds=990)) < timedelta(seconds=15)
    waiting = call(house.people["viewer"], "GET", f"{hall.path('stops')}{span}&waiting=true")
    assert waiting.json()["items"] == []


def test_a_machine_of_which_nothing_is_known_is_not_said_to_run(
    hall: Hall, house: Any, call: Any
) -> None:
    told = call(house.people["viewer"], "GET", hall.path("now")).json()
    assert (told["state"], told["produced"]) == ("unknown", 0.0)  # silent for ten minutes
    every = call(house.people["viewer"], "GET", f"/sites/{hall.site.public_id}/now").json()
    assert told["asset"] in [one["asset"] for one in every["items"]]
    retired = Asset.objects.create(
        organisation=hall.site.organisation, site=hall.site, kind="machine", name="옛 설비",
    )  # fmt: skip
    told = call(house.people["viewer"], "GET", hall.path("now", retired)).json()
    assert (told["state"], told["since"], told["produced"]) == ("unknown", None, None)


def test_the_client_has_shifts_as_arrow(hall: Hall, house: Any, key: Any, live_server: Any) -> None:
    with Deungdae(live_server.url, token=key(house.people["viewer"]), language="ko") as client:
        [site] = client.sites()
        [machine] = site.assets(kind="machine")
        assert isinstance(machine, ClientAsset)
        assert (machine.name, machine.signals) == ("사출 1호기", {"counter": [SHOTS]})
        assert site.now()[machine.id]["state"] == machine.now()["state"]
        table = machine.shifts("2026-11-23", "2026-11-24")
        [shift] = table.to_pylist()
        assert (shift["day"], shift["name"], shift["plan"]) == ("2026-11-23", "오전", 700)
        assert (shift["start"], shift["end"]) == (ZERO, ZERO + timedelta(hours=2))
        # 720 parts would be ideal; what the counter told is what was made.
        assert shift["produced"] == len(TRUTH.made)
        assert shift["oee"] == pytest.approx(len(TRUTH.made) * 10 / 7200, abs=0.01)
        assert shift["lost_stopped"] + shift["lost_setup"] == pytest.approx(1000, abs=30)
        assert machine.shifts("2026-10-01", "2026-10-02").schema == table.schema
        states = machine.states(ZERO, ZERO + timedelta(hours=2))
        assert set(states.column("state").to_pylist()) <= {"running", "stopped", "setup"}
        stops = machine.stops(ZERO, ZERO + timedelta(hours=2), at_least="5min")
        assert stops.num_rows == 1
        assert machine.stops(ZERO, ZERO + timedelta(hours=2), at_least="1h").num_rows == 0
        with pytest.raises(Invalid):
            machine.states("2026-01-01", "2026-12-01")


def test_a_line_says_of_how_many_of_its_machines_the_figures_are(
    hall: Hall, house: Any, call: Any, key: Any, live_server: Any
) -> None:
    viewer = house.people["viewer"]
    alone = call(viewer, "GET", hall.path("shifts", hall.line) + "?start=2026-11-23&end=2026-11-24")
    assert [one["counting"] for one in alone.json()["items"]] == [None]
    # Beside the press stands a dryer: it runs, and nobody counts what it dries.
    mine, tag = {"organisation": hall.site.organisation}, "line1/dryer/run"
    dryer = Asset.objects.create(
        **mine, site=hall.site, kind="machine", name="건조기", line=hall.line, order=3,
        path="line1/dryer",
    )  # fmt: skip
    Signal.objects.create(**mine, asset=dryer, role="run", tag=tag)
    runs = [(T + second * S, True) for second in range(0, 2 * HOUR, 10)]
    hall.monitor.store(hall.organisation, "plc", tag, runs)
    scope = scope_of(house.people["owner"])
    for record in copies.asset_records(scope, hall.site.organisation, ZERO.date()):
        hall.monitor.put_asset(hall.organisation, record.asset, dict(record.document))
    (floor,) = (part for part in hall.monitor._parts if isinstance(part, Floor))
    place = (hall.organisation, str(hall.line.public_id))
    hall.monitor.until(lambda: floor.hall.now.get(place, {}).get("counting") == [1, 2])
    now = call(viewer, "GET", hall.path("now", hall.line)).json()
    assert now["counting"] == {"counting": 1, "machines": 2}
    with Deungdae(live_server.url, token=key(viewer)) as client:
        [site] = client.sites()
        [line_of] = site.assets(kind="line")
        assert line_of.now()["counting"] == {"counting": 1, "machines": 2}
        [shift] = line_of.shifts("2026-11-23", "2026-11-24").to_pylist()
        assert (shift["counting"], shift["machines"]) == (1, 2)
        # The dryer ran all the time; OEE is the press's alone.
        assert shift["oee"] == pytest.approx(len(TRUTH.made) * 10 / 7200, abs=0.01)
        [press, _] = site.assets(kind="machine")
        [shift] = press.shifts("2026-11-23", "2026-11-24").to_pylist()
        assert (shift["counting"], shift["machines"]) == (None, None)


def test_alarms_that_stand_and_that_came_are_listed(hall: Hall, house: Any, call: Any) -> None:
    monitor, tag = hall.monitor, "line1/imm1/hot"
    rules = monitor.bus.run(bus.Mirror.open(monitor.bus.connection, bus.ALARMS))
    document = {
        "name": "배럴 과열", "priority": "high", "asset": str(hall.machine.public_id),
        "kind": "limits", "tag": tag, "unit": "°C", "condition": {"high": 240},
    }  # fmt: skip
    name = f"rule-{hall.machine.pk}"
    record = bus.AlarmRule(hall.organisation, name, document)
    monitor.bus.run(rules.put(record, hall.organisation, name))
    (alarms,) = (part for part in monitor._parts if isinstance(part, Alarms))
    monitor.until(lambda: name in alarms.house(hall.organisation).tracked)
    monitor.tell(hall.organisation, [(tag, T + (2 * HOUR + 601) * S, 251.5)])
    viewer = house.people["viewer"]
    monitor.until(lambda: bool(alarms.house(hall.organisation).open))
    [stands] = call(viewer, "GET", "/alarms").json()["items"]
    assert (stands["name"], stands["value"], stands["priority"]) == ("배럴 과열", 251.5, "high")
    assert stands["asset"] == str(hall.machine.public_id)
    past = call(viewer, "GET", "/alarms/past?start=2026-11-23&end=2026-11-24").json()
    assert [one["occurrence"] for one in past["items"]] == [stands["occurrence"]]
    assert past["more"] is False
    monitor.bus.run(rules.close())


def test_without_a_monitor_a_program_is_told_so(
    house: Any, key: Any, hall: Hall, settings: Any, live_server: Any, tmp_path: Any
) -> None:
    settings.BUS = settings_in(tmp_path)
    line.hang_up()
    client = Deungdae(live_server.url, token=key(house.people["viewer"]), pauses=(), language="en")
    with client, pytest.raises(Away, match="watches the machines"):
        client.alarms()
