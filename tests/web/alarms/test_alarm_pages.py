"""Pages of alarms: from a rule on a page to a tap at night, through the real monitor."""

import asyncio
import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from live_stream import opened
from monitor_site import MonitorSite

from deungdae import bus
from deungdae.monitor.alarms import Alarms
from deungdae.web.alarms import hearing, telling
from deungdae.web.alarms.lately import last_times
from deungdae.web.alarms.models import AlarmNote, AlarmRule, AlarmVerdict
from deungdae.web.alarms.views import events
from deungdae.web.companies.models import Site as PlantSite
from deungdae.web.core import line
from deungdae.web.core.models import AuditEntry, Membership
from deungdae.web.floor.live import relay
from deungdae.web.floor.models import Asset

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def monitor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MonitorSite]:
    with MonitorSite(tmp_path_factory.mktemp("alarms"), [Alarms()]) as running:
        yield running


@pytest.fixture
def desk(house: Any, monitor: MonitorSite, settings: Any, enter: Callable[..., Client]) -> Any:
    """An engineer of a company that the monitor looks after."""
    settings.BUS = monitor.settings.bus
    line.hang_up()
    scope = telling.scope_of(house.organisation)
    site = PlantSite.objects.within(scope).get()
    asset = Asset.objects.create(
        organisation=house.organisation, site=site, kind="machine", name="사출 3호기",
        path="line2/imm3",
    )  # fmt: skip
    yield Desk(house, monitor, enter(house.people["engineer"]), asset)
    line.hang_up()


