"""Sites, their tags and history as programs get them, with a real bus and a real answerer."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from bus_for_tests import settings_in
from history_site import HistorySite

from deungdae.web.companies.models import Site
from deungdae.web.core import line
from deungdae.web.core.access import scope_of
from deungdae.web.plant.models import Tag

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)
NOON_US = int(NOON.timestamp()) * 1_000_000
TAG, LOT = "line1/imm1/temperature", "line1/imm1/lot"
SECOND = 1_000_000


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HistorySite]:
    with HistorySite(tmp_path_factory.mktemp("history")) as found:
        yield found


@pytest.fixture
def site(house: Any, neighbour: Any, history: HistorySite, settings: Any) -> Iterator[Site]:
    """The main site of the company, with an hour of a temperature and two lots."""
    settings.BUS = history.settings.bus
    line.hang_up()
    organisation = str(house.organisation.public_id)
    minutes = [(NOON_US + place * 10 * SECOND, 20 + place / 10) for place in range(360)]
    history.store(organisation, "edge", TAG, minutes)
    history.store(organisation, "edge", LOT, [(NOON_US, "A-1"), (NOON_US + 600 * SECOND, "A-2")])
    history.store(str(neighbour.organisation.public_id), "edge", "line9/secret", [(NOON_US, 1.0)])
    scope = scope_of(house.people["owner"])
    found = Site.objects.within(scope).get(main=True)
    Tag.objects.create(
        organisation=house.organisation, site=found, path=TAG, label="배럴 온도", unit="°C",
        expected_seconds=10,
    )  # fmt: skip
    yield found
    line.hang_up()


def asked(site: Site, **given: Any) -> str:
    told = {"tag": [TAG], "start": "2026-09-01T21:00", "end": "2026-09-01T22:00", **given}
    return f"/sites/{site.public_id}/history?{urlencode(told, doseq=True)}"


def test_the_sites_of_a_company_are_listed(site: Site, house: Any, call: Any) -> None:
    told = call(house.people["viewer"], "GET", "/sites").json()["items"]
    assert told == [
        {
            "id": str(site.public_id),
            "organisation": str(house.organisation.public_id),
            "name": site.name,
            "time_zone": "Asia/Seoul",
            "main": True,
        }
    ]


def test_tags_say_what_people_called_them_and_when_they_spoke(
    site: Site, house: Any, call: Any
) -> None:
    path = f"/sites/{site.public_id}/tags"
    told = call(house.people["viewer"], "GET", path).json()["items"]
    assert [tag["tag"] for tag in told] == [LOT, TAG]
    assert told[1] == {
        "tag": TAG, "label": "배럴 온도", "unit": "°C", "expected_seconds": 10.0,
        "kind": "float", "last_time": "2026-09-01T12:59:50Z",
    }  # fmt: skip
    assert (told[0]["kind"], told[0]["label"]) == ("text", "")
    found = call(house.people["viewer"], "GET", f"{path}?q=배럴").json()["items"]
    assert [tag["tag"] for tag in found] == [TAG]


def test_points_come_as_json_in_parts(site: Site, house: Any, call: Any) -> None:
    told = call(house.people["viewer"], "GET", asked(site, limit=2000)).json()
    assert len(told["items"]) == 360 and told["next"] is None
    assert told["items"][3]["value"] == 20.3
    assert told["items"][3]["time"] == "2026-09-01T12:00:30Z"


def test_the_parts_of_a_long_answer_fit_together(
    site: Site, house: Any, call: Any, history: HistorySite
) -> None:
    # Two tags at the same moments, so that a part may not end between them.
    organisation = str(house.organisation.public_id)
    for tag in ("line1/a", "line1/b"):
        steps = [(NOON_US + place * SECOND, float(place)) for place in range(1501)]
        history.store(organisation, "edge", tag, steps)
    given = {"tag": ["line1/a", "line1/b"], "limit": 2001}
    first = call(house.people["viewer"], "GET", asked(site, **given)).json()
    rest = call(house.people["viewer"], "GET", asked(site, **given, start=first["next"])).json()
    both = [(item["tag"], item["time"]) for item in first["items"] + rest["items"]]
    assert len(both) == len(set(both)) == 3002 and rest["next"] is None


def test_points_come_as_an_arrow_stream(site: Site, house: Any, call: Any) -> None:
    answer = call(
        house.people["viewer"], "GET", asked(site, tag=[TAG, LOT]),
        Accept="application/vnd.apache.arrow.stream",
    )  # fmt: skip
    assert answer["Content-Type"] == "application/vnd.apache.arrow.stream"
    table = pa.ipc.open_stream(io.BytesIO(b"".join(answer.streaming_content))).read_all()
    assert table.num_rows == 362
    lots = table.filter(pc.equal(table.column("tag"), LOT))
    assert lots.column("text").to_pylist() == ["A-1", "A-2"]
    assert lots.column("time").to_pylist()[1] == NOON + timedelta(minutes=10)


def test_buckets_begin_at_the_midnight_of_the_site(site: Site, house: Any, call: Any) -> None:
    day = {"start": "2026-09-01", "end": "2026-09-02", "every": "1d"}
    [series] = call(house.people["viewer"], "GET", asked(site, **day)).json()["series"]
    # 12 o'clock UTC is 21 o'clock in Seoul, of the same day, which began at 15 o'clock UTC.
    assert (series["tag"], series["time"]) == (TAG, ["2026-08-31T15:00:00Z"])
    assert (series["count"], series["min"], series["max"]) == ([360], [20.0], [55.9])
    answer = call(house.people["viewer"], "GET", asked(site, every="10min", format="arrow"))
    table = pa.ipc.open_stream(io.BytesIO(b"".join(answer.streaming_content))).read_all()
    assert table.column("count").to_pylist() == [60] * 6
    assert table.column("mean").to_pylist()[0] == pytest.approx(20 + 5.9 / 2)


def test_csv_is_for_people_on_the_clock_of_the_site(site: Site, house: Any, call: Any) -> None:
    path = asked(site, every="30min", format="csv")
    answer = call(house.people["viewer"], "GET", path, **{"Accept-Language": "en"})
    assert answer["Content-Type"].startswith("text/csv")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert "[°C]" in lines[0] and "Asia/Seoul" in lines[0]
    assert "2026-09-01 21:00" in lines[1] and len(lines) == 3


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"start": "yesterday"}, "start"),
        ({"start": "0001-01-01"}, "start"),
        ({"end": "2026-09-01T21:00"}, "end"),
        ({"every": "soon"}, "every"),
        ({"every": "0s"}, "every"),
        ({"tag": []}, "tag"),
        ({"limit": 5}, "limit"),
        ({"format": "xml"}, "format"),
    ],
)
def test_what_was_not_understood_is_named(
    given: dict[str, Any], where: str, site: Site, house: Any, call: Any
) -> None:
    answer = call(house.people["viewer"], "GET", asked(site, **given))
    assert answer.status_code == 422
    fields = answer.json()["error"]["details"]["fields"]
    assert where in fields[0]["where"]


def test_too_many_buckets_for_json_are_refused_with_a_way_out(
    site: Site, house: Any, call: Any
) -> None:
    path = asked(site, start="2026-01-01", every="1s")
    answer = call(house.people["viewer"], "GET", path, **{"Accept-Language": "en"})
    assert answer.status_code == 409
    assert "Ask for Arrow or CSV" in answer.json()["error"]["message"]


def test_points_of_another_company_are_not_there(
    site: Site, house: Any, neighbour: Any, call: Any
) -> None:
    stranger = neighbour.people["owner"]
    assert call(stranger, "GET", asked(site)).status_code == 404
    assert call(stranger, "GET", f"/sites/{site.public_id}/tags").status_code == 404
    assert str(site.public_id) not in call(stranger, "GET", "/sites").content.decode()
    mine = call(house.people["owner"], "GET", asked(site, tag=["line9/secret"])).json()
    assert mine == {"items": [], "next": None}


def test_without_a_bus_the_answer_is_a_sentence(
    site: Site, house: Any, call: Any, settings: Any, tmp_path: Any
) -> None:
    settings.BUS = settings_in(tmp_path)
    line.hang_up()
    answer = call(house.people["viewer"], "GET", asked(site), **{"Accept-Language": "ko"})
    assert (answer.status_code, answer["Retry-After"]) == (503, "2")
    assert answer.json()["error"]["code"] == "away"
    assert "응답하지 않습니다" in answer.json()["error"]["message"]
    assert call(house.people["viewer"], "GET", "/sites").status_code == 200
