"""Every address of the project, for every role and for another tenant, as the table says."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from access_table import LINES, SELF_GUARDED, Line
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from houses import House, people_of

from deungdae.web.core.access import scope_of
from deungdae.web.core.actions.credentials import MakeToken
from deungdae.web.core.actions.members import InviteMember
from deungdae.web.core.models import Membership, Person

VISITORS = ("unknown", "viewer", "operator", "engineer", "admin", "owner", "other")


def addresses(patterns: list[Any], before: str = "") -> Iterator[str]:
    """Yield the names of all addresses; one without a name is yielded by its pattern."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{before}{pattern.namespace}:" if pattern.namespace else before
            if pattern.namespace not in SELF_GUARDED:
                yield from addresses(pattern.url_patterns, inner)
        elif isinstance(pattern, URLPattern):
            yield f"{before}{pattern.name}" if pattern.name else str(pattern.pattern)


class World(NamedTuple):
    """Two organisations, and the objects of the first that addresses name."""

    house: House
    neighbour: House
    objects: dict[str, Any]


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """The world, made once: whatever a test does in it is undone at the test's end."""
    with django_db_blocker.unblock(), transaction.atomic():
        house = people_of("가온정밀", "gaon.example")
        neighbour = people_of("누리사출", "nuri.example")
        yield World(house, neighbour, _objects(house))
        transaction.set_rollback(True)


@pytest.fixture
def world(made: World, db: None) -> World:
    return made


def _objects(house: House) -> dict[str, Any]:
    from deungdae.web.companies.models import Site

    scope = scope_of(house.people["owner"])
    newcomer = Person.objects.create(email="newcomer@gaon.example", name="김하나", language="en")
    membership = Membership.objects.create(
        organisation=house.organisation, person=newcomer, role="viewer"
    )
    now = timezone.now()
    invitation, token = InviteMember(
        scope=scope,
        organisation=house.organisation,
        email="guest@gaon.example",
        role="viewer",
        now=now,
    ).perform()
    key, _ = MakeToken(scope=scope, name="MES", expires_at=now + timedelta(days=1)).perform()
    return {
        "organisation": house.organisation.public_id,
        "membership": membership.public_id,
        "invitation": invitation.public_id,
        "invitation_token": token,
        "token": key.public_id,
        "message": _message(house.organisation),
        "site": Site.objects.within(scope).get().public_id,
        **_work(house.organisation),
        **_plant(house.organisation, scope),
        **_intake(house.organisation),
        **_floor_pages(house.organisation, scope),
        **_floor_structure(house.organisation, scope),
        **_telling(house.organisation),
        **_alarms(house.organisation),
        "watch": _watch(house.organisation, scope),
    }


def _watch(organisation: Any, scope: Any) -> Any:
    """A watch of a machine."""
    from deungdae.web.companies.models import Site
    from deungdae.web.floor.models import Asset
    from deungdae.web.watches.models import Watch

    where = {"organisation": organisation, "site": Site.objects.within(scope).get()}
    machine = Asset.objects.create(**where, kind="machine", name="펌프 1호기", path="pump")
    watch = Watch.objects.create(
        organisation=organisation, asset=machine, name="펌프", tags=["pump/speed"], start_us=1,
        end_us=3_600_000_001,
    )  # fmt: skip
    return watch.public_id


def _alarms(organisation: Any) -> dict[str, Any]:
    """The rule of an alarm, and one time that it came."""
    from deungdae.web.alarms.models import AlarmRule

    rule = AlarmRule.objects.create(
        organisation=organisation, name="히터 3", kind="limits", tag="line1/press3/melt",
        priority="high", condition={"high": 240.0},
    )  # fmt: skip
    occurrence = f"{rule.public_id}:1"
    return {
        "alarm_kind": "limits",
        "alarm_rule": rule.public_id,
        "alarm_number": 1,
        "alarm_occurrence": occurrence,
    }


def _telling(organisation: Any) -> dict[str, Any]:
    """A channel, and a policy with one step."""
    from deungdae.web.alarms.models import Channel, TellingPolicy, TellingStep
    from deungdae.web.core.sealing import seal

    mine = {"organisation": organisation}
    policy = TellingPolicy.objects.create(**mine, name="에너지")
    step = TellingStep.objects.create(**mine, policy=policy, roles=["owner"])
    sealed = seal("team@gaon.example")
    channel = Channel.objects.create(**mine, name="설비팀", kind="mail", sealed=sealed, shown="t")
    return {
        "channel_kind": "webhook",
        "floor_day": "2026-11-23",
        "floor_shift": "오전",
        "channel": channel.public_id,
        "telling_policy": policy.public_id,
        "telling_step": step.public_id,
    }


