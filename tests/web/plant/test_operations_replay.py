"""What is held is taken in again after the names were mended, by a press on its page."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from django.test import Client
from django.urls import reverse
from history_site import TOKEN, HistorySite
from intake_place import Plant, at

from deungdae.web.core.models import AuditEntry
from deungdae.web.core.scope import Scope, SystemActor

ALL = Scope.everything(SystemActor("tests"))
LONG = "라인" * 50  # no part of a path has more than 255 bytes


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HistorySite]:
    with HistorySite(tmp_path_factory.mktemp("replay"), gateway=True) as site:
        yield site


@pytest.fixture
def plant(running: HistorySite, settings: Any, house: Any) -> Iterator[Plant]:
    with at(running, settings) as site:
        yield Plant(house, site)


def until(true: Callable[[], Any]) -> Any:
    end = time.monotonic() + 20
    while not (found := true()):
        assert time.monotonic() < end
        time.sleep(0.02)
    return found


@pytest.mark.django_db(transaction=True)
def test_lines_are_taken_in_again_once_their_names_have_a_place(
    plant: Plant, enter: Callable[[Any], Client]
) -> None:
    site = plant.site
    assert site.gateway is not None
    plant.program("telegraf", "Telegraf")
    site.bus.run(site.gateway.let_in(plant.id, "telegraf"))
    answer = httpx.post(
        f"{site.url}/api/v2/write?bucket=line7",
        content=f"press,name={LONG} force=12.5\n".encode(),
        headers={"Authorization": f"Token {TOKEN}"},
    )
    assert answer.status_code == 422
    client = enter(plant.house.people["engineer"])
    told = {"source": "telegraf", "reason": "tag_length"}
    until(lambda: client.get(reverse("plant:intake_held_group"), told).status_code == 200)

    def press() -> Any:
        return client.post(reverse("plant:intake_replay"), told, follow=True)

    before = press()
    page = before.content.decode()
    assert "1 entry still cannot be understood and stays here." in page
    assert before.redirect_chain[-1][0].startswith(reverse("plant:intake_held_group"))
    sent_as = f"line7/press/name={LONG}/force"
    assert sent_as in client.get(reverse("plant:intake_held_group"), told).content.decode()
    naming = told | {"name": sent_as, "path": "line7//force"}
    odd = client.post(reverse("plant:intake_name"), naming, follow=True)
    assert "has an empty part" in odd.content.decode()
    done = client.post(reverse("plant:intake_name"), naming | {"path": "line7/force"}, follow=True)
    assert "From now on it is kept as line7/force." in done.content.decode()
    twice = client.post(reverse("plant:intake_name"), naming | {"path": "line7/f"}, follow=True)
    assert "These values have the name line7/force already." in twice.content.decode()
    maps = site.gateway.registry.maps
    until(lambda: (found := maps.find(plant.id, "telegraf")) and found.paths)
    after = press()
    assert "1 point was taken in again." in after.content.decode()
    assert "Nothing is held back" in after.content.decode()
    found = until(lambda: site.ask("latest", plant.id, tags=["line7/force"])["points"])
    assert [point["value"] for point in found] == [12.5]
    written = AuditEntry.objects.within(ALL).filter(
        organisation=plant.house.organisation, action="plant.quarantine_replayed"
    )
    assert written.count() == 2


def test_without_a_gateway_what_is_held_stays_and_the_page_says_so(
    plant: Plant, enter: Callable[[Any], Client], settings: Any, tmp_path: Any
) -> None:
    from bus_for_tests import settings_in

    from deungdae.web.core import line

    settings.BUS = settings_in(tmp_path)
    line.hang_up()
    client = enter(plant.house.people["engineer"])
    told = {"source": "telegraf", "reason": "tag_length"}
    answer = client.post(reverse("plant:intake_replay"), told, follow=True)
    assert "The gateway does not answer. What was taken in again is marked" in (
        answer.content.decode()
    )
