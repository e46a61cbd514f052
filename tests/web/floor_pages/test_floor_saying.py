"""Operators say why: one tap, several at once, a part of a stop, undo; and scrap by tiles."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from floor_monitor import HOUR, MINUTE, now_document, now_us

from deungdae.web.core.models import Membership, Person
from deungdae.web.floor.models import ScrapSaid, StopSaid
from deungdae.web.floor.shown.documents import Stop
from deungdae.web.floor.waiting import without

Enter = Callable[[Any], Client]


@pytest.fixture
def operator(floor: Any, enter: Enter) -> Client:
    person = Person.objects.create(email="op@gaon.example", name="박작업", language="en")
    Membership.objects.create(organisation=floor.organisation, person=person, role="operator")
    return enter(person)


def stops(client: Client, **query: Any) -> str:
    response = client.get(reverse("floor:stops"), query)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def waiting(floor: Any, *rows: tuple[Any, int, int | None]) -> list[str]:
    """Let stops wait: machine, minutes ago, minutes long; return them as a form names them."""
    now, found = now_us(), []
    for asset, ago, long in rows:
        start = now - ago * MINUTE
        end = None if long is None else start + long * MINUTE
        floor.monitor.stops.append([floor.key(asset), start, end, "stopped", "", None])
        found.append(f"{floor.key(asset)}:{start}:{end or ''}")
    return found


def say(client: Client, floor: Any, *told: str, reason: int = 0) -> str:
    answer = client.post(
        reverse("floor:say_stop"), {"stop": told, "reason": floor.reasons[reason].code}, follow=True
    )
    return " ".join(answer.content.decode().split())


def said(floor: Any) -> list[StopSaid]:
    rows = StopSaid.objects.within(floor.everything).filter(withdrawn_at=None)
    return list(rows.order_by("began_us"))


def test_a_device_chooses_its_machine_once(floor: Any, operator: Client) -> None:
    waiting(floor, (floor.one, 14, None), (floor.two, 50, 20))
    assert "Which machine stands before you?" in stops(operator)
    told = stops(operator, machine=floor.key(floor.one))
    assert "1 stop waits for a reason. Tap on what it was." in told
    again = stops(operator)
    assert "<h1>사출 1호기</h1>" in again
    assert again.count('class="stop-card"') == 1
    assert stops(operator, machine="all").count('class="stop-card"') == 2


def test_one_tap_says_why_and_one_more_takes_it_back(
    floor: Any, operator: Client, django_capture_on_commit_callbacks: Any
) -> None:
    (stop,) = waiting(floor, (floor.one, 14, None))
    stops(operator, machine=floor.key(floor.one))
    with django_capture_on_commit_callbacks(execute=True):
        told = say(operator, floor, stop, reason=1)
    (row,) = said(floor)
    assert (row.reason, row.state, row.ended_us) == (
        floor.reasons[1].code, floor.reasons[1].state, None,
    )  # fmt: skip
    assert floor.monitor.said[-1][0] == "say_stop"
    assert floor.monitor.said[-1][1]["end"] is None
    assert f": {floor.reasons[1].word_en}.</strong>" in told
    assert "Undo" in told
    assert "No stop waits for a reason." in told  # though the monitor still lists it
    with django_capture_on_commit_callbacks(execute=True):
        told = operator.post(reverse("floor:undo_stop"), {"said": row.public_id}, follow=True)
    assert said(floor) == []
    assert "the stop waits for a reason again" in told.content.decode()
    assert "1 stop waits for a reason" in told.content.decode()
    assert floor.monitor.said[-1][0] == "unsay"


def test_what_was_said_last_is_taken_back_at_its_own_machine_alone(
    floor: Any, operator: Client
) -> None:
    (stop,) = waiting(floor, (floor.one, 14, None))
    stops(operator, machine=floor.key(floor.one))
    assert "Undo" in say(operator, floor, stop)
    assert "Undo" not in stops(operator, machine=floor.key(floor.two))
    assert "Undo" in stops(operator, machine="all")


def test_the_proposed_reason_comes_first(floor: Any, operator: Client) -> None:
    likely = floor.reasons[4]
    now = now_us()
    key = floor.key(floor.one)
    floor.monitor.stops = [
        [key, now - 9 * MINUTE, None, "stopped", "", likely.code, "E-103"],
        [key, now - 90 * MINUTE, now - 80 * MINUTE, "stopped", "", {"text": "Door open"}, None],
    ]
    told = stops(operator, machine=key)
    first = told.index(f'value="{likely.code}"')
    assert first < told.index(f'value="{floor.reasons[0].code}"')
    assert 'class="reason-tile proposed"' in told
    assert "E-103" in told
    assert "Door open" in told


def test_several_stops_are_said_at_once(floor: Any, operator: Client) -> None:
    told = waiting(floor, (floor.one, 14, None), (floor.one, 60, 10), (floor.one, 120, 10))
    page = stops(operator, machine=floor.key(floor.one), several="")
    assert page.count('type="checkbox"') == 3
    answer = say(operator, floor, *told[:2])
    assert len(said(floor)) == 2
    assert f"2 stops: {floor.reasons[0].word_en}." in answer
    answer = operator.post(
        reverse("floor:say_stop"), {"reason": floor.reasons[0].code}, follow=True
    )
    assert "Choose at least one stop first." in answer.content.decode()


def test_a_part_of_a_stop_is_said_and_the_rest_goes_on_waiting(
    floor: Any, operator: Client
) -> None:
    waiting(floor, (floor.one, 60, 40))
    _, start, end, *_ = floor.monitor.stops[0]
    page = reverse("floor:stop", args=(floor.one.public_id, start))
    until = start + 15 * MINUTE
    told = " ".join(operator.get(page, {"end": end, "until": until}).content.decode().split())
    assert "(15 min). The other 25 min go on waiting" in told
    key = floor.key(floor.one)
    assert f'value="{key}:{start}:{until}"' in told
    assert f"until={start + 25 * MINUTE}" in told  # ten minutes more by one tap
    stops(operator, machine=key)
    say(operator, floor, f"{key}:{start}:{until}")
    assert f'value="{key}:{until}:{end}"' in stops(operator)


def test_what_was_said_is_cut_out_of_stops() -> None:
    stop = Stop("m1", 100_000_000, 200_000_000)
    assert without(stop, [("m2", 100_000_000, 200_000_000)]) == [stop]
    assert without(stop, [("m1", 100_000_000, 200_000_000)]) == []
    assert without(stop, [("m1", 100_000_000, None)]) == []
    assert without(stop, [("m1", 10_000_000, None)]) == [stop]  # of an earlier stop
    middle = without(stop, [("m1", 120_000_000, 150_000_000)])
    assert [(one.start_us, one.end_us) for one in middle] == [
        (100_000_000, 120_000_000), (150_000_000, 200_000_000),
    ]  # fmt: skip
    open_stop = Stop("m1", 100_000_000, None)
    assert without(open_stop, [("m1", 100_000_000, 150_000_000)]) == [Stop("m1", 150_000_000, None)]


def test_what_makes_no_sense_is_refused(floor: Any, operator: Client, neighbour: Any) -> None:
    from deungdae.web.companies.models import Site
    from deungdae.web.floor.models import Asset

    reason = floor.reasons[0].code
    key = floor.key(floor.one)
    for nonsense in ("", "x:1:2", f"{key}:1", f"{key}::2", f"{key}:-1:2", f"{key}:{'9' * 20}:"):
        told = {"stop": nonsense, "reason": reason}
        assert operator.post(reverse("floor:say_stop"), told).status_code == 400, nonsense
    site = Site.objects.within(floor.everything).get(organisation=neighbour.organisation)
    theirs = Asset.objects.create(
        organisation=neighbour.organisation, site=site, kind="machine", name="m"
    )
    told = {"stop": f"{theirs.public_id}:1:2", "reason": reason}
    assert operator.post(reverse("floor:say_stop"), told).status_code == 404
    told = {"stop": f"{key}:5:2", "reason": reason}
    answer = operator.post(reverse("floor:say_stop"), told, follow=True)
    assert "A stop ends after it began." in answer.content.decode()
    assert said(floor) == []


def count(client: Client, floor: Any, change: int, reason: int = 0, **more: Any) -> dict[str, Any]:
    told = {"machine": floor.key(floor.one), "reason": floor.scrap[reason].code, "change": change}
    answer = client.post(reverse("floor:say_scrap"), told | more, headers={"x-piece": "yes"})
    found: dict[str, Any] = answer.json()
    return found


def test_scrap_is_counted_up_and_down_by_reason(floor: Any, operator: Client) -> None:
    floor.monitor.now = {floor.key(floor.one): now_document(floor.key(floor.one))}
    assert count(operator, floor, 3)["count"] == 3
    assert count(operator, floor, 10)["count"] == 13
    assert count(operator, floor, 2, reason=1) == {
        "count": 2, "total": 15, "problem": "", "warning": "",
    }  # fmt: skip
    # Four fewer: the last ten become six.
    assert count(operator, floor, -4)["count"] == 9
    assert count(operator, floor, -50)["count"] == 0
    rows = ScrapSaid.objects.within(floor.everything).filter(withdrawn_at=None)
    assert [(row.reason, row.count) for row in rows] == [(floor.scrap[1].code, 2)]
    page = operator.get(reverse("floor:scrap"), {"machine": floor.key(floor.one)})
    assert '<strong data-total="2">2</strong>' in page.content.decode()


def test_more_scrap_than_parts_is_kept_and_asked_about(floor: Any, operator: Client) -> None:
    key = floor.key(floor.one)
    counts = {"produced": 950, "scrapped": 1800, "reworked": 0}
    floor.monitor.now = {key: now_document(key) | {"counts": counts}}
    asks = "More was set aside than the 950 parts that were made in this shift. Please check."
    assert count(operator, floor, 900)["warning"] == asks
    assert count(operator, floor, 900)["count"] == 1800
    page = operator.get(reverse("floor:scrap"), {"machine": key}).content.decode()
    assert f"data-beyond>{asks}<" in page
    assert '<strong data-total="1800">1,800</strong>' in page
    # The good parts of a card are none then, and not less.
    told = operator.get(reverse("floor:site")).content.decode()
    assert "0 of 1,200" in told


def test_what_was_not_counted_cannot_be_taken_back(floor: Any, operator: Client) -> None:
    told = {"machine": floor.key(floor.one), "reason": floor.scrap[0].code}
    count(operator, floor, 2)
    answer = operator.post(reverse("floor:say_scrap"), told | {"change": -5}, follow=True)
    shown = answer.content.decode()
    assert f"2 parts taken back: {floor.scrap[0].word_en}" in shown
    assert "So many were not counted: 2 were taken back." in shown
    assert count(operator, floor, 1)["count"] == 1


def test_scrap_may_be_said_for_an_earlier_time_and_as_rework(
    floor: Any, operator: Client, django_capture_on_commit_callbacks: Any
) -> None:
    before = now_us()
    with django_capture_on_commit_callbacks(execute=True):
        assert count(operator, floor, 1, ago=60, kind="reworked")["count"] == 1
    (row,) = ScrapSaid.objects.within(floor.everything)
    assert row.kind == "reworked"
    assert abs(before - HOUR - row.at_us) < 20_000_000
    assert floor.monitor.said[-1][0] == "say_scrap"
    assert floor.monitor.said[-1][1]["kind"] == "reworked"
    for change in ("0", "x", "100000"):
        told = {"machine": floor.key(floor.one), "reason": floor.scrap[0].code, "change": change}
        assert operator.post(reverse("floor:say_scrap"), told).status_code == 400


def test_a_viewer_looks_and_says_nothing(floor: Any, enter: Enter) -> None:
    (stop,) = waiting(floor, (floor.one, 14, None))
    client = enter(floor.house.people["viewer"])
    told = stops(client, machine=floor.key(floor.one))
    assert "Operators say here what it was." in told
    assert 'name="reason"' not in told
    data = {"stop": stop, "reason": floor.reasons[0].code}
    assert client.post(reverse("floor:say_stop"), data).status_code == 403


def test_a_reason_that_is_gone_is_answered_in_words(floor: Any, operator: Client) -> None:
    (stop,) = waiting(floor, (floor.one, 14, 5))
    asked = {"stop": [stop], "reason": "gone"}
    answer = operator.post(reverse("floor:say_stop"), asked, follow=True)
    assert answer.status_code == 200
    assert "This reason is not on the list" in answer.content.decode()
    alone = operator.post(reverse("floor:say_stop"), asked | {"alone": "yes"}, follow=True)
    assert "This reason is not on the list" in alone.content.decode()
    assert alone.request["PATH_INFO"].startswith(f"/floor/stops/{floor.key(floor.one)}/")
    assert said(floor) == []


def test_scrap_for_a_reason_that_is_gone_is_answered_in_words(floor: Any, operator: Client) -> None:
    asked = {"machine": floor.key(floor.one), "change": "1", "reason": "gone"}
    answer = operator.post(reverse("floor:say_scrap"), asked, follow=True)
    assert "This reason is not on the list" in answer.content.decode()
    tap = operator.post(reverse("floor:say_scrap"), asked, headers={"x-piece": "yes"})
    assert (tap.status_code, tap.json()["problem"][:32]) == (
        400,
        "This reason is not on the list; ",
    )
    assert not ScrapSaid.objects.within(floor.everything).exists()
