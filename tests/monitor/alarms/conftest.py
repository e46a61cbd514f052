"""One monitor for all tests of a file about alarms."""

from collections.abc import Iterator

import pytest
from alarm_site import HOUR, Clock, Site

from deungdae.monitor.alarms import Alarms


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    clock = Clock()
    made = Site(tmp_path_factory.mktemp("alarms"), [Alarms()], now_us=clock)
    made.clock = clock
    with made as begun:
        yield begun


@pytest.fixture
def site(running: Site, request: pytest.FixtureRequest) -> Site:
    """The same monitor for all tests, each with a company and a day of its own."""
    running.org = request.node.name
    running.clock.now = (running.clock.now // (24 * HOUR) + 1) * 24 * HOUR + 3 * HOUR
    return running
