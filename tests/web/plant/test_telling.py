"""The bus holds what the pages say: at once where it is there, and at last where it was away."""

import dataclasses
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from bus_in_a_thread import BusInAThread
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from deungdae import bus
from deungdae.bus.entries import digest
from deungdae.bus.joining import code_digest
from deungdae.records.environment import Settings
from deungdae.web.companies.models import Site
from deungdae.web.core import line
from deungdae.web.core.access import scope_of
from deungdae.web.plant import reconciling
from deungdae.web.plant.actions.agents import RegisterAgent, RenewCode, RevokeAgent
from deungdae.web.plant.actions.configurations import AddMachine
from deungdae.web.plant.actions.sources import (
    MakeSource,
    RegisterGroup,
    RenewGroupPassword,
    RevokeGroup,
    RevokeSource,
)
from deungdae.web.plant.copies import microseconds
from deungdae.web.plant.errors import Refused
from deungdae.web.plant.models import Agent, Source, SparkplugGroup

SIMULATOR = {"kind": "simulator", "name": "모의"}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BusInAThread]:
    home = tmp_path_factory.mktemp("told")
    with BusInAThread(Settings.from_environment({"DEUNGDAE_HOME": str(home)}).bus) as there:
        yield there


class Company:
    """An administrator of a company, and a bus that can be away."""

    def __init__(
        self, house: Any, there: BusInAThread, settings: Any, nowhere: Path, committing: Any
    ) -> None:
        self.house, self._settings, self._there, self._nowhere = house, settings, there, nowhere
        self.committing = committing
        self.scope = scope_of(house.people["admin"])
        self.site = Site.objects.within(self.scope).get()
        self.id = str(house.organisation.public_id)
        self.come_back()

    def come_back(self) -> None:
        self._settings.BUS = self._there.settings
        line.hang_up()

    def go_away(self) -> None:
        away = Settings.from_environment({"DEUNGDAE_HOME": str(self._nowhere)}).bus
        self._settings.BUS = away
        line.hang_up()

    @property
    def told(self) -> dict[str, Any]:
        return {"scope": self.scope, "organisation": self.house.organisation}

    def do(self, action: Any, **named: Any) -> Any:
        """Perform an action, and what follows its commit."""
        with self.committing(execute=True):
            return action(**self.told, **named).perform()

    def agent(self, name: str = "1라인 PC") -> tuple[Agent, str]:
        made: tuple[Agent, str] = self.do(
            RegisterAgent, site=self.site, name=name, now=timezone.now()
        )
        return made

    def reconcile(self) -> None:
        """Do what the worker does each minute."""
        with self.committing(execute=True):
            reconciling.reconcile(timezone.now())

    def join(self, agent: Agent, code: str, token: str) -> None:
        """Do what the gateway does when a PC joins."""
        key = code_digest(code) or ""
        found = line.get(bus.JOINS, key)
        assert found is not None
        now = microseconds(timezone.now())
        used = dataclasses.replace(found, used_us=now, token=digest(token), host="LINE1-PC")
        line.put(bus.JOINS, used, key)
        line.put(
            bus.TOKENS, bus.Token(self.id, agent.edge, ["edge"], edge=agent.edge), digest(token)
        )


@pytest.fixture
def company(
    house: Any, running: BusInAThread, settings: Any, tmp_path: Path,
    django_capture_on_commit_callbacks: Any,
) -> Iterator[Company]:  # fmt: skip
    yield Company(house, running, settings, tmp_path, django_capture_on_commit_callbacks)
    line.hang_up()


def test_a_code_opens_as_soon_as_an_agent_is_registered(company: Company) -> None:
    agent, code = company.agent()
    offer = line.get(bus.JOINS, code_digest(code) or "")
    assert offer is not None
    assert (offer.organisation, offer.edge, offer.source) == (company.id, agent.edge, agent.edge)
    assert (offer.organisation_name, offer.site_name) == ("가온정밀", "본공장")
    assert code not in str(vars(agent)), "a code is kept nowhere"
    agent.refresh_from_db()
    assert not agent.untold


def test_a_code_that_another_one_replaced_opens_nothing(company: Company) -> None:
    agent, first = company.agent()
    second = company.do(RenewCode, agent=agent, now=timezone.now())
    assert line.get(bus.JOINS, code_digest(first) or "") is None
    assert line.get(bus.JOINS, code_digest(second) or "") is not None


def test_a_pc_that_joined_is_noted_with_the_hash_of_its_token(company: Company) -> None:
    agent, code = company.agent()
    company.join(agent, code, "first token")
    company.reconcile()
    agent.refresh_from_db()
    assert (agent.token_hash, agent.host) == (digest("first token"), "LINE1-PC")
    assert agent.joined_at is not None
    joined_at = agent.joined_at
    company.reconcile()
    agent.refresh_from_db()
    assert agent.joined_at == joined_at, "it is noted once"


def test_the_token_of_a_pc_that_was_replaced_is_worthless(company: Company) -> None:
    agent, code = company.agent()
    company.join(agent, code, "of the old PC")
    company.reconcile()
    agent.refresh_from_db()
    again = company.do(RenewCode, agent=agent, now=timezone.now() + timedelta(seconds=1))
    company.join(agent, again, "of the new PC")
    company.reconcile()
    old, new = (line.get(bus.TOKENS, digest(f"of the {which} PC")) for which in ("old", "new"))
    assert old is not None and new is not None
    assert (old.revoked, new.revoked) == (True, False)


