"""A company before a real bus, history and monitor, and what an engineer of it does on pages."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from monitor_site import MonitorSite

from deungdae.web.core import line
from deungdae.web.core.access import scope_of

MINUTE_US = 60_000_000


class Drawing:
    """An engineer of a company, signed in, and the parts behind the pages."""

    def __init__(self, site: MonitorSite, house: Any, client: Client, committing: Any) -> None:
        from deungdae.web.companies.models import Site

        self.site, self.house, self.client, self._committing = site, house, client, committing
        self.organisation = house.organisation
        self.id = str(house.organisation.public_id)
        self.scope = scope_of(house.people["engineer"])
        self.where = Site.objects.within(self.scope).get()

    def do(self, action: Any, /, **named: Any) -> Any:
        """Perform an action, and what follows its commit."""
        with self._committing(execute=True):
            return action(scope=self.scope, organisation=self.organisation, **named).perform()

    def see(self, page: str, /, *args: Any, **asked: str) -> str:
        """Return a page as the engineer sees it."""
        response = self.client.get(reverse(f"floor:{page}", args=args), asked)
        assert response.status_code == 200, response.status_code
        return str(response.content.decode())

    def send(self, page: str, /, *args: Any, **data: Any) -> Any:
        """Send a form, follow where it leads; returns the answer."""
        with self._committing(execute=True):
            return self.client.post(reverse(f"floor:{page}", args=args), data, follow=True)

    def asset(self, name: str) -> Any:
        """Return a line or machine by its name."""
        from deungdae.web.floor.models import Asset

        return Asset.objects.within(self.scope).get(name=name)

    def press(self, name: str = "사출 1호기", **values: Any) -> Any:
        """Draw one machine, by the action."""
        from deungdae.web.floor.actions.assets import DrawAssets, Drawn, SignalSaid

        drawn = Drawn(
            name, "machine", name, "line1/imm1",
            signals=[SignalSaid("counter", "line1/imm1/shots")], values=values,
        )  # fmt: skip
        return self.do(DrawAssets, site=self.where, drawn=[drawn])[name]

    def shots(self, path: str = "line9/imm1", minutes: int = 90) -> None:
        """Let a machine have made a part each 20 s, with its current swinging, until now."""
        now = time.time_ns() // 1000
        start = now - minutes * MINUTE_US
        each = range(minutes * 3)
        self.site.store(
            self.id, "plc", f"{path}/shots", [(start + n * 20_000_000, n) for n in each]
        )
        self.site.store(
            self.id, "plc", f"{path}/state",
            [(start + n * 20_000_000, "stopped" if n % 40 < 9 else "auto") for n in each],
        )  # fmt: skip


@pytest.fixture(scope="module")
def monitored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MonitorSite]:
    from deungdae.monitor.floor import Floor

    with MonitorSite(tmp_path_factory.mktemp("drawn"), [Floor()]) as site:
        yield site


@pytest.fixture
def drawing(
    monitored: MonitorSite, house: Any, settings: Any, enter: Any,
    django_capture_on_commit_callbacks: Any,
) -> Iterator[Drawing]:  # fmt: skip
    settings.BUS = monitored.settings.bus
    line.hang_up()
    client = enter(house.people["engineer"])
    yield Drawing(monitored, house, client, django_capture_on_commit_callbacks)
    line.hang_up()
