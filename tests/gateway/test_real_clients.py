"""The real `influxdb-client` against a real server, and Telegraf's reading of our statuses."""

import datetime as dt
from collections.abc import Iterator

import httpx
import pytest
from gateway_site import TOKEN, Site, Start
from influxdb_client import InfluxDBClient, Point, WriteOptions
from influxdb_client.client.write_api import SYNCHRONOUS
from influxdb_client.rest import ApiException

from deungdae.gateway.http import Limits
from deungdae.gateway.http.access import digest_of
from deungdae.gateway.sinks import EDGE, Busy, Grant, Unavailable

TIME = dt.datetime(2025, 11, 24, 16, tzinfo=dt.UTC)


@pytest.fixture
def client(site: Site) -> Iterator[InfluxDBClient]:
    with InfluxDBClient(site.url, TOKEN, org="lighthouse", enable_gzip=True) as client:
        yield client


def point(number: int) -> Point:
    made = Point("사출기").tag("라인", "1 호, 2=3").field("온도", 200.5 + number)
    return made.field("수량", number).time(TIME + dt.timedelta(seconds=number))


def test_the_client_writes_and_each_point_is_there(client: InfluxDBClient, site: Site) -> None:
    with client.write_api(write_options=SYNCHRONOUS) as api:
        api.write("line1", record=[point(0), point(1)])
    rows = sorted((row["tag"], row["time"], row["value"], row["kind"]) for row in site.rows())
    later = TIME + dt.timedelta(seconds=1)
    assert rows == [
        ("line1/사출기/라인=1 호%2C 2%3D3/수량", TIME, 0.0, 1),
        ("line1/사출기/라인=1 호%2C 2%3D3/수량", later, 1.0, 1),
        ("line1/사출기/라인=1 호%2C 2%3D3/온도", TIME, 200.5, 0),
        ("line1/사출기/라인=1 호%2C 2%3D3/온도", later, 201.5, 0),
    ]


def test_the_client_shows_its_user_our_sentence(client: InfluxDBClient) -> None:
    api = client.write_api(write_options=SYNCHRONOUS)
    with api, pytest.raises(ApiException) as caught:
        api.write("line1", record="broken")
    assert caught.value.status == 400
    assert "unable to parse 'broken': missing fields" in caught.value.message


def test_the_client_writes_in_batches(client: InfluxDBClient, site: Site) -> None:
    with client.write_api(write_options=WriteOptions(batch_size=500, flush_interval=200)) as api:
        for number in range(1200):
            api.write("line1", record=point(number))
    rows = site.rows()
    assert len(rows) == 2400
    assert len({(row["tag"], row["time"]) for row in rows}) == 2400


def test_a_batch_that_meets_a_passing_fault_is_sent_again(
    client: InfluxDBClient, site: Site
) -> None:
    site.sink.refuses = Unavailable(1)
    retried = []

    def then_come_back(told: object, data: str, error: Exception) -> None:
        retried.append(error)
        site.sink.refuses = None

    options = WriteOptions(batch_size=10, flush_interval=100, retry_interval=100)
    with client.write_api(options, retry_callback=then_come_back) as api:
        for number in range(10):
            api.write("line1", record=point(number))
    assert len(retried) == 1
    assert len(site.rows()) == 20


def test_the_client_finds_us_there(client: InfluxDBClient) -> None:
    assert client.ping() is True
    assert client.version() == "2.7.0"


#: What Telegraf's output `influxdb_v2` does with the points of a request, by status.
TELEGRAF = {
    **dict.fromkeys((200, 204), "done"),
    **dict.fromkeys((400, 406, 422), "thrown away"),
    **dict.fromkeys((401, 403, 500), "kept"),
    413: "sent in halves",
    **dict.fromkeys((429, 502, 503, 504), "kept for as long as Retry-After says"),
}


def stored(site: Site) -> httpx.Response:
    return site.write("m f=1 1")  # type: ignore[no-any-return]


def broken(site: Site) -> httpx.Response:
    return site.write("broken")  # type: ignore[no-any-return]


def partly(site: Site) -> httpx.Response:
    return site.write("m f=1 -9000000000000000000")  # type: ignore[no-any-return]


def unknown(site: Site) -> httpx.Response:
    site.tokens.grants.clear()
    return stored(site)


def not_permitted(site: Site) -> httpx.Response:
    site.tokens.grants[digest_of(TOKEN)] = Grant("o", "s", frozenset((EDGE,)))
    return stored(site)


def not_this_bucket(site: Site) -> httpx.Response:
    grant = Grant("o", "s", frozenset(("write",)), {"other": "other"})
    site.tokens.grants[digest_of(TOKEN)] = grant
    return stored(site)


def too_long(site: Site) -> httpx.Response:
    return site.write("m f=1 1\n" * 2000)  # type: ignore[no-any-return]


def too_often(site: Site) -> httpx.Response:
    site.quotas.points_per_minute = 0
    return stored(site)


def busy(site: Site) -> httpx.Response:
    site.sink.refuses = Busy(1)
    return stored(site)


def away(site: Site) -> httpx.Response:
    site.sink.refuses = Unavailable(1)
    return stored(site)


def tokens_away(site: Site) -> httpx.Response:
    site.tokens.away = True
    return stored(site)


def fault(site: Site) -> httpx.Response:
    site.sink.refuses = RuntimeError("broken")
    return stored(site)


@pytest.mark.parametrize(
    ("case", "what_telegraf_does"),
    [
        (stored, "done"),
        (broken, "thrown away"),
        (partly, "thrown away"),  # the rest is stored, and these wait in quarantine
        (unknown, "kept"),
        (not_permitted, "kept"),
        (not_this_bucket, "kept"),
        (too_long, "sent in halves"),
        (too_often, "kept for as long as Retry-After says"),
        (busy, "kept for as long as Retry-After says"),
        (away, "kept for as long as Retry-After says"),
        (tokens_away, "kept for as long as Retry-After says"),
        (fault, "kept"),
    ],
)
def test_telegraf_throws_away_only_what_can_never_be_stored(
    start: Start, case: object, what_telegraf_does: str
) -> None:
    answer: httpx.Response = case(start(Limits(body_bytes=10_000)))  # type: ignore[operator]
    assert TELEGRAF[answer.status_code] == what_telegraf_does
    assert ("retry-after" in answer.headers) == ("Retry-After" in what_telegraf_does)
