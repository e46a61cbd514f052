"""The sender and a real server: what is acknowledged is stored, what is not stays."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deungdae.edge.buffer import Buffer
from deungdae.edge.clock import now_us
from deungdae.edge.losses import Loss, Overflow
from deungdae.edge.sending import Link, Sender
from deungdae.edge.uplink import Uplink
from deungdae.records.readings import Reading, TagPath

N = TagPath("n")


@pytest.fixture
def buffer(tmp_path: Path) -> Iterator[Buffer]:
    made = Buffer(
        tmp_path / "b.sqlite",
        "press-shop",
        most_bytes=64 << 20,
        when_full=Overflow.DROP_OLDEST,
        clock_us=now_us,
    )
    yield made
    made.close()


@pytest.fixture
def sender(buffer: Buffer, server: Any, tmp_path: Path) -> Iterator[Sender]:
    yield from sender_to(server, buffer, tmp_path)


@pytest.fixture
def sender_to_mortal(buffer: Buffer, mortal: Any, tmp_path: Path) -> Iterator[Sender]:
    yield from sender_to(mortal, buffer, tmp_path)


def sender_to(server: Any, buffer: Buffer, tmp_path: Path) -> Iterator[Sender]:
    uplink = Uplink(server.url, "secret", ca_file=None, timeout_seconds=20, clock_us=now_us)
    yield Sender(
        buffer,
        uplink,
        most_readings=100,
        every_seconds=1.0,
        aside=tmp_path / "refused",
        chance=lambda: 1.0,
    )
    uplink.close()


def take(buffer: Buffer, *numbers: int) -> None:
    buffer.take("d", [Reading(N, 1_764_000_000_000_000 + number, number) for number in numbers])


def test_a_batch_arrives_and_is_forgotten(buffer: Buffer, sender: Sender, server: Any) -> None:
    take(buffer, 1, 2)
    assert sender.step() == 1.0
    assert [reading.value for reading in server.readings()] == [1, 2]
    assert buffer.standing().waiting == 0
    (request,) = server.requests()
    assert request["path"] == "/plant/edge/v1/batches"
    assert request["Authorization"] == "Bearer secret"
    assert sender.step() == 1.0
    assert len(server.requests()) == 1, "an empty buffer asks nothing"


def test_the_clock_error_is_measured_and_the_readings_are_left_alone(
    buffer: Buffer, sender: Sender, server: Any
) -> None:
    take(buffer, 1)
    sender.step()
    measured = buffer.clock_error()
    assert measured is not None
    error, round_trip = measured
    assert abs(error + 9 * 3600 * 1_000_000) <= round_trip
    assert server.readings()[0].time_us == 1_764_000_000_000_001


@pytest.mark.parametrize(
    ("answer", "link", "wait"),
    [
        ({"status": 503, "headers": {"Retry-After": "7"}}, Link.BUSY, 7.0),
        ({"status": 429, "headers": {"Retry-After": "99999999999"}}, Link.BUSY, 3600.0),
        ({"status": 503, "headers": {"Retry-After": "soon"}}, Link.BUSY, 0.5),
        ({"status": 401}, Link.REFUSED, 60.0),
        ({"status": 403}, Link.REFUSED, 60.0),
        ({"status": 404}, Link.REFUSED, 60.0),
        ({"status": 400}, Link.REFUSED, 60.0),
        ({"status": 500}, Link.REFUSED, 60.0),
        ({"status": 302, "headers": {"Location": "/sign-in"}}, Link.REFUSED, 60.0),
        ({"status": 200, "body": {"acknowledged": 5}}, Link.REFUSED, 60.0),
        ({"status": 200, "body": ["a page"]}, Link.REFUSED, 60.0),
        ({"status": 200, "close": True}, Link.OFFLINE, 0.5),
    ],
)
def test_whatever_else_a_server_says_the_batch_stays(
    buffer: Buffer,
    sender: Sender,
    server: Any,
    answer: dict[str, Any],
    link: Link,
    wait: float,
) -> None:
    take(buffer, 1)
    server.answer(answer)
    assert sender.step() == wait
    assert sender.state.link is link
    assert str(sender.state.problem)
    assert buffer.standing().waiting == 1
    server.answer(None)
    sender.step()
    assert sender.state == (Link.SENDING, None)
    assert [reading.value for reading in server.readings()] == [1]


def test_a_quota_is_told_in_the_words_of_the_server(
    buffer: Buffer, sender: Sender, server: Any
) -> None:
    take(buffer, 1)
    told = {"code": "too many requests", "message": "1,000 points a minute are allowed"}
    server.answer({"status": 429, "body": told, "headers": {"Retry-After": "30"}})
    assert sender.step() == 30.0
    assert "asks to wait: 1,000 points a minute are allowed" in str(sender.state.problem)


def test_tries_become_rarer_while_nobody_answers(
    buffer: Buffer, sender_to_mortal: Sender, mortal: Any
) -> None:
    take(buffer, 1)
    mortal.kill()
    assert [sender_to_mortal.step() for _ in range(9)] == [0.5, 1, 2, 4, 8, 16, 32, 60, 60]
    mortal.start()
    sender_to_mortal.step()
    assert buffer.standing().waiting == 0


def test_live_values_do_not_wait_while_a_backlog_of_hours_drains(
    buffer: Buffer, sender: Sender, server: Any
) -> None:
    for start in range(0, 20_000, 500):
        take(buffer, *range(start, start + 500))  # hours of a value each second
    sender.most_readings = 1000
    live = range(1_000_000, 1_000_010)
    for number in live:
        take(buffer, number)
        assert [sender.step() for _ in range(2)] == [0, 0], "there is more, so nobody rests"
        assert number in values_of_last(server, 2), "no more than one batch came before it"
    left = buffer.standing().waiting
    assert left < 20_000 - 9 * 1000, "the backlog shrank by about a batch for each live value"
    while buffer.standing().waiting:
        sender.step()
    assert sorted(r.value for r in server.readings()) == [*range(20_000), *live]


def values_of_last(server: Any, batches: int) -> list[int]:
    return [r.value for batch in server.batches()[-batches:] for r in batch.readings]


def test_a_server_that_was_heard_elsewhere_is_asked_at_once(
    buffer: Buffer, mortal: Any, until: Any
) -> None:
    take(buffer, 1)
    mortal.kill()
    slow = Sender(
        buffer,
        Uplink(mortal.url, "secret", ca_file=None, timeout_seconds=20, clock_us=now_us),
        most_readings=20,
        every_seconds=1.0,
        aside=mortal.folder / "refused",
        chance=lambda: 10_000.0,  # of its own it would try again in an hour
    )
    stop = threading.Event()
    thread = threading.Thread(target=slow.run, args=[stop])
    thread.start()
    until(lambda: slow.state.link is Link.OFFLINE)
    mortal.start()
    slow.hurry()
    until(lambda: buffer.standing().waiting == 0)
    stop.set()
    thread.join(20)
    assert slow.state.link is Link.SENDING


def test_after_a_gap_the_agent_says_that_it_knows(
    buffer: Buffer, sender: Sender, server: Any
) -> None:
    take(buffer, 1)
    server.answer({"status": 409, "body": {"acknowledged": 5}, "once": True})
    assert sender.step() == 0
    sender.step()
    assert [request.get("Deungdae-Gap-After") for request in server.requests()] == [None, "5"]
    assert buffer.standing().waiting == 0


def test_a_server_that_is_ahead_of_us_is_not_believed(
    buffer: Buffer, sender: Sender, server: Any
) -> None:
    take(buffer, 1)
    server.answer({"status": 409, "body": {"acknowledged": 1 << 60}})
    assert sender.step() == 60.0
    assert "another agent" in str(sender.state.problem)
    assert buffer.standing().waiting == 1


def test_a_batch_that_can_never_be_read_does_not_stop_the_others(
    buffer: Buffer, sender: Sender, server: Any, tmp_path: Path
) -> None:
    take(buffer, 1)
    server.answer({"status": 400, "body": {"code": "wrong", "message": "No."}, "once": True})
    sender.step()
    take(buffer, 2)
    sender.step()
    assert [reading.value for reading in server.readings()] == [2]
    (kept,) = (tmp_path / "refused").glob("*.batch")
    assert kept.stat().st_size > 0
    (lost,) = buffer.standing().losses
    assert (lost.reason, lost.readings) == (Loss.REFUSED, 1)


def test_the_first_reading_after_a_pause_waits_for_no_turn(
    buffer: Buffer, server: Any, until: Any, tmp_path: Path
) -> None:
    stop = threading.Event()
    patient = Sender(
        buffer,
        Uplink(server.url, "secret", ca_file=None, timeout_seconds=20, clock_us=now_us),
        most_readings=100,
        every_seconds=3600.0,
        aside=tmp_path / "refused",
    )
    thread = threading.Thread(target=patient.run, args=[stop])
    thread.start()
    assert not buffer.await_readings(0), "nothing waits yet"
    take(buffer, 7)
    until(lambda: [reading.value for reading in server.readings()] == [7])
    take(buffer, 8)
    until(lambda: buffer.standing().waiting == 1)
    stop.set()
    thread.join(timeout=20)
    assert not thread.is_alive()
    assert [reading.value for reading in server.readings()] == [7], "the next has an hour's time"


def test_a_server_that_is_killed_and_started_again_gets_everything_once(
    buffer: Buffer, mortal: Any, until: Any
) -> None:
    stop = threading.Event()
    hurried = Sender(
        buffer,
        Uplink(mortal.url, "secret", ca_file=None, timeout_seconds=20, clock_us=now_us),
        most_readings=20,
        every_seconds=0.05,
        aside=mortal.folder / "refused",
        chance=lambda: 0.0,
    )
    thread = threading.Thread(target=hurried.run, args=[stop])
    thread.start()
    for round_ in range(4):
        for number in range(round_ * 100, round_ * 100 + 100, 10):
            take(buffer, *range(number, number + 10))
        mortal.kill()
        take(buffer, 1000 + round_)
        mortal.start()
    until(lambda: buffer.standing().waiting == 0)
    stop.set()
    thread.join(timeout=20)
    assert sorted(r.value for r in mortal.readings()) == [*range(400), 1000, 1001, 1002, 1003]
    assert not (mortal.folder / "two_contents").exists()
