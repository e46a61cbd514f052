"""From an event of a real monitor to the letters of people, by policies made on the pages."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from mail_server import mail_server, sends_to
from monitor_site import MonitorSite

from deungdae.web.alarms import policies
from deungdae.web.alarms.models import AlarmMail, AlarmRule, Channel, TellingPolicy, TellingStep
from deungdae.web.companies.models import Site
from deungdae.web.core import line, sending
from deungdae.web.core.access import scope_of
from deungdae.web.core.models import Membership, Outgoing, Person
from deungdae.web.core.sealing import seal
from deungdae.web.floor import following
from deungdae.web.floor.models import Asset, Followed

pytestmark = pytest.mark.django_db
Enter = Callable[..., Client]
NOW = timezone.now()
SAYS = {"template": "{name} is away.", "values": {"name": "imm1"}}


@pytest.fixture(scope="module")
def monitor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MonitorSite]:
    with MonitorSite(tmp_path_factory.mktemp("told"), []) as site:
        yield site


@pytest.fixture
def floor(monitor: MonitorSite, house: Any, settings: Any) -> Iterator[Asset]:
    """A machine of the house, whose events the monitor on the bus keeps."""
    settings.BUS = monitor.settings.bus
    line.hang_up()
    site = Site.objects.within(scope_of(house.people["owner"])).get()
    yield Asset.objects.create(
        organisation=house.organisation, site=site, kind="machine", name="사출 1호기"
    )
    line.hang_up()


def event(monitor: MonitorSite, house: Any, key: str, **more: Any) -> None:
    document = {
        "what": "alarm",
        "rule_name": "금형 온도",
        "step": 0,
        "to": "",
        "priority": "high",
        "since": 1_790_000_000_000_000,
        "due": 1_790_000_000_000_000,
        "place": "1라인 · 사출 1호기",
        "says": SAYS,
        "members": [],
        "page": "/alarms/1/7/",
        **more,
    }
    outbox = monitor.monitor.context.outbox
    outbox.add(str(house.organisation.public_id), "telling", key, document)


def follow(house: Any, now: Any = NOW) -> None:
    while following.follow(house.organisation, now):
        pass


def told() -> set[tuple[str, str]]:
    return {(row.to, row.state) for row in Outgoing._base_manager.all()}


def test_without_a_policy_of_its_own_an_alarm_goes_to_the_engineers_first(
    monitor: MonitorSite, house: Any, floor: Asset
) -> None:
    event(monitor, house, "r:1:0")
    follow(house)
    assert told() == {("engineer@gaon.example", "waiting")}
    event(monitor, house, "r:1:1", what="escalation", step=1, due=1_790_000_900_000_000)
    follow(house)
    assert {to for to, _ in told()} == {
        "engineer@gaon.example",
        "admin@gaon.example",
        "owner@gaon.example",
    }
    later = Outgoing._base_manager.get(to="owner@gaon.example")
    assert "Nobody has acknowledged it for 15 minutes." in later.text
    assert later.subject.startswith("[Urgent, not acknowledged for 15 minutes] ")


def test_a_letter_says_what_where_since_when_and_what_helped(
    monitor: MonitorSite, house: Any, floor: Asset
) -> None:
    Person.objects.filter(pk=house.people["engineer"].pk).update(language="ko")
    event(
        monitor, house, "r:2:0", meaning="금형이 과열됩니다", action="냉각수를 확인하세요",
        normal={"template": "Normal: up to {high} {unit}.", "values": {"high": 80, "unit": "°C"}},
        members=[["r:3", "유압 온도"], ["r:4", "사이클"]], watch="7b",
    )  # fmt: skip
    follow(house)
    letter = Outgoing._base_manager.get()
    # As the pages say it.
    assert letter.subject == "[긴급] 금형 온도: imm1 is away."
    assert letter.text.splitlines()[1] == "Normal: up to 80 °C."
    for words in (
        "위치: 1라인 · 사출 1호기",
        "발생 시각: 2026-09-21 23:13 (Asia/Seoul)",
        "의미: 금형이 과열됩니다",
        "조치: 냉각수를 확인하세요",
        "함께 발생한 경보: 유압 온도, 사이클",
        "감시 화면: http://localhost:8000/watches/7b/",
        "http://localhost:8000/alarms/1/7/",
    ):
        assert words in letter.text


def test_an_event_is_told_once_though_it_is_heard_again(
    monitor: MonitorSite, house: Any, floor: Asset
) -> None:
    event(monitor, house, "r:5:0")
    follow(house)
    follow(house)
    place = Followed._base_manager.get()
    # The monitor's folder was lost, and its list begins anew.
    Followed._base_manager.update(epoch="of the lost one")
    follow(house)
    assert Outgoing._base_manager.count() == 1
    assert Followed._base_manager.get().number == place.number


def test_what_is_heard_of_hours_later_wakes_nobody_and_is_noted(
    monitor: MonitorSite, house: Any, floor: Asset
) -> None:
    event(monitor, house, "r:6:0")
    follow(house, timezone.now() + timedelta(hours=3))
    assert told() == {("engineer@gaon.example", "late")}


def test_a_poisoned_event_does_not_silence_the_next(
    monitor: MonitorSite, house: Any, floor: Asset
) -> None:
    event(monitor, house, "r:7:0", step="?")
    event(monitor, house, "r:8:0")
    follow(house)
    assert [row.key.split(":")[2] for row in Outgoing._base_manager.all()] == ["8"]


def test_members_choose_what_reaches_them(monitor: MonitorSite, house: Any, floor: Asset) -> None:
    AlarmMail.objects.create(
        organisation=house.organisation, person=house.people["engineer"], wants="high"
    )
    event(monitor, house, "r:9:0", priority="medium")
    follow(house)
    assert told() == set()
    event(monitor, house, "r:10:0", priority="high")
    follow(house)
    assert told() == {("engineer@gaon.example", "waiting")}


def test_whoever_left_is_told_nothing_more(monitor: MonitorSite, house: Any, floor: Asset) -> None:
    step = TellingStep._base_manager.filter(policy=policies.default(house.organisation)).first()
    assert step is not None
    step.roles = []
    step.save()
    step.people.set([house.people["viewer"]])
    Membership._base_manager.filter(person=house.people["viewer"]).delete()
    event(monitor, house, "r:11:0", to=str(step.public_id))
    follow(house)
    assert told() == set()


def test_a_mailbox_gets_its_letter_at_the_address_that_it_has_by_then(
    monitor: MonitorSite, house: Any, floor: Asset, settings: Any
) -> None:
    mailbox = Channel.objects.create(
        organisation=house.organisation,
        kind="mail",
        name="설비팀",
        sealed=seal("team@gaon.example"),
        shown="team@gaon.example",
    )
    step = TellingStep._base_manager.filter(policy=policies.default(house.organisation)).first()
    assert step is not None
    step.roles, step.channels = [], [str(mailbox.public_id)]
    step.save()
    event(monitor, house, "r:13:0", to=str(step.public_id))
    follow(house)
    assert told() == {("team@gaon.example", "waiting")}
    mailbox.sealed = seal("new@gaon.example")
    mailbox.save()
    with mail_server() as post:
        sends_to(settings, post.port)
        assert sending.send_one(timezone.now(), only_mail=True)
    assert [letter["To"] for letter in post.letters] == ["new@gaon.example"]


def test_where_nobody_has_the_role_the_next_higher_one_is_told(
    monitor: MonitorSite, house: Any, floor: Asset
) -> None:
    Membership._base_manager.filter(role__in=("engineer", "admin")).delete()
    event(monitor, house, "r:12:0")
    follow(house)
    assert told() == {("owner@gaon.example", "waiting")}


def test_a_policy_is_made_on_the_pages_and_reaches_the_monitor(
    house: Any, floor: Asset, enter: Enter
) -> None:
    engineer = enter(house.people["engineer"])
    assert "Standard" in engineer.get(reverse("alarms:policies")).text
    engineer.post(reverse("alarms:new_policy"), {"name": "에너지", "quiet_below": ""})
    policy = TellingPolicy._base_manager.get(name="에너지")
    viewer = Membership._base_manager.get(person=house.people["viewer"])
    add = reverse("alarms:add_step", args=(policy.public_id,))
    page = engineer.post(add, {"after_minutes": 0}, follow=True).text
    assert "Choose somebody, or a channel." in page
    engineer.post(add, {"after_minutes": 0, "people": [str(viewer.public_id)]})
    engineer.post(add, {"after_minutes": 30, "worked": "on", "roles": ["owner"]})
    rule = AlarmRule(organisation=house.organisation, policy_id=policy.public_id)
    first, second = TellingStep._base_manager.filter(policy=policy).order_by("after_minutes")
    assert policies.policy_document(rule) == {
        "steps": [
            {"to": str(first.public_id), "after_seconds": 0, "worked": False},
            {"to": str(second.public_id), "after_seconds": 1800, "worked": True},
        ],
        "quiet_below": None,
    }
    page = engineer.get(policy.get_absolute_url()).text
    assert "At once: viewer 가온정밀" in page
    assert "After 30 working minutes without acknowledgement" in page
    engineer.post(reverse("alarms:remove_step", args=(first.public_id,)))
    engineer.post(reverse("alarms:retire_policy", args=(policy.public_id,)))
    # Its rules follow the default from now on.
    document = policies.policy_document(rule)
    assert document is not None and document["quiet_below"] == "high"


def test_the_default_policy_cannot_be_taken_away(house: Any, enter: Enter) -> None:
    default = policies.default(house.organisation)
    admin = enter(house.people["admin"])
    page = admin.post(reverse("alarms:retire_policy", args=(default.public_id,)), follow=True).text
    assert "The default policy cannot be taken away." in page
