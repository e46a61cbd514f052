"""`POST /edge/v1/batches`: in order, each once, acknowledged when it is on the disk."""

import json

import httpx
from gateway_site import NOW_NS, TOKEN, Site, Start

from deungdae.gateway.http.access import digest_of
from deungdae.gateway.sinks import EDGE, WRITE, Grant, Unavailable
from deungdae.records.batches import Batch
from deungdae.records.readings import Quality, Reading, tag_path

TAG = tag_path("line1/imm3/melt")
READINGS = (
    Reading(TAG, 1_764_000_000_000_000, 231.5, Quality.UNCERTAIN, 1_764_000_000_500_000),
    Reading(tag_path("line1/imm3/state"), 1_764_000_000_000_001, "가동"),
    Reading(tag_path("line1/imm3/count"), 1_764_000_000_000_002, (1 << 53) + 1),
    Reading(TAG, 1_764_000_001_000_000, None, Quality.BAD),
)


def send(
    site: Site, sequence: int, edge: str = "press-shop", gap_after: int | None = None
) -> httpx.Response:
    body = Batch(edge, sequence, 1_764_000_002_000_000, READINGS).encode()
    headers = {"Authorization": f"Bearer {TOKEN}"}
    if gap_after is not None:
        headers["Deungdae-Gap-After"] = str(gap_after)
    return httpx.post(f"{site.url}/edge/v1/batches", content=body, headers=headers)


def test_a_batch_is_stored_as_it_was_read(site: Site) -> None:
    answer = send(site, 1)
    assert answer.json() == {"acknowledged": 1, "server_time_us": NOW_NS // 1000}
    first, text, count, nothing = site.rows()
    assert (first["tag"], first["value"], first["quality"]) == (TAG, 231.5, 64)
    assert first["received"].timestamp() == 1_764_000_000.5
    assert (text["text"], text["kind"], text["value"]) == ("가동", 3, None)
    assert text["received"].timestamp() == 1_764_000_000.123456
    assert (count["text"], count["kind"]) == ("9007199254740993", 1)
    assert (nothing["value"], nothing["text"], nothing["quality"]) == (None, None, 0)


def test_a_batch_sent_again_is_acknowledged_and_stored_once(site: Site) -> None:
    assert [send(site, 1).status_code for _ in range(3)] == [200, 200, 200]
    assert len(site.rows()) == 4


def test_a_gap_is_409_and_says_what_came_last(site: Site) -> None:
    send(site, 1)
    answer = send(site, 3)
    assert (answer.status_code, answer.json()["acknowledged"]) == (409, 1)
    assert send(site, 2).status_code == 200
    assert send(site, 3).status_code == 200
    assert len(site.rows()) == 12


def test_a_gap_that_the_agent_confirms_is_noted_and_the_batch_taken(site: Site) -> None:
    send(site, 1_764_000_000_000)
    assert send(site, 1_764_000_000_007, gap_after=5).status_code == 409
    assert site.quarantined() == []
    assert send(site, 1_764_000_000_007, gap_after=1_764_000_000_000).status_code == 200
    ((head, body),) = site.quarantined()
    assert (head["reason"], head["points"]) == ("gap", 0)
    assert json.loads(body) == {
        "edge": "press-shop",
        "after": 1_764_000_000_000,
        "before": 1_764_000_000_007,
    }
    assert len(site.rows()) == 8


def test_edges_count_for_themselves(site: Site) -> None:
    assert send(site, 1).status_code == 200
    assert send(site, 1, "paint-shop").status_code == 200
    assert len(site.rows()) == 8


def test_what_came_last_is_known_after_a_restart(start: Start) -> None:
    assert send(start(), 1).status_code == 200
    again = start()
    assert send(again, 3).status_code == 409
    assert send(again, 2).status_code == 200


def test_a_batch_that_could_not_be_stored_is_not_counted(site: Site) -> None:
    site.sink.refuses = Unavailable(4)
    answer = send(site, 1)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "4")
    site.sink.refuses = None
    assert send(site, 1).status_code == 200
    assert len(site.rows()) == 4


def test_bytes_that_are_no_batch_are_400(site: Site) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    answer = httpx.post(f"{site.url}/edge/v1/batches", content=b"no batch", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert answer.json()["message"] == "The batch is not compressed with gzip."


def test_a_token_of_another_edge_or_without_the_right_is_403(site: Site) -> None:
    site.tokens.grants[digest_of(TOKEN)] = Grant("o", "s", frozenset((EDGE,)), edge="paint-shop")
    assert send(site, 1).status_code == 403
    site.tokens.grants[digest_of(TOKEN)] = Grant("o", "s", frozenset((WRITE,)))
    assert send(site, 1).status_code == 403
    site.tokens.grants.clear()
    assert send(site, 1).status_code == 401
    assert site.rows() == []
