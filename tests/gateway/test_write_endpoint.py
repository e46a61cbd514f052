"""`POST /api/v2/write` on a real server: what is stored, what is refused, and how that is said."""

import gzip
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from gateway_site import NOW_NS, TOKEN, Site, Start

from deungdae.gateway.http import Limits
from deungdae.gateway.http.access import digest_of
from deungdae.gateway.sinks import EDGE, WRITE, Busy, Grant, Unavailable
from deungdae.gateway.spool import read


def refused(answer: httpx.Response, status: int, code: str) -> str:
    """Check an error's form; return its message."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.headers["x-platform-error-code"] == code
    document: dict[str, str] = answer.json()
    assert set(document) == {"code", "message"}
    assert document["code"] == code
    return document["message"]


def test_lines_are_on_the_disk_when_they_are_acknowledged(site: Site) -> None:
    answer = site.write("imm,asset=a2 melt=231.5,runs=true 1764000000000000000\n")
    assert (answer.status_code, answer.content) == (204, b"")
    first, second = site.rows()
    assert first["organisation"] == "lighthouse"
    assert first["source"] == "token-1"
    assert first["tag"] == "line1/imm/asset=a2/melt"
    assert first["time"].isoformat() == "2025-11-24T16:00:00+00:00"
    assert first["received"].isoformat() == "2025-11-24T16:00:00.123456+00:00"
    assert (first["value"], first["kind"], first["quality"], first["flag"]) == (231.5, 0, 192, 0)
    assert (second["tag"], second["value"], second["kind"]) == ("line1/imm/asset=a2/runs", 1.0, 2)


def test_names_in_korean_pass_untouched(site: Site) -> None:
    assert site.write('사출기,라인=일 온도=231.5,상태="가동" 1').status_code == 204
    tags = {row["tag"]: (row["value"], row["text"]) for row in site.rows()}
    assert tags == {
        "line1/사출기/라인=일/온도": (231.5, None),
        "line1/사출기/라인=일/상태": (None, "가동"),
    }


@pytest.mark.parametrize(("precision", "told"), [("s", 5), ("ms", 5_000), ("us", 5_000_000)])
def test_the_precision_of_the_address_holds(site: Site, precision: str, told: int) -> None:
    assert site.write(f"m f=1 {told}", f"bucket=b&precision={precision}").status_code == 204
    (row,) = site.rows()
    assert row["time"].timestamp() == 5


@pytest.mark.parametrize("name", ["gzip", "x-gzip", "GZIP"])
def test_a_packed_body_is_unpacked(site: Site, name: str) -> None:
    # Two members one after the other are one body, as gzip says.
    body = gzip.compress(b"m f=1 1\n") + gzip.compress(b"m f=2 2\n")
    assert site.write(body, headers={"Content-Encoding": name}).status_code == 204
    assert [row["value"] for row in site.rows()] == [1.0, 2.0]


@pytest.mark.parametrize("scheme", ["Token", "token", "Bearer", "BEARER"])
def test_both_words_before_a_token_are_understood(site: Site, scheme: str) -> None:
    answer = site.write("m f=1", headers={"Authorization": f"{scheme} {TOKEN}"})
    assert answer.status_code == 204


@pytest.mark.parametrize("told", ["", "Token", "Token wrong", "Basic YTpi", f"Token {TOKEN} x"])
def test_no_or_an_unknown_token_is_401(site: Site, told: str) -> None:
    message = refused(site.write("m f=1", headers={"Authorization": told}), 401, "unauthorized")
    assert message == "unauthorized access"
    assert site.rows() == []


def test_a_revoked_token_is_401_at_once(site: Site) -> None:
    site.tokens.grants[digest_of(TOKEN)] = Grant("o", "s", frozenset((WRITE,)), revoked=True)
    refused(site.write("m f=1"), 401, "unauthorized")


def test_a_token_without_the_right_is_403(site: Site) -> None:
    site.tokens.grants[digest_of(TOKEN)] = Grant("o", "s", frozenset((EDGE,)))
    message = refused(site.write("m f=1"), 403, "forbidden")
    assert message == "insufficient permissions for write"


def test_a_token_reaches_only_its_buckets(site: Site) -> None:
    own = {"line1": "plant/one"}
    site.tokens.grants[digest_of(TOKEN)] = Grant("o", "s", frozenset((WRITE,)), own)
    assert site.write("m f=1").status_code == 204
    assert site.rows()[0]["tag"] == "plant/one/m/f"
    refused(site.write("m f=1", "bucket=line2"), 403, "forbidden")


def test_a_missing_bucket_and_another_organisation_are_404(site: Site) -> None:
    assert refused(site.write("m f=1", "org=x"), 404, "not found") == "bucket not found"
    names = frozenset(("lighthouse",))
    site.tokens.grants[digest_of(TOKEN)] = Grant("o", "s", frozenset((WRITE,)), names=names)
    assert "organization name" in refused(site.write("m f=1"), 404, "not found")
    assert site.write("m f=1", "org=lighthouse&bucket=b").status_code == 204


@pytest.mark.parametrize(
    ("body", "query", "headers", "message"),
    [
        ("m f=1", "bucket=b&precision=m", {}, "invalid precision; valid precision units are"),
        ("", "bucket=b", {}, "writing requires points"),
        ("m f=1\nbroken\n", "bucket=b", {}, "unable to parse 'broken': missing fields"),
        ("m f=1", "bucket=b", {"Content-Encoding": "gzip"}, "contains an invalid header"),
        ("m f=1", "bucket=b", {"Content-Encoding": "br"}, "content encoding 'br' is not known"),
        ("m f=1", "bucket=a//b", {}, "has an empty part"),
    ],
)
def test_what_cannot_be_understood_is_400_and_nothing_is_stored(
    site: Site, body: str, query: str, headers: dict[str, str], message: str
) -> None:
    assert message in refused(site.write(body, query, headers=headers), 400, "invalid")
    assert site.rows() == []


def test_a_packed_body_that_is_cut_off_is_400(site: Site) -> None:
    body = gzip.compress(b"m f=1 1\n" * 1000)[:-9]
    answer = site.write(body, headers={"Content-Encoding": "gzip"})
    assert "ends before its end" in refused(answer, 400, "invalid")


def test_a_body_beyond_the_limit_is_413(start: Start) -> None:
    site = start(Limits(body_bytes=1000))
    assert site.write("m f=1 1\n" * 125).status_code == 204
    refused(site.write("m f=1 1\n" * 126), 413, "request too large")


def test_a_bomb_of_gzip_is_413_by_what_it_unpacks_to(start: Start) -> None:
    site = start(Limits(body_bytes=1 << 20))
    bomb = gzip.compress(b"m f=1 1\n" * (8 << 20))
    assert len(bomb) < 1 << 20
    answer = site.write(bomb, headers={"Content-Encoding": "gzip"})
    refused(answer, 413, "request too large")


def test_a_body_without_a_told_length_is_bounded_too(start: Start) -> None:
    site = start(Limits(body_bytes=1000))

    def pieces() -> Any:
        for _ in range(100):
            yield b"m f=1 1\n" * 10

    headers = {"Authorization": f"Token {TOKEN}"}
    url = f"{site.url}/api/v2/write?bucket=b"
    refused(httpx.post(url, content=pieces(), headers=headers), 413, "request too large")


def test_too_many_series_in_one_request_are_413(start: Start) -> None:
    site = start(Limits(series=10))
    lines = "".join(f"m,a={n} f=1 1\n" for n in range(11))
    refused(site.write(lines), 413, "request too large")


def test_what_cannot_be_kept_waits_in_quarantine_and_the_rest_is_stored(site: Site) -> None:
    answer = site.write("m f=1 1\nm f=2i -9000000000000000000\nm f=3 3\n")
    message = refused(answer, 422, "unprocessable entity")
    assert message.startswith("failure writing points to database: partial write: ")
    assert message.endswith("dropped=1")
    assert [row["value"] for row in site.rows()] == [1.0, 3.0]
    ((head, body),) = site.quarantined()
    assert (head["reason"], head["points"]) == ("time_out_of_range", 1)
    assert body == b'# {"prefix": "line1"}\nm f=2i -9000000000000000000\n'


def test_a_quota_is_refused_in_plain_words_and_says_when_to_come_back(site: Site) -> None:
    site.quotas.points_per_minute = 60
    assert site.write("m f=1 1\n" * 100).status_code == 204
    answer = site.write("m f=1 1")
    message = refused(answer, 429, "too many requests")
    assert "may send 60 points a minute" in message
    assert 38 <= int(answer.headers["retry-after"]) <= 42
    assert len(site.rows()) == 100


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [(Busy(3), 429, "too many requests"), (Unavailable(5), 503, "unavailable")],
)
def test_a_store_that_cannot_store_is_told_as_passing(
    site: Site, error: Busy, status: int, code: str
) -> None:
    site.sink.refuses = error
    answer = site.write("m f=1 1")
    refused(answer, status, code)
    assert answer.headers["retry-after"] == str(error.retry_after_s)
    site.sink.refuses = None
    assert site.write("m f=1 1").status_code == 204


def test_tokens_that_cannot_be_looked_up_are_503_and_never_401(site: Site) -> None:
    site.tokens.away = True
    assert site.write("m f=1").headers["retry-after"] == "7"


def test_a_fault_of_ours_is_500_so_that_clients_keep_their_data(
    capsys: pytest.CaptureFixture[str], site: Site
) -> None:
    site.sink.refuses = RuntimeError("broken")
    refused(site.write("m f=1 1"), 500, "internal error")
    site.sink.refuses = None
    assert site.write("m f=1 1").status_code == 204
    assert "RuntimeError: broken" in capsys.readouterr().err


def test_many_requests_share_a_sync_of_the_disk(site: Site) -> None:
    before = site.sink.spool.commits
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda n: site.write(f"m f={n} {n}"), range(64)))
    assert {answer.status_code for answer in answers} == {204}
    assert sorted(row["value"] for row in site.rows()) == [float(n) for n in range(64)]
    assert site.sink.spool.commits - before <= 64


def test_points_sent_again_have_the_same_name_of_their_batch(site: Site) -> None:
    for text in ("m f=1 1", "m f=1 1", "m f=2 1"):
        site.write(text)
    first, again, other = (head["batch"] for head, _ in read(site.folder))
    assert first == again != other


def test_ping_and_health_answer_as_clients_ask(site: Site) -> None:
    for method in ("GET", "HEAD"):
        ping = httpx.request(method, f"{site.url}/ping")
        assert (ping.status_code, ping.headers["x-influxdb-version"]) == (204, "2.7.0")
    health = httpx.get(f"{site.url}/health").json()
    assert (health["status"], health["checks"]) == ("pass", [])
    assert httpx.head(f"{site.url}/health").content == b""


def test_other_addresses_and_methods_are_refused(site: Site) -> None:
    refused(httpx.get(f"{site.url}/api/v2/query"), 404, "not found")
    refused(httpx.get(f"{site.url}/api/v2/write"), 405, "method not allowed")


def test_too_many_requests_at_once_are_told_to_come_back(start: Start) -> None:
    site = start(Limits(requests=0, retry_after_s=9))
    answer = site.write("m f=1")
    refused(answer, 503, "unavailable")
    assert answer.headers["retry-after"] == "9"


def test_the_clock_of_the_server_dates_lines_without_time(site: Site) -> None:
    site.write("m f=1")
    assert site.rows()[0]["time"].timestamp() == pytest.approx(NOW_NS / 1e9, abs=1e-6)
