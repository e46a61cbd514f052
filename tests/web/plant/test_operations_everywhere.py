"""`deungdae plant status`: what it prints, and when it says that something is wrong."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from history_site import HistorySite
from intake_place import MINUTE, Plant, at

from deungdae.cli import plant_status
from deungdae.cli.program import build_parser
from deungdae.records.environment import Settings
from deungdae.reports.words import Words
from deungdae.web.plant.operations.spans import HOUR_US


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HistorySite]:
    with HistorySite(tmp_path_factory.mktemp("status")) as site:
        yield site


@pytest.fixture
def plant(running: HistorySite, settings: Any, house: Any) -> Iterator[Plant]:
    with at(running, settings) as site:
        yield Plant(house, site)


@pytest.fixture(autouse=True)
def tables_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    from deungdae.web.project import start

    # The test's own database stands; migrating another one is tested where it is done.
    monkeypatch.setattr(start, "bring_tables_up_to_date", lambda: None)


def typed(capsys: Any, *words: str, language: str = "en") -> tuple[int, str]:
    options = build_parser().parse_args(["plant", "status", *words])
    status = plant_status.run(options, Settings.from_environment({}), Words(language))
    return status, capsys.readouterr().out


def test_all_is_well_while_everybody_is_heard_and_the_books_agree(
    plant: Plant, neighbour: Any, capsys: Any
) -> None:
    plant.agent("press-shop", "프레스반")
    plant.status("press-shop", applied=1)
    plant.hour("press-shop", 1, received=5, stored=5)
    other = Plant(neighbour, plant.site)
    other.program("telegraf", "Telegraf")
    other.points("telegraf", "line1/x", HOUR_US, 0)
    status, told = typed(capsys)
    assert status == 0
    assert told.splitlines()[0].startswith("   가온정밀 · 프레스반 · heard")
    assert "누리사출 · Telegraf · heard less than a second ago · all well" in told or (
        "누리사출 · Telegraf · heard" in told
    )


def test_a_silent_agent_makes_it_fail_in_korean_too(plant: Plant, capsys: Any) -> None:
    plant.agent("press-shop", "프레스반")
    plant.status("press-shop", ago_us=20 * MINUTE)
    status, told = typed(capsys, language="ko")
    assert status == 1
    assert told.startswith("!! 가온정밀 · 프레스반 · 20분 전에 소식 · 이 에이전트에서 20분 동안")


def test_books_that_do_not_agree_make_it_fail(plant: Plant, capsys: Any) -> None:
    plant.agent("press-shop", "프레스반")
    plant.status("press-shop", applied=1)
    plant.hour("press-shop", 1, received=5, stored=3)
    status, told = typed(capsys, "--json")
    assert status == 1
    document = json.loads(told)
    assert (document["well"], document["away"]) == (False, [])
    (source,) = document["sources"]
    assert (source["source"], source["missing"], source["level"]) == ("press-shop", 2, "now")
    assert [remark["code"] for remark in source["remarks"]] == ["missing"]


def test_a_revoked_agent_need_not_be_heard(plant: Plant, capsys: Any) -> None:
    from django.utils import timezone

    plant.agent("press-shop", "프레스반", revoked_at=timezone.now())
    plant.status("press-shop", ago_us=20 * MINUTE)
    status, told = typed(capsys)
    assert status == 0
    assert "Revoked" in told


def test_without_a_gateway_it_fails_and_says_so(
    plant: Plant, capsys: Any, settings: Any, tmp_path: Any
) -> None:
    from bus_for_tests import settings_in

    from deungdae.web.core import line

    plant.agent("press-shop", "프레스반")
    settings.BUS = settings_in(tmp_path)
    line.hang_up()
    status, told = typed(capsys)
    assert status == 1
    assert "The gateway does not answer" in told
    assert "The history does not answer" in told
