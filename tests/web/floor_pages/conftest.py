"""A company with a line of two machines, and somebody who answers as the monitor: a real bus."""

from collections.abc import Iterator
from typing import Any

import pytest
from bus_for_tests import settings_in
from bus_in_a_thread import BusInAThread
from floor_monitor import FloorMonitor

from deungdae.web.core import line


class Floor:
    """1라인 with 사출 1호기 and 사출 2호기 of a company, and what the monitor says of them."""

    def __init__(self, house: Any, monitor: FloorMonitor) -> None:
        from deungdae.web.companies.models import Site
        from deungdae.web.core.scope import Scope, SystemActor
        from deungdae.web.floor import reasons
        from deungdae.web.floor.models import Asset

        self.house, self.monitor = house, monitor
        self.everything = Scope.everything(SystemActor("tests"))
        self.organisation = house.organisation
        site = Site.objects.within(self.everything).get(organisation=house.organisation)
        where = {"organisation": house.organisation, "site": site}
        self.line = Asset.objects.create(**where, kind="line", name="1라인", order=1)
        self.one, self.two = (
            Asset.objects.create(
                **where, kind="machine", name=f"사출 {n}호기", line=self.line, order=n,
                path=f"line1/imm{n}", ideal_seconds=24.0,
            )
            for n in (1, 2)
        )  # fmt: skip
        self.reasons = reasons.of(self.everything, house.organisation, "stop")
        self.scrap = reasons.of(self.everything, house.organisation, "scrap")
        monitor.members[self.key(self.line)] = [self.key(self.one), self.key(self.two)]

    @staticmethod
    def key(asset: Any) -> str:
        return str(asset.public_id)


@pytest.fixture(scope="module")
def floor_bus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, FloorMonitor]]:
    settings = settings_in(tmp_path_factory.mktemp("floor"))
    with BusInAThread(settings) as bus:
        yield settings, FloorMonitor(bus)


@pytest.fixture
def floor(floor_bus: Any, settings: Any, house: Any) -> Iterator[Floor]:
    settings.BUS, monitor = floor_bus
    monitor.forget()
    line.hang_up()
    yield Floor(house, monitor)
    line.hang_up()