def _floor_structure(organisation: Any, scope: Any) -> dict[str, Any]:
    """A shift calendar of two versions that no line works by, with a day off; and a reason."""
    from datetime import date

    from deungdae.web.floor import reasons
    from deungdae.web.floor.actions.calendars import AddException, MakeCalendar, SetPattern
    from deungdae.web.floor.models import Asset, CalendarException

    told = {"scope": scope, "organisation": organisation}
    MakeCalendar(**told, name="주간", since=date(2026, 1, 1), pattern={"preset": "주간"}).perform()
    calendar = MakeCalendar(
        **told, name="4조3교대", since=date(2026, 1, 1), pattern={"preset": "4조3교대"}
    ).perform()
    SetPattern(
        **told, calendar=calendar, since=date(2026, 7, 1), pattern={"preset": "4조2교대"}
    ).perform()
    AddException(**told, calendar=calendar, day=date(2026, 10, 1), reason="창립기념일").perform()
    return {
        "asset": Asset.objects.within(scope).get(name="프레스 3호기").public_id,
        "drawn_kind": "machine",
        "calendar": calendar.public_id,
        "exception": CalendarException.objects.within(scope).get().public_id,
        "stop_reason": reasons.of(scope, organisation, "stop")[3].public_id,
    }


def _floor_pages(organisation: Any, scope: Any) -> dict[str, Any]:
    """A line with a machine, a stop of it, and what somebody said of another one."""
    from deungdae.web.companies.models import Site
    from deungdae.web.floor import reasons
    from deungdae.web.floor.models import Asset, StopSaid

    where = {"organisation": organisation, "site": Site.objects.within(scope).get()}
    line = Asset.objects.create(**where, kind="line", name="3라인")
    machine = Asset.objects.create(**where, kind="machine", name="프레스 3호기", line=line)
    said = StopSaid.objects.create(
        organisation=organisation, asset=machine, began_us=1, ended_us=2, state="starved",
        reason=reasons.of(scope, organisation, "stop")[0].code,
    )  # fmt: skip
    return {
        "floor_line": line.public_id,
        "floor_machine": machine.public_id,
        "floor_stop": f"{machine.public_id}:1000000:2000000",
        "floor_stop_start": 1_000_000,
        "floor_said": said.public_id,
        "floor_scrap": reasons.of(scope, organisation, "scrap")[0].code,
    }


def _intake(organisation: Any) -> dict[str, Any]:
    """A clock that is put right on the way in, and the name of a source in the history."""
    from deungdae.web.plant.models import Agent, ClockShift

    shift = ClockShift.objects.create(organisation=organisation, source="line3", shift_us=1)
    edge = Agent._base_manager.get(organisation=organisation).edge
    return {"clock_shift": shift.public_id, "edge": edge}


def _plant(organisation: Any, scope: Any) -> dict[str, Any]:
    """An agent that reads a machine, a program that writes, and a Sparkplug group."""
    from deungdae.web.companies.models import Site
    from deungdae.web.plant.actions.agents import RegisterAgent
    from deungdae.web.plant.actions.configurations import AddMachine
    from deungdae.web.plant.actions.sources import MakeSource, RegisterGroup
    from deungdae.web.plant.models import Tag

    told = {"scope": scope, "organisation": organisation}
    where = {**told, "site": Site.objects.within(scope).get()}
    agent, _ = RegisterAgent(**where, name="1라인 PC", now=timezone.now()).perform()
    press = {
        "kind": "opcua", "name": "press3", "url": "opc.tcp://127.0.0.1:4840", "security": "none",
        "node": [{"tag": "line1/press3/melt", "id": "nsu=urn:x;s=Melt"}],
    }  # fmt: skip
    AddMachine(**told, agent=agent, driver=press).perform()
    source, _ = MakeSource(**where, name="Telegraf", bucket="plant", prefix="line2").perform()
    group, _ = RegisterGroup(**where, name="3라인", group="gaon-line3").perform()
    return {
        "agent": agent.public_id,
        "machine": "press3",
        "version": 1,
        "line_source": source.public_id,
        "group": group.public_id,
        "tag": Tag.objects.within(scope).get().public_id,
        "opcua": "opcua",
    }