def test_a_revocation_counts_at_once_and_how_far_an_agent_came_stays(company: Company) -> None:
    agent, code = company.agent()
    company.join(agent, code, "token")
    company.reconcile()
    line.change(
        bus.AGENTS,
        lambda now: (
            dataclasses.replace(now, sequence=41) if now else bus.Agent(company.id, agent.edge, 41)
        ),
        company.id,
        agent.edge,
    )
    agent.refresh_from_db()
    company.do(RevokeAgent, agent=agent, now=timezone.now())
    found, token = (
        line.get(bus.AGENTS, company.id, agent.edge),
        line.get(bus.TOKENS, digest("token")),
    )
    assert found is not None and token is not None
    assert (found.revoked, found.sequence, token.revoked) == (True, 41, True)
    with pytest.raises(Refused):
        company.do(RenewCode, agent=agent, now=timezone.now())


def test_a_revocation_without_a_bus_is_said_and_told_as_soon_as_there_is_one(
    company: Company, enter: Callable[[Any], Client]
) -> None:
    agent, code = company.agent()
    company.go_away()
    client = enter(company.house.people["admin"])
    with company.committing(execute=True):
        page = client.post(reverse("plant:revoke_agent", args=(agent.public_id,)), follow=True)
    assert "not in force yet" in page.content.decode()
    agent.refresh_from_db()
    assert agent.revoked_at is not None and agent.untold
    company.come_back()
    company.reconcile()
    found = line.get(bus.AGENTS, company.id, agent.edge)
    assert found is not None and found.revoked
    assert line.get(bus.JOINS, code_digest(code) or "") is None, "its code opens nothing either"
    agent.refresh_from_db()
    assert not agent.untold
    page = client.get(agent.get_absolute_url())
    assert "not in force yet" not in page.content.decode()


def test_what_an_agent_is_to_do_is_told_and_told_again_when_it_was_lost(company: Company) -> None:
    agent, _ = company.agent()
    company.do(AddMachine, agent=agent, driver=SIMULATOR)
    told = line.get(bus.WANTED, company.id, agent.edge)
    assert told is not None and (told.number, told.drivers) == (1, [SIMULATOR])
    line.delete(bus.WANTED, company.id, agent.edge)
    line.put(bus.AGENTS, bus.Agent(company.id, agent.edge, 7, revoked=True), company.id, agent.edge)
    company.reconcile()
    assert line.get(bus.WANTED, company.id, agent.edge) == told
    again = line.get(bus.AGENTS, company.id, agent.edge)
    assert again is not None and (again.revoked, again.sequence) == (False, 7)


def test_a_program_may_write_into_its_bucket_until_it_is_revoked(company: Company) -> None:
    source, token = company.do(
        MakeSource, site=company.site, name="Telegraf", bucket="plant", prefix="line2"
    )
    granted = line.get(bus.TOKENS, digest(token))
    assert granted == bus.Token(
        company.id, source.source, ["write"], buckets={"plant": "line2"},
        names=["가온정밀", company.id],
    )  # fmt: skip
    company.do(RevokeSource, source=source, now=timezone.now())
    ended = line.get(bus.TOKENS, digest(token))
    assert ended is not None and ended.revoked
    line.delete(bus.TOKENS, digest(token))
    company.reconcile()
    again = line.get(bus.TOKENS, digest(token))
    assert again is not None and again.revoked, "a bus that forgot does not let it in again"
    assert Source.objects.within(company.scope).get().told == 2


def test_a_group_of_nodes_has_one_owner(company: Company, neighbour: Any) -> None:
    group, password = company.do(RegisterGroup, site=company.site, name="3라인", group="line3")
    told = line.get(bus.SPARKPLUG, "line3")
    assert told is not None and told.source == group.source
    assert told.password and password not in told.password
    others = scope_of(neighbour.people["admin"])
    site = Site.objects.within(others).get()
    register = RegisterGroup(
        scope=others, organisation=neighbour.organisation, site=site, name="우리", group="line3"
    )
    with pytest.raises(Refused, match="is taken"):
        register.perform()
    company.do(RevokeGroup, group=group, now=timezone.now())
    with company.committing(execute=True):
        mine, _ = register.perform()
    company.reconcile()  # the former owner's row must not take it back
    told = line.get(bus.SPARKPLUG, "line3")
    assert told is not None and (told.source, told.revoked) == (mine.source, False)


def test_a_new_password_of_a_group_replaces_the_former_one(company: Company) -> None:
    group, first = company.do(RegisterGroup, site=company.site, name="3라인", group="line3-b")
    before = line.get(bus.SPARKPLUG, "line3-b")
    second = company.do(RenewGroupPassword, group=group)
    after = line.get(bus.SPARKPLUG, "line3-b")
    assert before is not None and after is not None
    assert first != second and before.password != after.password
    assert SparkplugGroup.objects.within(company.scope).get().password_hash == after.password
