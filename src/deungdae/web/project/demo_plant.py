"""Registers the simulated plant for the demo company, by the actions that a person's pages use.

    FOLDER/agents.json      which edge agent stands for which seat
    FOLDER/mqtt-password    of the Sparkplug group, for its node alone

What a person changed since stays: an agent that was revoked is not registered again, and of a
machine only the address is brought up to date.
"""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deungdae.records.errors import RunFailed
from deungdae.web.project import demo_floor
from deungdae.web.project.start import django_ready

_WHERE = ("url", "port", "folder")  #: what of a machine another start may have changed


@dataclass(frozen=True)
class Tag:
    """What is known of a tag of the plant. `machine` is the name of its driver."""

    path: str
    unit: str
    expected_seconds: float | None
    label: str
    machine: str


@dataclass(frozen=True)
class Seat:
    """A computer on the plant floor: its name, and what it reads, as in a configuration."""

    key: str
    name: str
    drivers: list[dict[str, Any]]
    tags: Sequence[Tag]


@dataclass(frozen=True)
class Group:
    """The Sparkplug group of the plant: its id, its name on the page, its tags without the id."""

    group: str
    name: str
    tags: Sequence[Tag]


@dataclass(frozen=True)
class Registered:
    """What may run now: seats with the code by which they join, None for one that has joined."""

    seats: Mapping[str, str | None]
    group: bool


def register(
    folder: Path, seats: Sequence[Seat], group: Group, lines: Sequence[demo_floor.Line] = ()
) -> Registered | None:
    """Register what is not registered yet; None when there is no demo company.

    Raises `PublicError` for what a page would refuse as well.
    """
    django_ready()
    from deungdae.web.core.models import Organisation
    from deungdae.web.core.scope import Scope, SystemActor
    from deungdae.web.plant.errors import Refused

    organisation = Organisation.objects.filter(demo=True).order_by("pk").first()
    if organisation is None:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    scope = Scope.of_system(SystemActor("demo"), organisation)
    try:
        registering = _Registering(scope, organisation, folder)
        registered = registering.all(seats, group)
        demo_floor.register(scope, organisation, registering.site, lines)
    except Refused as refused:
        raise RunFailed(
            "It could not be registered. {reason}", reason=str(refused.sentence)
        ) from refused
    return registered


class _Registering:
    def __init__(self, scope: Any, organisation: Any, folder: Path) -> None:
        from deungdae.web.companies.models import Site

        self._scope, self._organisation, self._folder = scope, organisation, folder
        self.site = Site.objects.within(scope).get(organisation=organisation, main=True)

    def all(self, seats: Sequence[Seat], group: Group) -> Registered:
        file = self._folder / "agents.json"
        edges = json.loads(file.read_text("utf-8")) if file.exists() else {}
        codes: dict[str, str | None] = {}
        for seat in seats:
            found = self._seat(seat, edges)
            _write(file, json.dumps(edges), 0o644)
            if found is not None:
                codes[seat.key] = found or None
        return Registered(codes, self._group(group))

    def _seat(self, seat: Seat, edges: dict[str, str]) -> str | None:
        """Return the code of a seat, "" if it has joined, None if it was revoked."""
        from django.utils import timezone

        from deungdae.web.plant.actions.agents import RegisterAgent, RenewCode
        from deungdae.web.plant.models import Agent

        agents = Agent.objects.within(self._scope)
        known = agents.filter(edge=edges.get(seat.key, "")).first()
        if known is None:  # the folder may have been removed
            known = agents.filter(name=seat.name, revoked_at=None).first()
        if known is None:
            agent, code = RegisterAgent(
                scope=self._scope,
                organisation=self._organisation,
                name=seat.name,
                site=self.site,
                now=timezone.now(),
            ).perform()
            edges[seat.key] = agent.edge
            self._configure(agent, seat)
            return str(code)
        if known.revoked_at is not None:
            return None
        edges[seat.key] = known.edge
        self._follow(known, seat)
        if (self._folder / seat.key / "agent.toml").exists():
            return ""
        return str(
            RenewCode(
                scope=self._scope, organisation=self._organisation, agent=known, now=timezone.now()
            ).perform()
        )

    def _configure(self, agent: Any, seat: Seat) -> None:
        from deungdae.web.plant.actions.configurations import GiveConfiguration
        from deungdae.web.plant.actions.tag_rows import Said

        GiveConfiguration(
            scope=self._scope,
            organisation=self._organisation,
            agent=agent,
            drivers=seat.drivers,
            said=[
                Said(tag.path, tag.unit, tag.expected_seconds, tag.label, machine=tag.machine)
                for tag in seat.tags
            ],
        ).perform()

    def _follow(self, agent: Any, seat: Seat) -> None:
        """Bring the addresses of the machines up to date: ports may have changed."""
        from deungdae.web.plant.actions.configurations import ChangeMachine
        from deungdae.web.plant.models import Configuration

        now = Configuration.objects.within(self._scope).filter(agent=agent, number=agent.number)
        before = {driver.get("name"): driver for driver in getattr(now.first(), "drivers", [])}
        for driver in seat.drivers:
            there = before.get(driver["name"])
            if there is None:
                continue
            fresh = there | {key: driver[key] for key in _WHERE if key in driver}
            if fresh != there:
                ChangeMachine(
                    scope=self._scope,
                    organisation=self._organisation,
                    agent=agent,
                    machine=driver["name"],
                    driver=fresh,
                ).perform()

    def _group(self, group: Group) -> bool:
        """Register the group, or find it; False if it was revoked."""
        from django.conf import settings

        from deungdae.web.plant.actions.sources import RegisterGroup, RenewGroupPassword
        from deungdae.web.plant.models import SparkplugGroup

        file = self._folder / "mqtt-password"
        embedded = settings.MQTT.embedded
        about = {"scope": self._scope, "organisation": self._organisation}
        mine = SparkplugGroup.objects.within(self._scope).filter(group=group.group)
        known = mine.filter(revoked_at=None).first()
        if known is None and mine.exists():
            return False
        if known is None:
            made, password = RegisterGroup(
                **about,
                name=group.name,
                site=self.site,
                group=group.group,
                with_password=embedded,
            ).perform()
            self._name(made, group)
            _write(file, password, 0o600)
        elif embedded and not file.exists():
            _write(file, RenewGroupPassword(**about, group=known).perform(), 0o600)
        return True

    def _name(self, made: Any, group: Group) -> None:
        from deungdae.web.plant.actions.tag_rows import Said
        from deungdae.web.plant.actions.tags import NameSent

        NameSent(
            scope=self._scope,
            organisation=self._organisation,
            site=self.site,
            origin=made.source,
            said={
                f"{group.group}/{tag.path}": Said(
                    tag.path, tag.unit, tag.expected_seconds, tag.label
                )
                for tag in group.tags
            },
        ).perform()


def _write(file: Path, text: str, mode: int) -> None:
    part = file.with_suffix(".part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as new:
        new.write(text)
    part.replace(file)
