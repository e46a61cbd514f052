"""From a good period on a picture to an anomaly, its blame and a verdict: with a real monitor."""

import asyncio
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pytest
from django.test import Client
from django.utils import timezone
from live_stream import opened
from monitor_site import MonitorSite, clock_us

from deungdae import bus
from deungdae.monitor.alarms import Alarms
from deungdae.monitor.point import Point
from deungdae.monitor.watches import Watches
from deungdae.monitor.watches.questions import Questions
from deungdae.web.alarms import watched
from deungdae.web.alarms.models import AlarmRule
from deungdae.web.companies.models import Site as PlantSite
from deungdae.web.core import line
from deungdae.web.core.models import AuditEntry
from deungdae.web.core.scope import Scope
from deungdae.web.floor.models import Asset, Signal
from deungdae.web.watches import telling
from deungdae.web.watches.forms.periods import written
from deungdae.web.watches.models import AnomalyVerdict, Watch

pytestmark = pytest.mark.django_db(transaction=True)

S = 1_000_000
EVERY = 10 * S
ROWS = 900  # two and a half hours, of which the first two are the good period
GOOD_ROWS = 720
FAULT = 800  # the row at which the meter begins to read too high


@pytest.fixture(scope="module")
def monitor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MonitorSite]:
    with MonitorSite(tmp_path_factory.mktemp("watches"), [Watches(), Alarms()]) as running:
        yield running