class Desk:
    """Where an engineer sits."""

    def __init__(self, house: Any, monitor: MonitorSite, client: Client, asset: Asset) -> None:
        self.house, self.monitor, self.client, self.asset = house, monitor, client, asset
        self.org = str(house.organisation.public_id)

    def page(self, address: str, **given: Any) -> str:
        """What a page shows."""
        answer = self.client.get(address, given)
        assert answer.status_code == 200, address
        return str(answer.content.decode())

    def send(self, address: str, **given: Any) -> Any:
        """Send a form and follow where it leads."""
        return self.client.post(address, given, follow=True)

    def make(self, **given: Any) -> AlarmRule:
        """Set up an alarm on its page, and wait until the monitor follows it."""
        form = {
            "name": "히터 3", "tag": "line2/imm3/zone3", "high": "10", "on_seconds": "0",
            "priority": "high", "remedy": "히터 휴즈를 확인",
        } | given  # fmt: skip
        answer = self.send("/alarms/rules/new/limits/", **form)
        assert answer.status_code == 200 and "/alarms/rules/" in answer.redirect_chain[-1][0]
        rule: AlarmRule = AlarmRule.objects.within(telling.scope_of(self.house.organisation)).get(
            name=form["name"]
        )
        self.until(lambda: str(rule.public_id) in self.known())
        return rule

    def waiting(self) -> tuple[int | None, str]:
        """What the navigation shows beside its word."""
        cache.clear()  # what was answered a moment ago
        told = self.client.get("/alarms/waiting/").json()
        return told["count"], told["words"]

    def known(self) -> Any:
        """What the monitor says of the rules that are followed."""
        (part,) = self.monitor._parts
        assert isinstance(part, Alarms)
        return {name for name, one in part.house(self.org).tracked.items() if one.waiting is None}

    def comes(self, tag: str, value: Any) -> None:
        """Let a value come."""
        self.monitor.tell(self.org, [(tag, time.time_ns() // 1000, value)])

    def until(self, is_so: Callable[[], bool]) -> None:
        """Wait until something is so."""
        self.monitor.until(is_so)


def test_an_alarm_from_its_rule_to_the_last_word(desk: Desk) -> None:
    rule = desk.make()
    assert rule.asset == desk.asset  # below whose path the tag lies
    assert "No alarm stands" in desk.page("/alarms/")
    desk.comes("line2/imm3/zone3", 12.5)
    page = desk.page("/alarms/now/")
    assert "히터 3" in page and "12.5: above 10" in page and "히터 휴즈를 확인" in page
    assert "1 alarm stands. 1 waits to be acknowledged." in page
    assert desk.waiting() == (1, "1 alarm waits to be acknowledged.")
    name = f"{rule.public_id}:1"
    note = desk.send(f"/alarms/{rule.public_id}/1/note/", text="휴즈를 갈았음")
    assert "휴즈를 갈았음" in note.content.decode()
    assert AlarmNote.objects.within(_all(desk)).get().took_seconds < 60
    answer = desk.send("/alarms/act/", occurrence=name, do="acknowledge")
    assert "All are acknowledged." in answer.content.decode()
    assert desk.waiting() == (0, "No alarm waits to be acknowledged.")
    desk.send("/alarms/act/", occurrence=name, do="false")
    verdict = AlarmVerdict.objects.within(_all(desk)).get()
    assert (verdict.verdict, verdict.told) == ("false", True)
    desk.comes("line2/imm3/zone3", 5.0)
    assert "No alarm stands." in desk.page("/alarms/now/")
    # When it comes again, the one who sees it reads what was done.
    desk.comes("line2/imm3/zone3", 13.0)
    assert "휴즈를 갈았음" in desk.page("/alarms/now/")
    history = desk.client.get("/alarms/history/", {"as": "csv"}).content.decode("utf-8-sig")
    head, *rows = history.splitlines()
    assert "Verdict" in head and len(rows) == 2
    assert "false alarm" in rows[1] and "휴즈를 갈았음" in rows[1]
    # Of the one that was judged all were false.
    assert "100%" in desk.page("/alarms/figures/").replace(" ", "")
    verbs = set(AuditEntry._base_manager.values_list("action", flat=True))
    assert {"alarms.rule_made", "alarms.acknowledged", "alarms.judged", "alarms.noted"} <= verbs


def test_a_message_gives_the_day_of_the_last_note_where_the_machine_stands(desk: Desk) -> None:
    rule = desk.make()
    desk.comes("line2/imm3/zone3", 12.5)
    desk.send(f"/alarms/{rule.public_id}/1/note/", text="휴즈를 갈았음")
    note = AlarmNote.objects.within(_all(desk)).get()
    note.at = datetime(2026, 11, 22, 22, 30, tzinfo=UTC)  # half past seven the next morning
    note.save()
    said = hearing.last_time(
        _all(desk), rule.organisation, {"rule": str(rule.public_id)}, "Asia/Seoul"
    )
    assert said == "2026-11-23 휴즈를 갈았음"


def test_a_tap_puts_an_alarm_aside_for_a_while(desk: Desk) -> None:
    rule = desk.make()
    desk.comes("line2/imm3/zone3", 12.5)
    answer = desk.client.post(
        "/alarms/act/", {"occurrence": f"{rule.public_id}:1", "do": "shelve_15"},
        headers={"hx-request": "true"},
    )  # fmt: skip
    page = answer.content.decode()
    assert "These say nothing at the moment" in page and "Nothing is heard of it until" in page
    desk.send("/alarms/act/", occurrence=f"{rule.public_id}:0", do="unshelve")
    assert "1 alarm stands." in desk.page("/alarms/now/")


def test_what_came_with_an_alarm_is_seen_before_it_is_acknowledged(desk: Desk) -> None:
    desk.make()
    desk.make(name="진동", tag="line2/imm3/vibration", priority="medium", remedy="베어링을 확인")
    desk.comes("line2/imm3/vibration", 12.5)
    desk.comes("line2/imm3/zone3", 12.5)
    page = desk.page("/alarms/now/")
    # The urgent one leads though it came later, and the other one is unfolded with what to do.
    assert page.index("히터 휴즈를 확인") < page.index("베어링을 확인")
    assert 'class="card alarm now"' in page
    (fold,) = re.findall(r"<details[^>]*alarm-others[^>]*>", page)
    assert fold.endswith(" open>")
    keys = re.findall(r'name="occurrence" value="([^"]+)"', page.partition("</form>")[0])
    assert len(keys) == 2
    page = desk.send("/alarms/act/", occurrence=keys, do="acknowledge").content.decode()
    (fold,) = re.findall(r"<details[^>]*alarm-others[^>]*>", page)
    assert "open" not in fold


def test_an_alarm_is_put_aside_on_its_own_page(desk: Desk) -> None:
    rule = desk.make()
    desk.comes("line2/imm3/zone3", 12.5)
    own = f"/alarms/{rule.public_id}/1/"
    assert 'value="shelve_15"' in desk.page(own)
    answer = desk.send(
        "/alarms/act/", occurrence=f"{rule.public_id}:1", do="shelve_15", next=own
    )  # fmt: skip
    assert answer.redirect_chain[-1][0] == own
    page = answer.content.decode()
    # It is over, so there is nothing left to put aside.
    assert "Nothing is heard of it until" in page and 'value="shelve_15"' not in page
    assert "No alarm stands" in desk.page("/alarms/now/")


def test_what_is_back_to_normal_does_not_count_as_standing_and_says_until_when(
    desk: Desk,
) -> None:
    rule = desk.make()
    desk.comes("line2/imm3/zone3", 12.5)
    desk.comes("line2/imm3/zone3", 5.0)
    page = desk.page("/alarms/now/")
    assert "No alarm stands. 1 is back to normal and waits to be acknowledged." in page
    assert re.search(r"from \d\d:\d\d to \d\d:\d\d", page)
    assert "Over since" in desk.page(f"/alarms/{rule.public_id}/1/")
    desk.make(name="히터 4", tag="line2/imm3/zone4")
    desk.comes("line2/imm3/zone4", 12.5)
    assert (
        "1 alarm stands. 1 waits to be acknowledged. "
        "1 is back to normal and waits to be acknowledged."
    ) in desk.page("/alarms/now/")
    assert desk.waiting()[0] == 2


def test_a_rule_is_tried_before_it_is_in_force(desk: Desk) -> None:
    start = timezone.now() - timedelta(days=1)
    at = int(start.timestamp() * 1e6)
    minute = 60_000_000
    points = [(at + n * minute, 12.0 if n % 10 in (5, 6) else 8.0) for n in range(60)]
    points += [(at + n * minute, 12.0 if n % 10 == 5 else 8.0) for n in range(60, 120)]
    desk.monitor.store(desk.org, "plc", "line2/imm3/zone4", points)
    form = {
        "name": "zone 4", "tag": "line2/imm3/zone4", "high": "10", "on_seconds": "0",
        "priority": "low", "do": "try",
    }  # fmt: skip
    page = desk.send("/alarms/rules/new/limits/", **form).content.decode()
    assert "In the last 7 days it would have come 12 times." in page
    # Half of them last one minute, half two.
    assert "If it has to last 120 s before it comes, it would have come 6 times." in page
    assert 'class="alarm-limit"' in page
    assert not AlarmRule.objects.within(_all(desk)).exists()
    wrong = desk.send("/alarms/rules/new/limits/", **(form | {"low": "20"})).content.decode()
    assert "The lower limit has to be below the upper one." in wrong


def test_a_rule_that_would_always_stand_is_tried_with_a_warning(desk: Desk) -> None:
    at = int((timezone.now() - timedelta(hours=10)).timestamp() * 1e6)
    points = [(at + n * 60_000_000, 12.0) for n in range(600)]
    desk.monitor.store(desk.org, "plc", "line2/imm3/zone5", points)
    form = {"name": "zone 5", "tag": "line2/imm3/zone5", "on_seconds": "0", "priority": "low"}
    page = desk.send("/alarms/rules/new/limits/", **form, high="10", do="try").content.decode()
    assert "Always stands" in page and "It would have stood for 100% of the time" in page
    page = desk.send("/alarms/rules/new/limits/", **form, high="15", do="try").content.decode()
    assert "Always stands" not in page and "It would have stood" not in page


def test_a_rule_on_a_mistyped_tag_is_made_with_a_warning_and_is_not_in_order(desk: Desk) -> None:
    form = {"name": "typo", "tag": "line2/imm3/zonne", "high": "10", "priority": "low"}
    warned = "No value of the tag line2/imm3/zonne has come yet."
    tried = desk.send("/alarms/rules/new/limits/", **form, do="try").content.decode()
    assert warned in tried and "This alarm may never come" in tried
    made = desk.send("/alarms/rules/new/limits/", **form)
    rule = AlarmRule.objects.within(_all(desk)).get(name="typo")
    assert warned in made.content.decode()  # and it is kept: its tag may come later
    desk.until(lambda: str(rule.public_id) in desk.known())
    address = f"/alarms/rules/{rule.public_id}/"
    why = "No value of this tag has come yet."
    assert f"At the moment: cannot judge yet. {why}" in desk.page(address)
    row = desk.page("/alarms/rules/")
    assert "cannot judge yet" in row and why in row and "in order" not in row
    assert warned in desk.page(f"{address}change/")
    desk.comes("line2/imm3/zonne", 5.0)
    assert "At the moment: in order. The value is 5." in desk.page(address)


def test_a_limit_on_texts_and_a_chart_of_nothing_are_made_with_a_warning(desk: Desk) -> None:
    now = timezone.now()
    at = int(now.timestamp() * 1e6) - 60_000_000
    desk.monitor.store(desk.org, "plc", "line2/imm3/lot", [(at, "L-7")])
    desk.monitor.store(desk.org, "plc", "line2/imm3/level", [(at, 5.0)])
    form = {"name": "lot", "tag": "line2/imm3/lot", "high": "10", "priority": "low"}
    page = desk.send("/alarms/rules/new/limits/", **form).content.decode()
    assert "The values of the tag line2/imm3/lot are texts, not numbers" in page
    rule = AlarmRule.objects.within(_all(desk)).get(name="lot")
    desk.until(lambda: str(rule.public_id) in desk.known())
    assert "cannot judge yet. The values of this tag are texts" in desk.page(
        f"/alarms/rules/{rule.public_id}/"
    )
    chart = {
        "name": "level", "tag": "line2/imm3/level", "priority": "low", "every_seconds": "60",
        "pattern": "usual", "reference_from": "2026-01-01T08:00",
        "reference_to": "2026-01-02T08:00",
    }  # fmt: skip
    page = desk.send("/alarms/rules/new/spc/", **chart).content.decode()
    assert "There is no value in the good time. Choose another one." in page
    assert AlarmRule.objects.within(_all(desk)).filter(name="level").exists()


def test_the_value_of_a_silent_tag_is_its_last_one(desk: Desk) -> None:
    form = {
        "name": "silent",
        "tag": "line2/imm3/pressure",
        "after_seconds": "60",
        "priority": "low",
    }
    desk.send("/alarms/rules/new/stale/", **form)
    rule = AlarmRule.objects.within(_all(desk)).get(name="silent")
    desk.until(lambda: str(rule.public_id) in desk.known())
    desk.comes("line2/imm3/pressure", 7.5)
    assert "At the moment: in order. Last value 7.5." in desk.page(
        f"/alarms/rules/{rule.public_id}/"
    )
    assert "last value 7.5" in desk.page("/alarms/rules/")


def test_what_is_done_about_this_alarm_is_not_what_was_done_last_time(desk: Desk) -> None:
    rule = desk.make()
    desk.comes("line2/imm3/zone3", 12.5)
    desk.send(f"/alarms/{rule.public_id}/1/note/", text="휴즈를 갈았음")
    key, org = str(rule.public_id), rule.organisation
    assert last_times(_all(desk), org, {key: 1}) == {}
    assert last_times(_all(desk), org, {key: 2})[key].text == "휴즈를 갈았음"
    told = {"rule": key, "number": 1}
    assert hearing.last_time(_all(desk), org, told, "Asia/Seoul") == ""
    assert hearing.last_time(_all(desk), org, told | {"number": 2}, "Asia/Seoul").endswith(
        "휴즈를 갈았음"
    )


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("machine", {"states": ["stopped"], "after_minutes": "3"}),
        ("stale", {"tag": "a/b", "after_seconds": "60"}),
        ("one_of", {"tag": "a/b", "values_": "fault, 3", "on_seconds": "0"}),
        ("rate", {"tag": "a/b", "per_minute": "5", "over_seconds": "60"}),
        (
            "spc",
            {"tag": "a/b", "reference_from": "2026-01-01T08:00", "reference_to": "2026-01-02T08:00",
             "every_seconds": "60", "pattern": "usual"},
        ),
    ],
)  # fmt: skip
def test_each_kind_is_made_shown_and_changed(desk: Desk, kind: str, given: Any) -> None:
    form = {"name": f"an {kind}", "priority": "medium", "asset": desk.asset.pk, **given}
    assert desk.send(f"/alarms/rules/new/{kind}/", **form).status_code == 200
    rule = AlarmRule.objects.within(_all(desk)).get(name=f"an {kind}")
    desk.until(lambda: str(rule.public_id) in desk.known())
    address = f"/alarms/rules/{rule.public_id}/"
    assert f"an {kind}" in desk.page(address)
    assert f"an {kind}" in desk.page("/alarms/rules/")
    # What stands in the form of a change is what was typed.
    before = rule.condition
    fields = desk.client.get(f"{address}change/").context["form"]
    again = {
        name: value for name, value in fields.initial.items() if value not in (None, "", False)
    }
    again |= {k: v.strftime("%Y-%m-%dT%H:%M") for k, v in again.items() if isinstance(v, datetime)}
    if "values_" in again:
        again["values_"] = ", ".join(dict.fromkeys(again["values_"]))
    desk.send(f"{address}change/", **(again | {"name": "changed"}))
    rule.refresh_from_db()
    assert (rule.name, rule.condition) == ("changed", before)
    desk.send(f"{address}retire/")
    desk.until(lambda: str(rule.public_id) not in desk.known())


def test_while_nobody_looks_the_page_says_so_and_nothing_is_done(
    desk: Desk, settings: Any, tmp_path: Any
) -> None:
    rule = desk.make()
    settings.BUS = settings_in(tmp_path)
    line.hang_up()
    assert "deungdae monitor" in desk.page("/alarms/")
    # The navigation does not say "none", and asks nobody for a while, though somebody is there.
    assert desk.waiting() == (None, "Whether an alarm stands is not known at the moment.")
    settings.BUS = desk.monitor.settings.bus
    line.hang_up()
    assert desk.client.get("/alarms/waiting/").json()["count"] is None
    assert desk.waiting() == (0, "No alarm waits to be acknowledged.")
    settings.BUS = settings_in(tmp_path)
    line.hang_up()
    before = AuditEntry._base_manager.count()
    answer = desk.send("/alarms/act/", occurrence=f"{rule.public_id}:1", do="acknowledge")
    assert "deungdae monitor" in answer.content.decode()
    assert AuditEntry._base_manager.count() == before


def test_alarms_of_others_are_not_there(
    desk: Desk, neighbour: Any, enter: Callable[..., Client]
) -> None:
    rule = desk.make()
    stranger = enter(neighbour.people["engineer"])
    for address in (f"/alarms/rules/{rule.public_id}/", f"/alarms/{rule.public_id}/1/"):
        assert stranger.get(address).status_code == 404
    tap = {"occurrence": f"{rule.public_id}:1", "do": "acknowledge"}
    assert stranger.post("/alarms/act/", tap).status_code == 404


def test_what_the_bus_lost_is_told_again(desk: Desk) -> None:
    rule = desk.make()
    line.delete(bus.ALARMS, desk.org, str(rule.public_id))
    desk.until(lambda: str(rule.public_id) not in desk.known())
    telling.reconcile(timezone.now())
    desk.until(lambda: str(rule.public_id) in desk.known())


def test_an_open_list_is_told_that_something_changed(desk: Desk) -> None:
    desk.make()

    async def looked() -> None:
        query = urlencode({"of": desk.org})
        async with opened(desk.client, query, "/alarms/events/") as page:
            await page.next("change")  # the beginning
            # It hears the bus a moment later; until then what comes passes it by.
            for n in range(40):
                value = (12.5, 5.0)[n % 2]
                await asyncio.to_thread(desk.comes, "line2/imm3/zone3", value)
                await asyncio.sleep(0)
                if any(name == "change" for name, _ in page.waiting()):
                    return
                await asyncio.sleep(0.3)
            raise AssertionError("it was told nothing")

    asyncio.run(asyncio.wait_for(looked(), 40))


def test_an_open_list_ends_for_whoever_may_no_longer_look_and_for_one_page_too_many(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "ASK_SECONDS", 0.1)
    monkeypatch.setattr(relay, "BEAT_SECONDS", 0.1)
    monkeypatch.setattr(events.PAGES, "most", 1)
    query = urlencode({"of": desk.org})

    async def looked() -> None:
        async with opened(desk.client, query, "/alarms/events/") as page:
            await page.next("beat")
            async with opened(desk.client, query, "/alarms/events/") as second:
                assert "many times already" in (await second.next("end"))["words"]
            await asyncio.to_thread(Membership._base_manager.all().delete)
            assert "may no longer see this" in (await page.next("end"))["words"]
            await asyncio.wait_for(page.ended.wait(), 10)

    asyncio.run(asyncio.wait_for(looked(), 40))
    assert events.PAGES.total == 0


def settings_in(folder: Any) -> Any:
    """Where no bus is."""
    from deungdae.records.environment import Settings

    return Settings.from_environment({"DEUNGDAE_HOME": str(folder)}).bus


def _all(desk: Desk) -> Any:
    return telling.scope_of(desk.house.organisation)
