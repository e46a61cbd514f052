"""One company of which nothing can be asked, or one bad event, holds up nothing of the others."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from bus_for_tests import settings_in
from bus_in_a_thread import BusInAThread
from django.utils import timezone
from floor_monitor import HOUR, now_us, shift_document

from deungdae import bus
from deungdae.records.environment import Settings
from deungdae.records.errors import PublicError
from deungdae.web.companies.models import Site
from deungdae.web.core import line
from deungdae.web.core.access import scope_of
from deungdae.web.core.models import Outgoing
from deungdae.web.floor import following
from deungdae.web.floor.models import Asset, Followed, ShiftReport
from deungdae.web.floor.reporting import keeping

pytestmark = pytest.mark.django_db


class Monitor:
    """Answers by what a test put into it; refuses, or breaks off, what is asked of some."""

    def __init__(self, on: BusInAThread) -> None:
        self.events: dict[str, list[dict[str, Any]]] = {}
        self.refused: set[str] = set()
        self.broken: set[str] = set()
        self.asked: list[tuple[str, str]] = []
        on.answer("monitor", self._answer)

    def forget(self) -> None:
        """Know nothing, as at the beginning."""
        for kept in (self.events, self.refused, self.broken, self.asked):
            kept.clear()

    def tell(self, house: Any, kind: str, key: str, **document: Any) -> None:
        """Have something happen in a company."""
        own = self.events.setdefault(str(house.organisation.public_id), [])
        own.append(
            {"n": len(own) + 1, "kind": kind, "key": key, "at": now_us(), "document": document}
        )

    def alarm(self, house: Any, key: str) -> None:
        """Have an alarm to be told of."""
        self.tell(
            house, "telling", key, what="alarm", rule_name="금형 온도", step=0, to="",
            priority="high", since=now_us(), due=now_us(), place="1라인", page="/alarms/1/7/",
            says={"template": "{name} is away.", "values": {"name": "imm1"}}, members=[],
        )  # fmt: skip

    def _answer(self, asked: bus.Asked) -> Iterator[bytes]:
        self.asked.append((asked.organisation, asked.ask))
        if asked.organisation in self.refused:
            raise PublicError("The folder of this company cannot be read.")
        if asked.organisation in self.broken:
            raise bus.Unavailable("the part that would answer has just ended")
        yield json.dumps(self._told(asked.organisation, asked.ask, asked.parameters)).encode()

    def _told(self, organisation: str, ask: str, given: Any) -> Any:
        if ask == "events":
            own = [one for one in self.events.get(organisation, []) if one["n"] > given["after"]]
            return {"epoch": "e", "last": 0, "events": own}
        if ask == "shift":
            return {
                "assets": {one: shift_document(one, now_us() - 9 * HOUR) for one in given["assets"]}
            }
        return {"shifts": [], "stops": [], "alarms": []}


@pytest.fixture(scope="module")
def on_the_bus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, Monitor]]:
    settings = settings_in(tmp_path_factory.mktemp("one"))
    with BusInAThread(settings) as running:
        yield settings, Monitor(running)


@pytest.fixture
def monitor(on_the_bus: Any, settings: Any) -> Iterator[Monitor]:
    settings.BUS, answering = on_the_bus
    answering.forget()
    line.hang_up()
    yield answering
    line.hang_up()


def machine(house: Any) -> Asset:
    """Draw a machine of a company."""
    site = Site.objects.within(scope_of(house.people["owner"])).get()
    made: Asset = Asset.objects.create(
        organisation=house.organisation, site=site, kind="machine", name="사출 1호기"
    )
    return made


def waiting(house: Any, of: Asset, day: int = 20) -> ShiftReport:
    """Have a shift ended whose figures are not known yet."""
    end = datetime(2026, 11, day, 9, tzinfo=UTC)
    report: ShiftReport = ShiftReport.objects.create(
        organisation=house.organisation, asset=of, day=date(2026, 11, day), shift="주간",
        began_at=end - timedelta(hours=8), ended_at=end, made_at=timezone.now(),
    )  # fmt: skip
    return report


def key(house: Any) -> str:
    return str(house.organisation.public_id)


def told() -> list[str]:
    return sorted(Outgoing._base_manager.values_list("to", flat=True))


def test_the_alarms_of_others_are_told_though_one_company_is_refused(
    monitor: Monitor, house: Any, neighbour: Any
) -> None:
    for each in (house, neighbour):
        machine(each)
        monitor.alarm(each, "r:1:0")
    for away in (monitor.refused, monitor.broken):
        Outgoing._base_manager.all().delete()
        Followed._base_manager.all().delete()
        away.add(key(house))
        assert not following.follow_all(timezone.now())
        assert told() == ["engineer@nuri.example"]
        away.clear()
        assert following.follow_all(timezone.now())
        assert told() == ["engineer@gaon.example", "engineer@nuri.example"]


def test_an_event_that_the_database_rejects_is_passed_over_and_noted(
    monitor: Monitor, house: Any, caplog: pytest.LogCaptureFixture
) -> None:
    asset = str(machine(house).public_id)
    # A shift of no day: the column takes no null.
    monitor.tell(house, "shift_ended", "s:1", asset=asset, name="주간", day=None, start=1, end=2)
    monitor.alarm(house, "r:2:0")
    assert following.follow_all(timezone.now())
    assert told() == ["engineer@gaon.example"]
    assert Followed._base_manager.get().number == 2
    assert "An event could not be told: s:1" in caplog.text
    assert "of 2 events of 가온정밀, 1 could not be told" in caplog.text


def test_without_a_bus_the_pass_ends_at_the_first_company(
    house: Any, neighbour: Any, settings: Any, tmp_path: Any
) -> None:
    for each in (house, neighbour):
        waiting(each, machine(each))
    settings.BUS = Settings.from_environment({"DEUNGDAE_HOME": str(tmp_path)}).bus
    line.hang_up()
    with pytest.raises(bus.Unavailable):
        following.follow_all(timezone.now())
    with pytest.raises(bus.Unavailable):
        keeping.fill(timezone.now())
    assert Followed._base_manager.count() == 1
    line.hang_up()


def test_the_reports_of_others_are_made_though_those_of_one_cannot_be_had(
    monitor: Monitor, house: Any, neighbour: Any
) -> None:
    mine, theirs = machine(house), machine(neighbour)
    held = [waiting(house, mine, day) for day in (19, 20)]
    for day in (18, 19):
        waiting(neighbour, theirs, day)
    monitor.broken.add(key(house))
    now = timezone.now()
    assert keeping.fill(now) == 2
    made = ShiftReport._base_manager.filter(revision=1)
    assert {row.organisation for row in made} == {neighbour.organisation}
    # The company was asked once; what failed stands behind its other report in the next pass.
    assert monitor.asked.count((key(house), "shift")) == 1
    noted = ShiftReport._base_manager.filter(looked_at=now, revision=0)
    assert [row.pk for row in noted] == [held[1].pk]
    monitor.broken.clear()
    assert keeping.fill(now) == 2
    assert ShiftReport._base_manager.filter(revision=0).count() == 0


def test_a_report_that_is_refused_holds_up_no_other(
    monitor: Monitor, house: Any, neighbour: Any
) -> None:
    waiting(house, machine(house))
    waiting(neighbour, machine(neighbour))
    monitor.refused.add(key(house))
    now = timezone.now()
    assert keeping.fill(now) == 1
    assert ShiftReport._base_manager.get(revision=0).looked_at == now