class Desk:
    """Where an engineer sits; the pump has run until just now."""

    def __init__(self, house: Any, monitor: MonitorSite, client: Client) -> None:
        self.house, self.monitor, self.client = house, monitor, client
        self.scope = Scope.of_system(telling.ACTOR, house.organisation)
        site = PlantSite.objects.within(self.scope).get()
        mine = {"organisation": house.organisation}
        self.asset = Asset.objects.create(
            **mine, site=site, kind="machine", name="펌프 1호기", path="pump"
        )
        Signal.objects.create(**mine, asset=self.asset, role="counter", tag="pump/parts")
        # Whole minutes, as a form has them.
        self.start = (clock_us() // (60 * S) * 60 * S) - ROWS * EVERY
        self._store(str(house.organisation.public_id))

    def _store(self, organisation: str) -> None:
        at, chance = np.arange(ROWS), np.random.default_rng(1)
        speed = 2 * np.sin(at / 40) + 0.3 * np.sin(at / 7)
        power = speed**2 + chance.normal(0, 0.1, ROWS) + np.where(at >= FAULT, 2.0, 0.0)
        columns = {
            "speed": speed, "power": power, "noise": chance.normal(0, 1, ROWS),
            "parts": at.astype(float),
        }  # fmt: skip
        for name, own in columns.items():
            points = [
                (int(self.start + row * EVERY + S), float(x))
                for row, x in zip(at, own, strict=True)
            ]
            self.monitor.store(organisation, f"plc-{organisation[:4]}", f"pump/{name}", points)

    def make(self, **given: Any) -> Watch:
        """Choose the good period on the page, and wait until it is learned."""
        form = {
            "name": "펌프", "start": written(self.start),
            "end": written(self.start + GOOD_ROWS * EVERY), "per_week": "7", "method": "",
            "tags": ["pump/speed", "pump/power", "pump/noise"], **given,
        }  # fmt: skip
        address = f"/watches/new/?asset={self.asset.public_id}"
        answer = self.client.post(address, form, follow=True)
        assert answer.status_code == 200, answer.content.decode()
        made: Watch = Watch.objects.within(self.scope).get(name=form["name"])
        part, _alarms = self.monitor._parts
        assert isinstance(part, Watches)
        key = str(self.house.organisation.public_id), str(made.public_id)
        now = Questions(part).now
        self.monitor.until(
            lambda: key in part.wanted and now(key)["state"] in ("watching", "silent", "failed"),
            seconds=90,
        )
        return made

    def page(self, address: str) -> str:
        """What a page shows."""
        answer = self.client.get(address)
        assert answer.status_code == 200, address
        return re.sub(r"\s+", " ", answer.content.decode())


@pytest.fixture
def desk(house: Any, monitor: MonitorSite, settings: Any, enter: Callable[..., Client]) -> Any:
    settings.BUS = monitor.settings.bus
    line.hang_up()
    yield Desk(house, monitor, enter(house.people["engineer"]))
    line.hang_up()


def test_from_a_good_period_to_an_anomaly_its_blame_and_a_verdict(desk: Desk) -> None:
    page = desk.page(f"/watches/new/?asset={desk.asset.public_id}&span=3h")
    # Proposed and drawn; what only counts is offered and not ticked.
    assert "Proposed: " in page and "data-chosen" in page
    assert re.search(r'value="pump/power" checked', page)
    assert re.search(r'value="pump/parts"(?! checked)', page)

    watch = desk.make()
    page = desk.page(f"{watch.get_absolute_url()}?span=8h")
    assert "Watched by the most alike moments." in page
    assert "it would have cried wolf" in page
    anomalies = re.findall(rf"/watches/{watch.public_id}/(\d+)/\"", page)
    began = desk.start + FAULT * EVERY
    near = [int(one) for one in anomalies if began <= int(one) <= began + 20 * EVERY]
    assert near, anomalies

    one = f"/watches/{watch.public_id}/{near[0]}/"
    page = desk.page(one)
    assert page.index("<strong>power</strong>") < page.index("<strong>speed</strong>")
    assert "The grey band is what is usual" in page
    answer = desk.client.post(f"{one}judge/", {"verdict": "real", "note": "계량기 교체"})
    assert answer.status_code == 302
    said = AnomalyVerdict.objects.within(desk.scope).get()
    assert (said.verdict, said.note) == ("real", "계량기 교체")
    assert said.ended_us > said.began_us
    assert "계량기 교체" in desk.page(one)
    # What is real is no part of a good period that holds it.
    assert "1 time in what is shown was judged a real anomaly" in desk.page(
        f"/watches/{watch.public_id}/again/?span=3h"
    )
    until = desk.start + (ROWS - 2) * EVERY
    form = {
        "start": written(desk.start), "end": written(until), "per_week": "7",
        "method": "relations", "tags": ["pump/speed", "pump/power"],
    }  # fmt: skip
    assert desk.client.post(f"/watches/{watch.public_id}/again/", form).status_code == 302
    watch.refresh_from_db()
    ((left, right),) = watch.exclude
    assert left <= said.began_us
    assert right == watch.end_us  # it lasts beyond the period
    # Another word replaces the first.
    desk.client.post(f"{one}judge/", {"verdict": "false", "back": "watch"})
    assert AnomalyVerdict.objects.within(desk.scope).get().verdict == "false"
    actions = AuditEntry.objects.within(desk.scope).values_list("action", flat=True)
    assert set(actions) >= {"watches.made", "watches.judged"}


def test_an_alarm_is_made_of_a_watch_and_leads_back_to_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = desk.make(name="펌프 3")
    own = watch.get_absolute_url()
    address = f"/alarms/rules/new/score/?watch={watch.public_id}"
    page = desk.page(own)
    assert f'href="{address}"' in page and "this watch has no alarm yet" in page
    # The form knows the watch, and calls the alarm by it.
    page = desk.page(address)
    assert f'<option value="{watch.public_id}" selected>펌프 3</option>' in page
    assert 'value="펌프 3: not as usual"' in page
    form = {
        "watch": str(watch.public_id), "limit": "1", "on_seconds": "0", "name": "펌프 이상",
        "priority": "medium",
    }  # fmt: skip
    tried = desk.client.post("/alarms/rules/new/score/", form | {"do": "try"}).content.decode()
    assert re.search(r"In the last 7 days it would have come \d+ times?\.", tried)
    assert 'class="alarm-limit"' in tried
    stranger = form | {"watch": "00000000-0000-4000-8000-000000000000"}
    refused = desk.client.post("/alarms/rules/new/score/", stranger).content.decode()
    assert "Select a valid choice" in refused
    assert not AlarmRule.objects.within(desk.scope).exists()
    assert desk.client.post("/alarms/rules/new/score/", form).status_code == 302
    rule = AlarmRule.objects.within(desk.scope).get()
    assert (rule.watch_id, rule.asset) == (watch.public_id, desk.asset)
    page = desk.page(own)
    assert f'href="{rule.get_absolute_url()}"' in page and "펌프 이상" in page
    assert f'href="{own}"' in desk.page(rule.get_absolute_url())
    # Changed on its page it looks at the same watch.
    desk.client.post(f"{rule.get_absolute_url()}change/", form | {"limit": "2"})
    rule.refresh_from_db()
    assert (rule.watch_id, rule.condition["limit"]) == (watch.public_id, 2.0)
    desk.client.post(f"{rule.get_absolute_url()}change/", form)

    organisation = str(desk.house.organisation.public_id)
    _watches, part = desk.monitor._parts
    assert isinstance(part, Alarms)

    def follows() -> bool:
        known = part.house(organisation).tracked.get(str(rule.public_id))
        return known is not None and known.waiting is None and known.rule.raw["limit"] == 1.0

    desk.monitor.until(follows)
    scored = Point(f"~watch/{watch.public_id}", clock_us(), 3.5213, 0)
    loop = desk.monitor.monitor.context.loop
    loop.call_soon_threadsafe(desk.monitor.monitor.context.spread, organisation, [scored])
    desk.monitor.until(lambda: bool(part.house(organisation).open))
    page = desk.page("/alarms/now/")
    assert "The machine is unlike its good period: 3.52 times the limit." in page
    assert "Normal: up to 1 (the limit)." in page and f'href="{own}"' in page
    # The meter went wrong some minutes ago; what the watch found then is what came here.
    monkeypatch.setattr(watched, "MINUTE_US", 3_600 * S)
    page = desk.page(f"/alarms/{rule.public_id}/1/")
    assert "3.52 times the limit" in page and f'href="{own}"' in page
    assert page.index("<strong>power</strong>") < page.index("<strong>speed</strong>")
    (anomaly,) = set(re.findall(rf'href="({own}\d+/)"', page))
    assert "Which tags are to blame" in desk.page(anomaly)


def test_the_page_of_an_ended_watch_shows_what_it_found_and_changes_nothing(desk: Desk) -> None:
    watch = desk.make(name="펌프 4")
    own = watch.get_absolute_url()
    form = {
        "watch": str(watch.public_id), "limit": "1", "on_seconds": "0", "name": "펌프 4 이상",
        "priority": "medium",
    }  # fmt: skip
    assert desk.client.post("/alarms/rules/new/score/", form).status_code == 302
    rule = AlarmRule.objects.within(desk.scope).get().get_absolute_url()
    page = desk.page(own)
    dialog = page[page.index('<dialog id="end-watch"') :]
    assert f'An alarm looks at it: <a href="{rule}">펌프 4 이상</a>. It will not ring' in dialog
    began = int(max(re.findall(rf"{own}(\d+)/\"", page)))
    desk.client.post(f"{own}{began}/judge/", {"verdict": "real", "note": "계량기"})

    desk.client.post(f"{own}retire/")
    part, _alarms = desk.monitor._parts
    assert isinstance(part, Watches)
    desk.monitor.until(lambda: str(watch.public_id) not in {key[1] for key in part.wanted})
    page = desk.page(own)
    assert '<p class="answer">This watch was ended; what it found is kept.</p>' in page
    assert "Ended at" in page and "knows nothing of this watch" not in page
    # The chart and the anomalies, with what was said of them; nothing is to be pressed.
    assert "Highest score" in page and f"{own}{began}/" in page and "계량기" in page
    assert 'name="verdict"' not in page and "end-watch" not in page and "learn again" not in page
    assert "ring no more, as it was ended" in page and f'href="{rule}"' in page
    page = desk.page(f"{own}{began}/")
    assert "<strong>power</strong>" in page and "Said: real" in page
    assert 'name="verdict"' not in page
    desk.client.post(f"{own}{began}/judge/", {"verdict": "false"})
    assert AnomalyVerdict.objects.within(desk.scope).get().verdict == "real"
    assert desk.client.get(f"{own}again/").status_code == 302
    answer = desk.client.post(f"{own}learn/", follow=True)
    assert "This watch was ended; what it found is kept." in answer.content.decode()


def test_scores_above_the_limit_in_the_good_period_are_told_to_be_of_the_trials(desk: Desk) -> None:
    watch = desk.make(name="펌프 5")
    page = desk.page(f"{watch.get_absolute_url()}?span=good")
    sentence = "Scores of the good period itself come from the trials"
    above = re.search(r"above the limit in (\d+) of", page)
    assert above is not None
    assert (sentence in page) == (above[1] != "0")
    assert above[1] != "0" and "None in this time." in page
    # Each method's false alarms stand beside what chance may bring.
    assert "up to 3 by chance" in page and "You chose one a day; in this time that is 0.0" in page


def test_another_period_is_learned_and_the_old_one_asked_for_no_more(desk: Desk) -> None:
    watch = desk.make(name="펌프 2")
    form = {
        "start": written(desk.start), "end": written(desk.start + 400 * EVERY), "per_week": "1",
        "method": "relations", "tags": ["pump/speed", "pump/power"],
    }  # fmt: skip
    page = desk.page(f"/watches/{watch.public_id}/again/?span=3h")
    assert "learn again" in page
    answer = desk.client.post(f"/watches/{watch.public_id}/again/", form)
    assert answer.status_code == 302
    watch.refresh_from_db()
    assert (watch.lesson, watch.tags, watch.method) == (
        2,
        ["pump/speed", "pump/power"],
        "relations",
    )
    known = {one.watch: one.document for one in line.all(bus.WATCHES)}
    assert known[str(watch.public_id)]["revision"] == 2
    desk.client.post(f"/watches/{watch.public_id}/retire/")
    assert str(watch.public_id) not in {one.watch for one in line.all(bus.WATCHES)}
    page, folded = desk.page("/watches/").split('id="ended-watches"')
    own = f'href="{watch.get_absolute_url()}"'
    assert own not in page and own in folded


def test_an_open_page_is_told_when_a_watch_stands_otherwise(desk: Desk) -> None:
    organisation = str(desk.house.organisation.public_id)
    tell = desk.monitor.monitor.context.tell

    async def looked() -> None:
        address = "/watches/events/"
        async with opened(desk.client, urlencode({"of": "another"}), address) as page:
            assert "Load the page again" in str(await page.next("end"))
        query = urlencode({"of": organisation, "watch": "one"})
        async with opened(desk.client, query, address) as page:
            assert await page.next("change") == {"stands": True}  # the beginning
            # It hears the bus a moment later; until then what is said passes it by.
            for n in range(40):
                state = ("watching", "anomaly")[n % 2]
                tell(organisation, {"watches": [{"watch": "one", "state": state}]})
                await asyncio.sleep(0.3)
                if ("change", {"stands": True}) in page.waiting():
                    return
            raise AssertionError("it was told nothing")

    asyncio.run(asyncio.wait_for(looked(), 40))


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"end": "2026-01-01T00:05", "start": "2026-01-01T00:00"}, "at least ten minutes"),
        ({"end": "2199-01-01T00:00", "start": "2198-12-31T00:00"}, "must be over"),
        ({"tags": []}, "This field is required"),
    ],
)
def test_a_period_that_makes_no_sense_is_refused_with_the_reason(
    desk: Desk, changed: dict[str, Any], says: str
) -> None:
    form = {
        "name": "x", "start": written(desk.start), "end": written(desk.start + 400 * EVERY),
        "per_week": "1", "tags": ["pump/speed"], **changed,
    }  # fmt: skip
    answer = desk.client.post(f"/watches/new/?asset={desk.asset.public_id}", form)
    assert answer.status_code == 400
    assert says in answer.content.decode()
    assert not Watch.objects.within(desk.scope).exists()


