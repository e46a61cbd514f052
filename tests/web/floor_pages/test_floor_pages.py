"""The pages of site, line, machine and wall-board, over a real bus."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from floor_monitor import FIGURES, HOUR, MINUTE, now_document, now_us, shift_document

from deungdae.web.core import line

Enter = Callable[[Any], Client]


def page(client: Client, name: str, *args: Any, **query: Any) -> str:
    response = client.get(reverse(f"floor:{name}", args=args), query)
    assert response.status_code == 200, response.content
    return " ".join(response.content.decode().split())


def plain(html: str) -> str:
    """The words of a page, without its tags."""
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


@pytest.fixture
def owner(floor: Any, enter: Enter) -> Client:
    return enter(floor.house.people["owner"])


def test_the_first_page_says_what_stands_and_what_it_costs(floor: Any, owner: Client) -> None:
    one, two, whole = (floor.key(a) for a in (floor.one, floor.two, floor.line))
    code = floor.reasons[0].code
    floor.monitor.now = {
        one: now_document(one),
        two: now_document(two, state="down", reason=code, waiting_stops=2),
        whole: now_document(whole, state="down"),
    }
    told = plain(page(owner, "site"))
    assert "1 of 2 machines running, 1 stopped." in told
    assert f"사출 2호기: Broken down for 14 min ({floor.reasons[0].word_en})." in told
    assert "828 of 1,200" in told
    assert "72 parts behind plan" in told
    assert "1,120 expected by the end" in told
    assert "Biggest loss: Breakdowns, 48 min (20% of the time)." in told
    assert "36,000 won" in told
    assert "Reasons of stops 2" in told


def test_the_first_page_speaks_korean(floor: Any, owner: Client) -> None:
    one = floor.key(floor.one)
    whole = floor.key(floor.line)
    floor.monitor.now = {
        one: now_document(one, state="stopped"), whole: now_document(whole, state="stopped"),
    }  # fmt: skip
    floor.house.people["owner"].language = "ko"
    floor.house.people["owner"].save()
    told = plain(page(owner, "site"))
    assert "사출 1호기: 14분째 멈춤." in told
    assert "계획보다 72개 부족" in told
    assert "설비 2대 중 0대 가동, 1대 멈춤, 1대 알 수 없음." in told


def test_without_assets_the_way_to_draw_them_is_shown(
    enter: Enter, house: Any, settings: Any
) -> None:
    assert "Draw the site" in page(enter(house.people["engineer"]), "site")
    assert "Draw the site" not in page(enter(house.people["viewer"]), "site")
    assert enter(house.people["viewer"]).get("/").headers["Location"] == reverse("insight:home")


def test_with_assets_the_floor_is_the_first_page(floor: Any, owner: Client) -> None:
    assert owner.get("/").headers["Location"] == reverse("floor:site")


def test_a_monitor_that_is_away_is_said_and_nothing_looks_alive(
    floor: Any, owner: Client, settings: Any, tmp_path: Any
) -> None:
    from bus_for_tests import settings_in

    one = floor.key(floor.one)
    floor.monitor.now = {one: now_document(one)}
    settings.BUS = settings_in(tmp_path)  # nobody answers there
    line.hang_up()
    told = page(owner, "site")
    assert "<div data-away>" in told
    assert "(deungdae monitor) is not running" in plain(told)
    assert "사출 1호기 Unknown –" in plain(told)
    assert "Running for" not in plain(told)
    for name, asset in (("machine", floor.one), ("line", floor.line), ("board", floor.line)):
        assert "is not running" in plain(page(owner, name, asset.public_id))


def test_a_silent_source_is_unknown_and_its_oee_a_range(floor: Any, owner: Client) -> None:
    one = floor.key(floor.one)
    figures = FIGURES | {"known": 0.9, "low": 0.68, "high": 0.78}
    floor.monitor.now = {
        one: now_document(
            one, state="unknown", stale=True, as_of=now_us() - 12 * MINUTE, figures=figures
        )
    }
    told = plain(page(owner, "machine", floor.one.public_id))
    assert "Unknown: no signal for 12 min" in told
    assert "68% to 78%; 10% of the time unknown" in told


def test_a_machine_is_told_with_pictures_that_have_words(floor: Any, owner: Client) -> None:
    one = floor.key(floor.one)
    start = now_us() - 4 * HOUR
    floor.monitor.now = {one: now_document(one)}
    floor.monitor.shifts = {
        one: [shift_document(one, start - n * 24 * HOUR, oee=0.6 + n / 100) for n in (2, 1, 0)]
    }
    broken = start + HOUR
    floor.monitor.stops = [
        [one, broken, broken + 48 * MINUTE, "down", floor.reasons[3].code, None, "E-103"],
        [one, start + 3 * HOUR, start + 3 * HOUR + 6 * MINUTE, "stopped", "", None],
    ]
    html = page(owner, "machine", floor.one.public_id)
    told = plain(html)
    assert "stood for 48 min in 1 stop. For 10 min nobody knows." in told
    assert "OEE 75% = availability 80% × performance 94% × quality 100%." in told
    assert "Planned time 4 h 100%" in told
    assert "Breakdowns −48 min −20%" in told
    assert "OEE of the last 3 shifts lay between 60% and 62%; the last one 60%." in told
    assert "It ran 3 h 12 min between two on average, and stood 48 min each time." in told
    assert f"{floor.reasons[3].word_en}</a>" in html
    assert "E-103" in told
    assert "Say why" in told
    assert html.count('class="floor-picture"') == html.count('role="img" aria-label=')
    assert "Earlier" in told


def test_a_day_and_a_week_can_be_looked_at(floor: Any, owner: Client) -> None:
    one = floor.key(floor.one)
    floor.monitor.now = {one: now_document(one)}
    floor.monitor.shifts = {one: [shift_document(one, now_us() - 2 * HOUR)]}
    for span in ("day", "week", "nonsense"):
        told = plain(page(owner, "machine", floor.one.public_id, span=span, at="2026-99-99"))
        assert "OEE 75%" in told


def test_a_line_names_its_bottleneck_and_shows_all_machines(floor: Any, owner: Client) -> None:
    one, two, whole = (floor.key(a) for a in (floor.one, floor.two, floor.line))
    floor.monitor.now = {key: now_document(key) for key in (one, two, whole)}
    html = page(owner, "line", floor.line.public_id)
    told = plain(html)
    assert "사출 1호기 held the line up for 60% of this time." in told
    assert html.index("사출 1호기") < html.index("사출 2호기")
    assert "Breakdowns, 48 min" in told
    machine = reverse("floor:machine", args=(floor.one.public_id,))
    assert html.count(f'href="{machine}"') >= 2
    assert owner.get(reverse("floor:machine", args=(floor.line.public_id,))).status_code == 302


def test_the_board_says_who_stands_longest(floor: Any, owner: Client) -> None:
    one, two, whole = (floor.key(a) for a in (floor.one, floor.two, floor.line))
    floor.monitor.now = {
        one: now_document(one, state="stopped", ago=30 * MINUTE),
        two: now_document(two, state="stopped", ago=5 * MINUTE, waiting_stops=3),
        whole: now_document(whole, state="stopped"),
    }
    told = plain(page(owner, "board", floor.line.public_id, theme="dark"))
    assert "Standing longest 사출 1호기: Stopped for 30 min." in told
    assert "3 stops of this shift wait for a reason" in told
    assert 'data-theme="dark"' in page(owner, "board", floor.line.public_id, theme="dark")
    assert owner.get(reverse("floor:board", args=(floor.one.public_id,))).status_code == 404


def test_watched_values_lead_into_the_history(floor: Any, owner: Client) -> None:
    from deungdae.web.floor.models import Signal

    one = floor.key(floor.one)
    floor.monitor.now = {one: now_document(one)}
    Signal.objects.create(
        organisation=floor.organisation, asset=floor.one, role="watched", tag="line1/imm1/barrel"
    )
    html = page(owner, "machine", floor.one.public_id)
    assert "/plant/history/?tag=line1%2Fimm1%2Fbarrel&amp;from=" in html


@pytest.mark.parametrize("at", ["0001-01-01", "1900-01-01", "9999-12-31"])
def test_a_day_beyond_all_time_leads_to_one_that_there_is(
    floor: Any, owner: Client, at: str
) -> None:
    for span in ("day", "week"):
        told = page(owner, "machine", floor.one.public_id, span=span, at=at)
        assert ("1900" in told) == (at < "1901")


@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31", "9999-12-31"])
def test_of_a_day_beyond_all_time_there_is_no_report(floor: Any, owner: Client, day: str) -> None:
    address = reverse("floor:shift", args=(floor.one.public_id, day, "주간"))
    assert owner.get(address).status_code == 404
    assert not floor.monitor.said