def _message(organisation: Any) -> Any:
    from deungdae.web.core.models import Outgoing

    now = timezone.now()
    return Outgoing.objects.create(
        organisation=organisation,
        key="of the table",
        kind="alarm",
        to="kim@gaon.example",
        target="kim@gaon.example",
        subject="",
        text="",
        made_at=now,
        next_at=now,
    ).public_id


def _work(organisation: Any) -> dict[str, Any]:
    """A file that is being read, an analysis that waits, and one whose report was written."""
    from deungdae.web.insight.folders import home_of, report_folder
    from deungdae.web.insight.models import Analysis, Job, Upload

    upload = Upload.objects.create(
        organisation=organisation, name="9월.csv", size=10, state=Upload.State.UNDERSTANDING
    )
    waiting, report = (
        Analysis.objects.create(organisation=organisation, upload=upload, title=upload.name)
        for _ in range(2)
    )
    job = Job.objects.create(
        organisation=organisation, kind=Job.Kind.ANALYSE, upload=upload, analysis=waiting
    )
    report.finished_at = timezone.now()
    report.save()
    folder = home_of(organisation) / report_folder(report.public_id)
    folder.mkdir(parents=True)
    (folder / "report.en.html").write_text("<!doctype html>", "utf-8")
    planned = Analysis.objects.create(
        organisation=organisation, upload=upload, title=upload.name, method="plan",
        finished_at=report.finished_at,
    )  # fmt: skip
    folder = home_of(organisation) / report_folder(planned.public_id)
    folder.mkdir(parents=True)
    (folder / "sheet.en.xlsx").write_bytes(b"PK")
    column = {"name": "온도", "kind": "number", "unit": "℃"}
    read = Upload.objects.create(
        organisation=organisation, name="9월.csv", size=10, state=Upload.State.READY,
        table={"name": "t", "version": 0}, understanding={"columns": [column]},
    )  # fmt: skip
    return {
        "upload": upload.public_id,
        "analysis": waiting.public_id,
        "report": report.public_id,
        "read": read.public_id,
        "planned": planned.public_id,
        "job": job.public_id,
        # Endings of files that an address holds stand for themselves.
        "csv": "csv",
        "html": "html",
        "spc": "spc",
        "capability": "capability",
        "crossed": "crossed",
        "webhook": "webhook",
    }


def test_every_address_stands_in_the_table() -> None:
    named = set(addresses(get_resolver().url_patterns))
    assert len(named) > 15, "no address was inspected"
    listed = {line.name for line in LINES}
    assert named - listed == set(), "these addresses have no line in tests/web/access_table.py"
    assert listed - named == set(), "these lines of the table have no address"


def test_what_guards_itself_is_named_in_the_settings() -> None:
    assert set(settings.SELF_GUARDED_NAMESPACES) == SELF_GUARDED


@pytest.mark.parametrize("line", LINES, ids=[f"{x.method} {x.name}" for x in LINES])
def test_each_visitor_is_answered_as_the_table_says(
    line: Line,
    world: World,
    enter: Callable[[Person | None], Client],
) -> None:
    people = {**world.house.people, "unknown": None, "other": world.neighbour.people["owner"]}
    known = world.objects
    url = reverse(line.name, kwargs={place: known[what] for place, what in line.names.items()})
    data = {key: known.get(str(value), value) for key, value in line.data.items()}
    answered = {}
    for visitor in VISITORS:
        with transaction.atomic():  # each finds everything as it was before the others came
            client = enter(people[visitor])
            response = client.generic(line.method, url) if line.method not in ("GET", "POST") else (
                client.post(url, data) if line.method == "POST" else client.get(url)
            )  # fmt: skip
            response.close()  # a download would keep its file open
            transaction.set_rollback(True)
        answered[visitor] = response.status_code
        if visitor == "unknown" and line.told(visitor) == 302 and line.name not in FREE:
            assert response.headers["Location"].startswith(reverse("core:sign_in"))
    assert answered == {visitor: line.told(visitor) for visitor in VISITORS}


#: Addresses whose redirection has nothing to do with signing in.
FREE = {"set_language"}


def test_a_view_without_a_guard_is_not_shown(
    enter: Callable[[Person | None], Client], world: World, settings: Any
) -> None:
    from deungdae.web.core.middleware import RightMissing

    settings.ROOT_URLCONF = "unguarded_urls"
    client = enter(world.house.people["owner"])
    with pytest.raises(RightMissing, match=r"bare/ has neither"):
        client.get("/bare/")
    client.raise_request_exception = False
    assert client.get("/bare/").status_code == 500
    assert Client().get("/bare/").status_code == 302
