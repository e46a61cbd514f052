"""What an agent reads: each change is a version, and tags follow what is chosen."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from bus_for_tests import settings_in
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from deungdae.web.companies.models import Site
from deungdae.web.core import line
from deungdae.web.core.access import scope_of
from deungdae.web.core.action import NotAllowed
from deungdae.web.core.models import AuditEntry
from deungdae.web.core.scope import Scope
from deungdae.web.plant import copies
from deungdae.web.plant.actions.agents import RegisterAgent
from deungdae.web.plant.actions.configurations import (
    AddMachine,
    ChooseTags,
    DescribeTags,
    GoBack,
    RemoveMachine,
)
from deungdae.web.plant.actions.tag_rows import Said
from deungdae.web.plant.actions.tags import RenameChosenTag, RenameTag
from deungdae.web.plant.errors import Refused
from deungdae.web.plant.models import Agent, Configuration, Tag

MELT, PRESSURE = "nsu=urn:x;s=Melt", "nsu=urn:x;s=Pressure"
PRESS = {"kind": "opcua", "name": "press3", "url": "opc.tcp://h:4840", "security": "none",
         "_below": "line1/press3"}  # fmt: skip


class Shop:
    """One agent, and somebody who sets it up."""

    def __init__(self, house: Any, role: str = "engineer") -> None:
        self.organisation = house.organisation
        self.scope: Scope = scope_of(house.people[role])
        site = Site.objects.within(self.scope).get(organisation=house.organisation)
        self.agent, _ = RegisterAgent(
            scope=scope_of(house.people["engineer"]), organisation=self.organisation, site=site,
            name="1라인 PC", now=timezone.now(),
        ).perform()  # fmt: skip

    @property
    def told(self) -> dict[str, Any]:
        return {"scope": self.scope, "organisation": self.organisation, "agent": self.agent}

    def choose(self, *nodes: tuple[str, str], **more: Any) -> Configuration:
        driver = {**PRESS, "node": [{"tag": tag, "id": node} for tag, node in nodes]}
        made: Configuration = ChooseTags(
            **self.told, machine="press3", driver=driver, **more
        ).perform()
        return made

    def tags(self) -> dict[str, bool]:
        rows = Tag.objects.within(self.scope).order_by("path")
        return dict(rows.values_list("path", "taken"))

    def tag(self, path: str) -> Tag:
        found: Tag = Tag.objects.within(self.scope).get(path=path)
        return found


@pytest.fixture
def shop(house: Any) -> Shop:
    made = Shop(house)
    AddMachine(**made.told, driver=PRESS).perform()
    return made


def wanted(shop: Shop) -> list[dict[str, Any]]:
    agent = Agent.objects.within(shop.scope).select_related("organisation").get()
    version = Configuration.objects.within(shop.scope).get(number=agent.number)
    return copies.wanted_record(agent, version).drivers


def test_a_machine_of_which_nothing_was_chosen_is_not_read(shop: Shop) -> None:
    assert wanted(shop) == []
    shop.choose(("line1/press3/melt", MELT))
    assert [driver["node"] for driver in wanted(shop)] == [
        [{"tag": "line1/press3/melt", "id": MELT}]
    ]


def test_what_stands_there_for_the_pages_alone_does_not_travel(shop: Shop) -> None:
    shop.choose(("line1/press3/melt", MELT))
    assert "_below" not in wanted(shop)[0]


def test_chosen_values_become_tags_with_what_was_said_of_them(shop: Shop) -> None:
    shop.choose(("line1/press3/melt", MELT), said=[Said("line1/press3/melt", "°C", 5.0)])
    tag = shop.tag("line1/press3/melt")
    assert (tag.unit, tag.expected_seconds, tag.machine) == ("°C", 5.0, "press3")
    assert (tag.origin, tag.address) == (shop.agent.edge, MELT)
    told = copies.tag_map(shop.scope, shop.organisation, shop.agent.edge)
    assert told.units == {"line1/press3/melt": "°C"}
    assert told.expected_seconds == {"line1/press3/melt": 5.0}


def test_a_value_that_gets_another_name_keeps_what_was_said_of_it(shop: Shop) -> None:
    shop.choose(("line1/press3/melt", MELT), said=[Said("line1/press3/melt", "°C")])
    shop.choose(("line1/press3/temperature", MELT))
    tag = shop.tag("line1/press3/temperature")
    assert (tag.unit, tag.formerly) == ("°C", ["line1/press3/melt"])
    assert list(shop.tags()) == ["line1/press3/temperature"]


def test_two_values_may_change_their_names_with_one_another(shop: Shop) -> None:
    shop.choose(("line1/a", MELT), ("line1/b", PRESSURE), said=[Said("line1/a", "°C")])
    shop.choose(("line1/b", MELT), ("line1/a", PRESSURE))
    assert (shop.tag("line1/b").address, shop.tag("line1/b").unit) == (MELT, "°C")
    assert (shop.tag("line1/a").address, shop.tag("line1/a").unit) == (PRESSURE, "")


def test_a_value_that_is_no_longer_chosen_stays_described(shop: Shop) -> None:
    shop.choose(("line1/a", MELT), ("line1/b", PRESSURE))
    shop.choose(("line1/a", MELT))
    assert shop.tags() == {"line1/a": True, "line1/b": False}
    RemoveMachine(**shop.told, machine="press3").perform()
    assert shop.tags() == {"line1/a": False, "line1/b": False}


def test_going_back_reads_again_what_was_read_then(shop: Shop) -> None:
    first = shop.choose(("line1/a", MELT))
    shop.choose(("line1/b", MELT), ("line1/c", PRESSURE))
    made = GoBack(**shop.told, to=first).perform()
    assert (made.number, made.drivers, made.about) == (4, first.drivers, "2")
    assert shop.tags() == {"line1/a": True, "line1/c": False}
    numbers = Configuration.objects.within(shop.scope).values_list("number", flat=True)
    assert sorted(numbers) == [1, 2, 3, 4]


def test_a_name_belongs_to_one_value_of_the_company(shop: Shop) -> None:
    shop.choose(("line1/a", MELT))
    other = Shop.__new__(Shop)
    other.organisation, other.scope = shop.organisation, shop.scope
    other.agent, _ = RegisterAgent(
        scope=shop.scope, organisation=shop.organisation, site=shop.agent.site, name="2라인 PC",
        now=timezone.now(),
    ).perform()  # fmt: skip
    AddMachine(**other.told, driver=PRESS).perform()
    with pytest.raises(Refused, match="belongs to another tag"):
        other.choose(("line1/a", MELT))
    assert shop.tag("line1/a").agent == shop.agent


def test_two_who_change_the_same_do_not_overwrite_one_another(shop: Shop) -> None:
    seen = Agent.objects.within(shop.scope).get().number
    shop.choose(("line1/a", MELT), seen=seen)
    with pytest.raises(Refused, match="Somebody else has changed"):
        shop.choose(("line1/b", MELT), seen=seen)
    assert shop.tags() == {"line1/a": True}


def test_a_chosen_tag_is_renamed_in_a_version_of_its_own(shop: Shop) -> None:
    shop.choose(("line1/a", MELT))
    tag = shop.tag("line1/a")
    made = RenameChosenTag(**shop.told, tag=tag, path="line1/melt").perform()
    assert made.drivers[0]["node"] == [{"tag": "line1/melt", "id": MELT}]
    assert shop.tag("line1/melt").formerly == ["line1/a"]


def test_a_tag_whose_source_names_it_is_renamed_on_its_way_in(shop: Shop) -> None:
    simulator = {"kind": "simulator", "name": "모의"}
    AddMachine(**shop.told, driver=simulator).perform()
    DescribeTags(**shop.told, machine="모의", said=[Said("demo/line1/melt", "°C")]).perform()
    tag = shop.tag("demo/line1/melt")
    RenameTag(scope=shop.scope, organisation=shop.organisation, tag=tag, path="l1/m").perform()
    RenameTag(
        scope=shop.scope, organisation=shop.organisation, tag=shop.tag("l1/m"), path="l1/melt"
    ).perform()
    told = copies.tag_map(shop.scope, shop.organisation, shop.agent.edge)
    assert told.paths == {"demo/line1/melt": "l1/melt"}
    assert shop.tag("l1/melt").formerly == ["l1/m", "demo/line1/melt"]


def test_who_only_looks_changes_nothing(shop: Shop, house: Any) -> None:
    viewer = scope_of(house.people["viewer"])
    with pytest.raises(NotAllowed):
        AddMachine(**{**shop.told, "scope": viewer}, driver={**PRESS, "name": "x"}).perform()


def test_every_change_stands_in_the_record(shop: Shop) -> None:
    shop.choose(("line1/a", MELT))
    entries = AuditEntry.objects.within(shop.scope).filter(organisation=shop.organisation)
    verbs = set(entries.values_list("action", flat=True))
    assert verbs >= {"plant.agent_registered", "plant.machine_added", "plant.tags_chosen"}


def test_tags_of_a_site_beside_the_main_one_begin_with_its_name(house: Any) -> None:
    scope = scope_of(house.people["engineer"])
    main = Site.objects.within(scope).get()
    second = Site.objects.create(
        organisation=house.organisation, company=main.company, name="2 공장"
    )
    agent, _ = RegisterAgent(
        scope=scope, organisation=house.organisation, site=second, name="PC", now=timezone.now()
    ).perform()
    assert agent.prefix == "2_공장"


def test_while_the_agent_is_not_heard_the_page_asks_again_by_itself(
    shop: Shop, settings: Any, tmp_path: Path, enter: Callable[[Any], Client], house: Any
) -> None:
    settings.BUS = settings_in(tmp_path)  # nobody is there
    line.hang_up()
    client = enter(house.people["engineer"])
    address = reverse("plant:found", args=(shop.agent.public_id, "press3"))
    page = client.get(address).content.decode()
    assert f'hx-get="{address}?asked=1" hx-trigger="load delay:5s"' in page
    assert "asking again" in page and "Try again" in page
    last = client.get(address, {"asked": 36}).content.decode()
    assert "asking again" not in last and "Try again" in last
    line.hang_up()