def test_what_the_bus_lost_is_told_again(desk: Desk) -> None:
    watch = Watch.objects.create(
        organisation=desk.house.organisation, asset=desk.asset, name="later",
        tags=["pump/speed"], start_us=1, end_us=clock_us() + 86_400 * S,
    )  # fmt: skip
    telling.reconcile(watch.made_at)
    assert str(watch.public_id) in {one.watch for one in line.all(bus.WATCHES)}
    watch.refresh_from_db()
    assert not watch.untold


def test_a_watch_that_was_ended_before_anything_was_learned_says_so(desk: Desk) -> None:
    watch = Watch.objects.create(
        organisation=desk.house.organisation, asset=desk.asset, name="brief",
        tags=["pump/speed"], start_us=1, end_us=clock_us(), retired_at=timezone.now(),
    )  # fmt: skip
    page = desk.page(watch.get_absolute_url())
    assert '<p class="answer">This watch was ended; what it found is kept.</p>' in page
    assert "What it found cannot be shown" in page
    assert "it was ended before anything was learned" in page
    assert "What was watched" in page and "What will be watched" not in page


def test_without_a_monitor_the_page_says_so(
    house: Any, settings: Any, enter: Callable[..., Client], tmp_path: Any
) -> None:
    from deungdae.records.environment import Settings

    settings.BUS = Settings.from_environment({"DEUNGDAE_HOME": str(tmp_path)}).bus
    line.hang_up()
    page = enter(house.people["viewer"]).get("/watches/").content.decode()
    assert "deungdae monitor" in page
    line.hang_up()
