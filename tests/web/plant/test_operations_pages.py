"""The pages of the data intake, over a real bus and a real history."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from history_site import HistorySite
from intake_place import MINUTE, Plant, at

from deungdae import bus
from deungdae.web.core import line
from deungdae.web.core.models import AuditEntry
from deungdae.web.core.scope import Scope, SystemActor
from deungdae.web.plant.models import Agent, ClockShift, Episode
from deungdae.web.plant.operations.spans import HOUR_US, SECOND_US, moment

ALL = Scope.everything(SystemActor("tests"))
Enter = Callable[[Any], Client]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HistorySite]:
    with HistorySite(tmp_path_factory.mktemp("intake")) as site:
        yield site


@pytest.fixture
def plant(running: HistorySite, settings: Any, house: Any) -> Iterator[Plant]:
    with at(running, settings) as site:
        yield Plant(house, site)


def seen(client: Client, name: str, *args: Any, **query: str) -> str:
    response = client.get(reverse(f"plant:{name}", args=args), query)
    assert response.status_code == 200, response.content
    return " ".join(response.content.decode().split())


def test_sources_stand_in_the_overview_with_who_needs_somebody_first(
    plant: Plant, enter: Enter
) -> None:
    plant.agent("press-shop", "프레스반")
    plant.agent("moulding", "사출반")
    plant.program("telegraf", "Telegraf")
    plant.status("press-shop", applied=1)
    plant.status("moulding", ago_us=10 * MINUTE, applied=1)
    plant.points("press-shop", "line1/press/force", HOUR_US, 0)
    plant.hour("press-shop", 1, received=60, stored=60)
    page = seen(enter(plant.house.people["viewer"]), "intake")
    assert "1 of 3 sources needs somebody now." in page or "1 of 3 sources need" in page
    assert "Nothing was heard of this agent for 10 minutes." in page
    order = [page.index(name) for name in (">사출반<", ">프레스반<")]
    assert order == sorted(order)


def test_the_overview_is_a_file_for_other_programs(plant: Plant, enter: Enter) -> None:
    plant.agent("press-shop", "프레스반")
    client = enter(plant.house.people["viewer"])
    told = client.get(reverse("plant:intake"), {"as": "csv"}).content.decode("utf-8-sig")
    assert "Source,Name in the history,Kind,State" in told
    assert "프레스반,press-shop" in told
    assert client.get(reverse("plant:intake"), {"as": "xlsx"}).status_code == 200


def test_without_a_bus_the_pages_say_so_and_stay(
    plant: Plant, enter: Enter, settings: Any, tmp_path: Any
) -> None:
    from bus_for_tests import settings_in

    agent = plant.agent("press-shop", "프레스반")
    settings.BUS = settings_in(tmp_path)
    line.hang_up()
    client = enter(plant.house.people["engineer"])
    assert "The gateway does not answer" in seen(client, "intake")
    assert "프레스반" in seen(client, "intake_source", agent.public_id)
    for name in ("intake_held", "intake_books", "intake_clocks"):
        assert "not known at this moment" in seen(client, name)
    assert client.get(
        reverse("plant:intake_held_group"), {"source": "press-shop", "reason": "gap"}
    ).status_code == 503  # fmt: skip


def test_a_gap_is_explained_by_what_was_seen_at_that_time(plant: Plant, enter: Enter) -> None:
    agent = plant.agent("press-shop", "프레스반")
    plant.status("press-shop", applied=1)
    plant.tag("press-shop", "line1/press/force", machine="press1")
    # Points until four hours ago and since three hours ago; then again half an hour is missing.
    plant.points("press-shop", "line1/press/force", 24 * HOUR_US, 4 * HOUR_US)
    plant.points("press-shop", "line1/press/force", 3 * HOUR_US, HOUR_US)
    plant.points("press-shop", "line1/press/force", HOUR_US // 2, 0)
    Episode.objects.create(
        organisation=plant.house.organisation, edge="press-shop", what="unreachable",
        subject="press1", began_at=moment(plant.now_us - 4 * HOUR_US),
        ended_at=moment(plant.now_us - 3 * HOUR_US),
        about={"problem": {"template": "No answer from {host}.", "values": {"host": "10.0.0.7"}}},
    )  # fmt: skip
    client = enter(plant.house.people["viewer"])
    page = seen(client, "intake_source", agent.public_id)
    assert "press1 could not be read: No answer from 10.0.0.7." in page
    assert page.count("Not known: nothing was seen that explains it.") == 1
    assert "Looked at 1 of 1 tags" in page
    told = client.get(
        reverse("plant:intake_source", args=[agent.public_id]), {"as": "csv"}
    ).content.decode("utf-8-sig")
    assert "1 hour,1,line1/press/force,press1 could not be read" in told
    assert "2 gaps within the last 24 hours, the longest of 1 hour." in seen(client, "intake")
    only = seen(client, "intake_source", agent.public_id, known="no", days="1")
    assert "press1 could not be read" not in only.partition("<tbody>")[2].partition("</tbody>")[0]


def test_gaps_are_told_by_a_right_clock(plant: Plant, enter: Enter) -> None:
    """Nine hours ahead, today would look empty; and half an hour was really missing."""
    ahead = 9 * HOUR_US
    group = plant.group("line3", "3라인", created_at=moment(plant.now_us - 48 * HOUR_US))
    plant.tag("line3", "line3/imm1/heater")
    for first, last in ((24 * HOUR_US, 2 * HOUR_US), (HOUR_US + HOUR_US // 2, 0)):
        plant.points("line3", "line3/imm1/heater", first - ahead, last - ahead, delay_us=-ahead)
    client = enter(plant.house.people["viewer"])
    page = seen(client, "intake_source", group.public_id)
    assert "The clock of this source is off." in page
    told = client.get(
        reverse("plant:intake_source", args=[group.public_id]), {"as": "csv"}
    ).content.decode("utf-8-sig")
    (line,) = told.splitlines()[1:]
    at = timezone.localtime(moment(plant.now_us - 2 * HOUR_US))
    assert line.startswith(f"{at:%Y-%m-%d %H:%M},")
    assert ",30 minutes,1,line3/imm1/heater," in line
    assert "1 gap within the last 24 hours, of 30 minutes." in page
    assert "9 hours ahead" in page


def test_a_source_that_nobody_registered_is_shown_too(plant: Plant, enter: Enter) -> None:
    plant.points("old/telegraf", "line1/x", HOUR_US, 0)
    client = enter(plant.house.people["viewer"])
    assert "not registered" in seen(client, "intake")
    assert "Gaps cannot be told" in seen(client, "intake_other", "old/telegraf")
    assert client.get(reverse("plant:intake_other", args=["nobody"])).status_code == 404


def test_the_sources_of_others_are_not_there(plant: Plant, enter: Enter, neighbour: Any) -> None:
    agent = plant.agent("press-shop", "프레스반")
    plant.points("press-shop", "line1/x", HOUR_US, 0)
    plant.site.hold(plant.id, "press-shop", plant.now_us, "gap", b"{}", 0)
    plant.hour("press-shop", 1, received=987, stored=987)
    shift = ClockShift.objects.create(
        organisation=plant.house.organisation, source="press-shop", shift_us=HOUR_US
    )
    client = enter(neighbour.people["owner"])
    for name in ("intake", "intake_books", "intake_held", "intake_clocks"):
        page = seen(client, name)
        assert "press-shop" not in page
        assert "프레스반" not in page
        assert "987" not in page
    for name, args in (("intake_source", [agent.public_id]), ("intake_other", ["press-shop"])):
        assert client.get(reverse(f"plant:{name}", args=args)).status_code == 404
    group = {"source": "press-shop", "reason": "gap"}
    assert client.get(reverse("plant:intake_held_group"), group).status_code == 404
    assert client.post(reverse("plant:intake_replay"), group).status_code == 404
    query = {"source": "press-shop", "shift": "+01:00"}
    assert client.get(reverse("plant:intake_repair"), query).status_code == 404
    assert client.post(reverse("plant:intake_carry_out"), query).status_code == 404
    end = reverse("plant:intake_end", args=[shift.public_id])
    assert client.post(end).status_code == 404
    shift.refresh_from_db()
    assert shift.ended_at is None


def test_books_that_do_not_agree_are_shown_in_words(plant: Plant, enter: Enter) -> None:
    plant.agent("press-shop", "프레스반")
    plant.hour("press-shop", 2, received=100, stored=90, quarantined=4, duplicate=3)
    plant.hour("press-shop", 1, received=50, stored=50)
    client = enter(plant.house.people["viewer"])
    page = seen(client, "intake_books")
    assert "3 points came in and were neither stored nor held back nor known already" in page
    assert page.count('class="differs"') >= 1
    assert '<td class="n" data-label="Difference">0</td>' in page
    told = client.get(reverse("plant:intake_books"), {"as": "csv"}).content.decode("utf-8-sig")
    assert "press-shop,100,90,4,3,3" in told
    assert "press-shop,50,50,0,0,0" in told
    agreeing = seen(client, "intake_books", state="agrees")
    assert ">100<" not in agreeing.rpartition("<tbody>")[2]


def test_what_is_held_is_shown_as_it_came(plant: Plant, enter: Enter) -> None:
    plant.program("telegraf", "Telegraf")
    plant.site.hold(
        plant.id, "telegraf", plant.now_us, "time_out_of_range",
        "라인1 온도=21.5 <b>9</b>".encode(), 3,
    )  # fmt: skip
    plant.site.hold(plant.id, "telegraf", plant.now_us, "unreadable_message", b"\x00\xffDDB", 1)
    client = enter(plant.house.people["viewer"])
    page = seen(client, "intake_held")
    assert "4 points wait here" in page
    assert "outside the years 1900 to 2199" in page
    asked = {"source": "telegraf", "reason": "time_out_of_range"}
    text = seen(client, "intake_held_group", **asked)
    assert "라인1 온도=21.5 &lt;b&gt;9&lt;/b&gt;" in text
    assert "Take in again" not in text  # a viewer looks
    held = seen(
        enter(plant.house.people["engineer"]), "intake_held_group", source="telegraf",
        reason="unreadable_message",
    )  # fmt: skip
    assert "000000 00 ff 44 44 42" in held
    assert "Taking this in again would not help" in held
    export = client.get(reverse("plant:intake_held_export"), asked)
    assert export.status_code == 200
    assert b"".join(export.streaming_content)


def test_clocks_that_are_off_are_named_with_the_way_to_put_them_right(
    plant: Plant, enter: Enter
) -> None:
    plant.agent("moulding", "사출반")
    plant.group("line3", "3라인")
    plant.tag("moulding", "line2/imm1/temp", machine="imm1")
    plant.tag("moulding", "line2/imm1/flow", machine="imm1")
    lag = 9 * HOUR_US + 3 * SECOND_US
    drivers = [{"name": "imm1", "kind": "modbus", "source_lag_us": lag}]
    plant.status("moulding", applied=1, drivers=drivers, clock_error_us=90 * SECOND_US, host="PC-7")
    plant.points("line3", "line3/imm1/temp", 10 * HOUR_US, 9 * HOUR_US, delay_us=9 * HOUR_US)
    page = seen(enter(plant.house.people["engineer"]), "intake_clocks")
    assert "3 clocks are off." in page
    assert page.count("9 hours behind") == 2
    assert "1 minute 30 seconds ahead" in page
    assert "Probably its times are UTC and were read as Korean time." in page
    assert "source=moulding&amp;prefix=line2%2Fimm1&amp;shift=%2B09%3A00%3A00" in page


def test_a_clock_is_put_right_from_now_on_and_set_back(
    plant: Plant, enter: Enter, django_capture_on_commit_callbacks: Any
) -> None:
    at_once = django_capture_on_commit_callbacks
    plant.group("line3", "3라인")
    plant.points("line3", "line3/imm1/temp", 10 * HOUR_US, 9 * HOUR_US, delay_us=9 * HOUR_US)
    client = enter(plant.house.people["engineer"])
    told = {"source": "line3", "prefix": "line3/imm1", "shift": "+09:00"}
    odd = client.post(reverse("plant:intake_carry_out"), told | {"shift": "9 h", "future": "yes"})
    assert odd.status_code == 400
    with at_once(execute=True):
        done = client.post(reverse("plant:intake_carry_out"), told | {"future": "yes"})
    assert done.status_code == 302
    shift = ClockShift.objects.within(ALL).get(organisation=plant.house.organisation)
    assert (shift.source, shift.prefix, shift.shift_us) == ("line3", "line3/imm1", 9 * HOUR_US)
    found = line.get(bus.TAGS, plant.id, "line3")
    assert found is not None
    assert [(one.prefix, one.shift_us, one.until_us) for one in found.shifts] == [
        ("line3/imm1", 9 * HOUR_US, None)
    ]
    page = seen(client, "intake_clocks")
    assert "All clocks go right." in page
    assert "in force" in page
    again = client.post(reverse("plant:intake_carry_out"), told | {"future": "yes"})
    assert "put right already" in again.content.decode()
    with at_once(execute=True):
        ended = client.post(reverse("plant:intake_end", args=[shift.public_id]))
    assert ended.status_code == 302
    found = line.get(bus.TAGS, plant.id, "line3")
    assert found is not None and found.shifts[0].until_us is not None
    verbs = AuditEntry.objects.within(ALL).filter(organisation=plant.house.organisation)
    assert set(verbs.values_list("action", flat=True)) >= {
        "plant.clock_shifted", "plant.clock_shift_ended",
    }  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_the_past_is_moved_after_a_look_and_moved_back(plant: Plant, enter: Enter) -> None:
    group, tag = "line3", "line3/imm1/temp"
    plant.group(group, "3라인")
    plant.points(group, tag, 10 * HOUR_US, 9 * HOUR_US, delay_us=9 * HOUR_US)
    client = enter(plant.house.people["engineer"])
    told = {"source": group, "prefix": "line3/imm1", "shift": "+09:00"}
    page = seen(client, "intake_repair", **told)
    assert "61 points of the past would be moved:" in page
    assert tag in page
    done = client.post(reverse("plant:intake_carry_out"), told | {"past": "yes"}, follow=True)
    assert "61 points of the past were moved; their originals are kept." in done.content.decode()

    def newest() -> int:
        (point,) = plant.site.ask("latest", plant.id, tags=[tag])["points"]
        found: int = point["time"]
        return found

    assert newest() == plant.now_us
    (repair,) = plant.site.ask("clock_repairs", plant.id)["repairs"]
    back = client.post(reverse("plant:intake_undo", args=[repair["id"]]), follow=True)
    assert "The repair is undone: the times are as they came." in back.content.decode()
    assert newest() == plant.now_us - 9 * HOUR_US
    again = client.post(reverse("plant:intake_undo", args=[999_999]))
    assert again.status_code == 404
    verbs = AuditEntry.objects.within(ALL).filter(organisation=plant.house.organisation)
    assert {"plant.clock_repaired", "plant.clock_repair_undone"} <= set(
        verbs.values_list("action", flat=True)
    )


def test_a_viewer_changes_nothing(plant: Plant, enter: Enter) -> None:
    client = enter(plant.house.people["viewer"])
    for name in ("intake_replay", "intake_carry_out"):
        assert client.post(reverse(f"plant:{name}")).status_code == 403
    assert client.get(reverse("plant:intake_repair")).status_code == 403
    assert not Agent.objects.within(ALL).filter(organisation=plant.house.organisation).exists()
