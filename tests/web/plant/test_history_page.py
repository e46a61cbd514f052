"""The history's page, its pieces and its files: over a real bus and a real history."""

import asyncio
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from bus_for_tests import settings_in
from django.test import AsyncClient, Client
from django.urls import reverse
from history_site import HistorySite

from deungdae.web.companies.models import Site
from deungdae.web.core import line
from deungdae.web.core.scope import Scope, SystemActor
from deungdae.web.plant.models import Tag

Enter = Callable[[Any], Client]
ALL = Scope.everything(SystemActor("tests"))
DAY_US = 86_400_000_000
#: Midnight of 1 November 2026 in Seoul.
START = int(datetime(2026, 10, 31, 15, tzinfo=UTC).timestamp()) * 1_000_000
SPAN = {"from": "2026-11-01T00:00", "to": "2026-11-02T00:00"}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HistorySite]:
    with HistorySite(tmp_path_factory.mktemp("history")) as site:
        yield site


@pytest.fixture
def here(running: HistorySite, settings: Any, house: Any) -> Iterator[HistorySite]:
    settings.BUS = running.settings.bus
    line.hang_up()
    organisation = str(house.organisation.public_id)
    seconds = [s for s in range(0, 86_400, 30) if not 36_000 <= s < 39_600]  # 10:00 to 11:00
    temperature = [(START + s * 1_000_000, 20.0 + s % 7) for s in seconds]
    temperature[1000] = (temperature[1000][0], 99.0)  # one peak
    running.store(organisation, "edge", "L1/A/temp", temperature)
    running.store(organisation, "edge", "L1/A/lot", [(START, "L1-1"), (START + DAY_US // 2, "=L1")])
    running.store(organisation, "edge", "L1/A/on", [(START + i * 60_000_000, i % 2 == 0)
                                                    for i in range(60)])  # fmt: skip
    main = Site.objects.within(ALL).get(organisation=house.organisation)
    Tag(
        organisation=house.organisation, site=main, path="L1/A/temp", unit="℃",
        expected_seconds=30, label="Barrel",
    ).save()  # fmt: skip
    yield running
    line.hang_up()


def page(client: Client, **query: Any) -> str:
    response = client.get(reverse("plant:history"), query)
    assert response.status_code == 200, response.content
    return str(response.content.decode())


def drawing(told: str) -> Any:
    found = re.search(r'id="history-drawing">(.*?)</script>', told, re.DOTALL)
    assert found
    return json.loads(found[1])


def test_a_day_is_drawn_in_few_points_with_its_peak_and_its_gap(
    here: HistorySite, house: Any, enter: Enter
) -> None:
    told = page(enter(house.people["viewer"]), tag="L1/A/temp", **SPAN)
    (panel,) = drawing(told)["panels"]
    (series,) = panel["series"]
    assert panel["unit"] == "℃"
    assert len(series["t"]) <= 2000
    assert max(v for v in series["v"] if v is not None) == 99.0
    gap = series["v"].index(None)
    assert series["t"][gap - 1] == 35_970_000
    assert series["t"][gap + 1] == 39_600_000
    flat = " ".join(told.split())
    assert "1, 60 min long" in flat  # among what is said of each tag
    assert "2026-11-01 00:00" in flat  # in the table


def test_a_year_comes_as_means_with_their_bounds(
    here: HistorySite, house: Any, enter: Enter
) -> None:
    client = enter(house.people["viewer"])
    told = page(client, tag="L1/A/temp", **{"from": "2026-01-01T00:00", "to": "2027-01-01T00:00"})
    found = drawing(told)
    assert found["every"] == 12 * 3600 * 1000
    (series,) = found["panels"][0]["series"]
    assert (series["lo"], series["hi"]) == ([20.0, 20.0], [99.0, 26.0])
    assert "mean of 12 hours" in told


def test_units_have_their_own_panels_and_texts_stand_as_they_are(
    here: HistorySite, house: Any, enter: Enter
) -> None:
    client = enter(house.people["viewer"])
    told = page(client, tag=["L1/A/temp", "L1/A/lot", "L1/A/on"], **SPAN)
    kinds = [one["series"][0]["kind"] for one in drawing(told)["panels"]]
    assert kinds == ["number", "text", "yes_no"]
    assert drawing(told)["panels"][1]["series"][0]["v"] == ["L1-1", "=L1"]
    assert "50.0% on" in told


def test_values_under_a_former_name_belong_to_the_tag(
    here: HistorySite, house: Any, enter: Enter
) -> None:
    organisation = str(house.organisation.public_id)
    for name, hour in (("L1/A/old", 1), ("L1/A/now", 2)):
        at = START + hour * 3_600_000_000
        here.store(organisation, "edge", name, [(at + n * 600_000_000, hour) for n in range(3)])
    main = Site.objects.within(ALL).get(organisation=house.organisation)
    Tag(
        organisation=house.organisation, site=main, path="L1/A/now", formerly=["L1/A/old"]
    ).save()  # fmt: skip
    client = enter(house.people["viewer"])
    (panel,) = drawing(page(client, tag="L1/A/now", **SPAN))["panels"]
    assert [v for v in panel["series"][0]["v"] if v is not None] == [1.0] * 3 + [2.0] * 3
    assert "old" not in client.get(reverse("plant:history_tags"), {"q": "L1/A"}).content.decode()


def test_nothing_of_another_company_is_drawn_or_found(
    here: HistorySite, house: Any, neighbour: Any, enter: Enter
) -> None:
    client = enter(neighbour.people["owner"])
    told = page(client, tag="L1/A/temp", **SPAN)
    assert "Barrel" not in told
    assert "Nothing came in this span" in told
    assert "temp" not in client.get(reverse("plant:history_tags"), {"q": "temp"}).content.decode()


def test_tags_are_found_by_words_and_lead_to_the_same_span(
    here: HistorySite, house: Any, enter: Enter
) -> None:
    client = enter(house.people["viewer"])
    found = client.get(reverse("plant:history_tags"), {"q": "a BARREL", "tag": "L1/A/lot", **SPAN})
    links = re.findall(r'href="([^"]+)"[^>]* data-go', found.content.decode())
    assert [link.replace("&amp;", "&") for link in links] == [
        "/plant/history/?tag=L1%2FA%2Flot&tag=L1%2FA%2Ftemp"
        "&from=2026-11-01T00%3A00%3A00&to=2026-11-02T00%3A00%3A00"
    ]


def test_without_a_history_the_page_says_so_and_stays(
    tmp_path: Path, settings: Any, house: Any, enter: Enter
) -> None:
    settings.BUS = settings_in(tmp_path)
    line.hang_up()
    try:
        client = enter(house.people["viewer"])
        assert "does not answer at the moment" in page(client, tag="L1/A/temp")
        asked = {"tag": "L1/A/temp", "format": "csv", **SPAN}
        answer = client.get(reverse("plant:history_export"), asked, follow=True)
        assert "No file was made" in answer.content.decode()
    finally:
        line.hang_up()


def fetched(client: Client, **query: Any) -> tuple[Any, bytes]:
    """A file, the whole way that a server goes."""

    async def fetch() -> tuple[Any, bytes]:
        browser = AsyncClient()
        browser.cookies = client.cookies
        response = await browser.get(reverse("plant:history_export"), query)
        return response, b"".join([piece async for piece in response.streaming_content])

    return asyncio.run(fetch())


@pytest.mark.django_db(transaction=True)
def test_what_is_shown_becomes_a_file(here: HistorySite, house: Any, enter: Enter) -> None:
    client = enter(house.people["viewer"])
    asked = {"tag": ["L1/A/temp", "L1/A/lot"], **SPAN}
    response, data = fetched(client, **asked, format="csv", every="raw")
    assert "attachment" in response["content-disposition"]
    assert response["content-disposition"].endswith('.csv"')
    lines = data.decode("utf-8-sig").splitlines()
    assert len(lines) == 1 + 2760 + 2
    assert "'=L1" in data.decode("utf-8-sig")
    _, data = fetched(client, **asked, format="parquet", every="hour")
    table = pq.read_table(io.BytesIO(data))
    assert 23 <= table.num_rows <= 48
    _, data = fetched(client, **asked, format="xlsx", every="hour")
    assert "xl/workbook.xml" in zipfile.ZipFile(io.BytesIO(data)).namelist()


def test_a_file_that_there_is_not_is_not_there(here: HistorySite, house: Any, enter: Enter) -> None:
    client = enter(house.people["viewer"])
    for wrong in ({"format": "exe"}, {"format": "csv", "every": "week"}):
        asked = {"tag": "L1/A/temp", **SPAN, **wrong}
        assert client.get(reverse("plant:history_export"), asked).status_code == 404
