"""The live page as the server paints it, and its pieces: over a real bus and a real history."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from bus_for_tests import settings_in
from django.test import Client
from django.urls import reverse
from history_site import HistorySite

from deungdae.web.companies.models import Site
from deungdae.web.core import line
from deungdae.web.core.scope import Scope, SystemActor
from deungdae.web.floor.models import Asset, Signal
from deungdae.web.plant.models import Tag

Enter = Callable[[Any], Client]
ALL = Scope.everything(SystemActor("tests"))
SECOND = 1_000_000


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HistorySite]:
    with HistorySite(tmp_path_factory.mktemp("live")) as site:
        yield site


@pytest.fixture
def here(running: HistorySite, settings: Any) -> Iterator[HistorySite]:
    settings.BUS = running.settings.bus
    line.hang_up()
    yield running
    line.hang_up()


def put(
    site: HistorySite, house: Any, tag: str, *values: Any, age: float = 1, **about: Any
) -> None:
    """Store values of a tag, the last one `age` seconds old; describe it by what is told."""
    now = time.time_ns() // 1000 - int(age * SECOND)
    points = [(now - 60 * SECOND * (len(values) - 1 - i), v) for i, v in enumerate(values)]
    delay = about.pop("delay_us", 0)
    quality = about.pop("quality", 192)
    organisation = str(house.organisation.public_id)
    site.store(organisation, "edge", tag, points, delay_us=delay, quality=quality)
    if about:
        main = Site.objects.within(ALL).get(organisation=house.organisation)
        Tag(organisation=house.organisation, site=main, path=tag, **about).save()


def page(client: Client, name: str = "live", **query: Any) -> str:
    response = client.get(reverse(f"plant:{name}"), query)
    assert response.status_code == 200, response.content
    return " ".join(response.content.decode().split())


def test_the_first_paint_has_values_with_units_and_ages(
    here: HistorySite, house: Any, enter: Enter
) -> None:
    put(here, house, "L1/A/temp", 84.5, 85.25, unit="℃", expected_seconds=60, label="Barrel")
    put(here, house, "L1/A/lot", "L2611-04", age=400, expected_seconds=600)
    told = page(enter(house.people["viewer"]))
    assert '<span data-value>85.25</span><span class="unit">℃</span>' in told
    assert ">Barrel</a>" in told
    assert "<span data-value>L2611-04</span>" in told
    assert "All 2 tags on 1 line are fresh." in told
    assert "6 min ago" in told


def test_the_number_of_a_lot_is_a_name_and_that_of_parts_a_count(
    here: HistorySite, house: Any, enter: Enter
) -> None:
    for tag, role in (("L2/B/lot", "lot"), ("L2/B/shots", "counter")):
        put(here, house, tag, 26112207, expected_seconds=600)
        own = {"organisation": house.organisation}
        machine = Asset.objects.create(
            **own, site=Site.objects.within(ALL).get(**own), kind="machine", name=tag
        )
        Signal.objects.create(**own, asset=machine, role=role, tag=tag)
    told = page(enter(house.people["viewer"]))
    lot, shots = (
        told.split(f'data-tag="L2/B/{name}"')[1].split("</tr>")[0] for name in ("lot", "shots")
    )
    assert "<span data-value>26112207</span>" in lot and "data-names" in lot.split(">")[0]
    assert "<span data-value>26,112,207</span>" in shots and "data-names" not in shots


def test_what_is_wrong_is_said_in_words(here: HistorySite, house: Any, enter: Enter) -> None:
    put(here, house, "L1/A/temp", 85.0, age=720, expected_seconds=1)
    put(here, house, "L1/A/force", 5.0, quality=0, expected_seconds=1)
    put(here, house, "L2/B/x", 5.0, age=9 * 3600, delay_us=9 * 3600 * SECOND, expected_seconds=60)
    main = Site.objects.within(ALL).get(organisation=house.organisation)
    Tag(organisation=house.organisation, site=main, path="L2/C/count").save()
    client = enter(house.people["viewer"])
    told = page(client)
    assert "4 of 4 tags on 2 lines need a look." in told
    assert "A temp: no new value for 12 min." in told
    assert "A force: the machine says that this value is wrong." in told
    assert "B x: values arrive, but their clock is 9 h behind." in told
    assert "C count: there was no value yet." in told
    house.people["viewer"].language = "ko"
    house.people["viewer"].save()
    assert "A temp: 12분째 새 값이 없습니다." in page(client)


def test_a_page_holds_nothing_of_another_company(
    here: HistorySite, house: Any, neighbour: Any, enter: Enter
) -> None:
    put(here, neighbour, "L9/secret/recipe", 1.0, label="secret label")
    put(here, house, "L1/A/temp", 85.0)
    client = enter(house.people["owner"])
    assert "secret" not in page(client)
    assert "recipe" not in page(client, q="secret")
    assert client.get(reverse("plant:live_rows"), {"show": "100:L9/secret"}).status_code == 404
    today = client.get(reverse("plant:live_today"), {"tag": "L9/secret/recipe"}).json()
    assert set(today["tags"]["L9/secret/recipe"]) == {None}


def test_many_tags_are_folded_and_come_when_they_are_asked_for(
    here: HistorySite, house: Any, enter: Enter
) -> None:
    for asset in ("A", "B"):
        put_many(here, house, f"L1/{asset}", 180)
    client = enter(house.people["viewer"])
    told = page(client)
    assert "All 360 tags on 1 line are fresh." in told
    assert "data-tag=" not in told
    rows = page(client, "live_rows", show="100:L1/A")
    assert rows.count("data-tag=") == 100
    assert "80 more tags" in rows
    assert page(client, "live_rows", show="180:L1/A").count("data-tag=") == 180
    assert page(client, show="100:L1/B").count('data-tag="L1/B/') == 100
    assert page(client, q="b 17").count("data-tag=") == 12  # 17, 117, and 170 to 179


def put_many(site: HistorySite, house: Any, asset: str, count: int) -> None:
    import pyarrow as pa
    from history_site import table

    now = time.time_ns() // 1000
    organisation = str(house.organisation.public_id)
    tables = [table(organisation, "e", f"{asset}/{n}", [(now, 1.0)]) for n in range(count)]
    site.append(pa.concat_tables(tables))


def test_what_needs_a_look_can_be_seen_alone(here: HistorySite, house: Any, enter: Enter) -> None:
    put(here, house, "L1/A/good", 85.0, expected_seconds=60)
    put(here, house, "L1/A/silent", 85.0, age=900, expected_seconds=60)
    told = page(enter(house.people["viewer"]), only="trouble")
    assert 'data-tag="L1/A/silent"' in told
    assert 'data-tag="L1/A/good"' not in told


def test_the_trend_of_today_has_gaps_where_nothing_came(
    here: HistorySite, house: Any, enter: Enter
) -> None:
    put(here, house, "L1/A/temp", *[80.0] * 20, age=7200)
    put(here, house, "L1/A/temp", 90.0)
    client = enter(house.people["viewer"])
    told = client.get(reverse("plant:live_today"), {"tag": "L1/A/temp"}).json()
    means = told["tags"]["L1/A/temp"]
    assert len(means) == told["count"] <= 200
    assert 90.0 in means[-2:]
    parts = -(-20 * 60_000 // told["every"])  # of twenty minutes; the later the day, the longer
    assert means.count(80.0) in (parts, parts + 1)
    assert means[means.index(80.0) : -2].count(None) > 5


def test_without_a_bus_the_page_says_so_and_stays(
    tmp_path: Path, settings: Any, house: Any, enter: Enter
) -> None:
    settings.BUS = settings_in(tmp_path)
    line.hang_up()
    try:
        main = Site.objects.within(ALL).get(organisation=house.organisation)
        Tag(organisation=house.organisation, site=main, path="L1/A/temp").save()
        client = enter(house.people["viewer"])
        told = page(client)
        assert "Values do not come through at the moment" in told
        assert 'data-tag="L1/A/temp"' in told
        answer = client.get(reverse("plant:live_today"), {"tag": "L1/A/temp"})
        assert answer.status_code == 503
    finally:
        line.hang_up()


def test_before_the_first_value_the_page_says_how_to_begin(
    here: HistorySite, house: Any, enter: Enter
) -> None:
    for role, begin in (("viewer", False), ("engineer", True)):
        told = page(enter(house.people[role]))
        assert "No value has arrived yet" in told
        assert ("Connect a machine" in told) is begin
