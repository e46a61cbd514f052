"""What an agent reads is changed: each change is a new version, and none is ever overwritten."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from deungdae.web.core.action import Action
from deungdae.web.plant import chosen, telling
from deungdae.web.plant.actions import tag_rows
from deungdae.web.plant.errors import Refused
from deungdae.web.plant.models import Agent, Configuration

MOST_MACHINES = 100  #: of one agent


@dataclass(kw_only=True)
class Configure(Action[Configuration]):
    """Give an agent a new version. `seen` is the version that the person saw; None for any."""

    right = "plant.manage"
    what: ClassVar[Any]

    agent: Agent
    seen: int | None = None
    said: Sequence[tag_rows.Said] = ()

    @property
    @abstractmethod
    def about(self) -> str:
        """What it concerns, such as the name of a machine."""

    @abstractmethod
    def altered(self, drivers: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return the drivers of the new version; raises `Refused`."""

    def change(self) -> Configuration:
        """Return the new version; raises `Refused` when somebody else was faster."""
        rows = Agent.objects.within(self.scope).filter(pk=self.agent.pk)
        self.agent = rows.select_for_update(of=("self",)).select_related("site").get()
        if self.agent.revoked_at is not None:
            raise Refused(_("This agent is revoked. Register a new one."))
        if self.seen is not None and self.seen != self.agent.number:
            raise Refused(
                _(
                    "Somebody else has changed what this agent reads in the meantime. Nothing was "
                    "changed by you; look at the page as it is now, and try again."
                )
            )
        versions = Configuration.objects.within(self.scope).filter(agent=self.agent)
        now = versions.filter(number=self.agent.number).first()
        drivers = self.altered([dict(driver) for driver in now.drivers] if now else [])
        number = self.agent.number + 1
        made = Configuration.objects.create(
            organisation=self.agent.organisation,
            agent=self.agent,
            number=number,
            drivers=drivers,
            send=now.send if now else {},
            what=self.what,
            about=self.about[:500],
            made_by=self.scope.person,
        )
        tag_rows.follow(self.scope, self.agent, drivers)
        tag_rows.describe(self.scope, self.agent, self.about, self.said)
        self.agent.alter(self.scope, number=number)
        return made

    def details(self, result: Configuration) -> dict[str, Any]:
        """Say which version, of what."""
        return {"agent": self.agent.name, "version": result.number, "about": self.about}

    def after_commit(self, result: Configuration) -> None:
        """Let the agent have it."""
        telling.tell_agent(self.agent)
        telling.tell_tags(self.agent.organisation, self.agent.source)


@dataclass(kw_only=True)
class AddMachine(Configure):
    """Have one more machine read."""

    verb = "plant.machine_added"
    label = _lazy("added a machine")
    what = Configuration.What.MACHINE_ADDED

    driver: Mapping[str, Any]

    @property
    def about(self) -> str:
        """The name of the machine."""
        return chosen.name_of(self.driver)

    def altered(self, drivers: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Raises `Refused` for a name that another machine has."""
        if self.about in map(chosen.name_of, drivers):
            raise Refused(_("There is a machine with this name already."))
        if len(drivers) >= MOST_MACHINES:
            raise Refused(_("One agent reads at most 100 machines."))
        return [*drivers, dict(self.driver)]


@dataclass(kw_only=True)
class ChangeMachine(Configure):
    """Change how a machine is reached or what is read of it; its name stays."""

    verb = "plant.machine_changed"
    label = _lazy("changed a machine")
    what = Configuration.What.MACHINE_CHANGED

    machine: str
    driver: Mapping[str, Any]

    @property
    def about(self) -> str:
        """The name of the machine."""
        return self.machine

    def altered(self, drivers: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Put the new table where the old one stood; raises `Refused` when there is none."""
        places = [n for n, driver in enumerate(drivers) if chosen.name_of(driver) == self.machine]
        if not places:
            raise Refused(_("This machine was removed in the meantime."))
        drivers[places[0]] = dict(self.driver)
        return drivers


@dataclass(kw_only=True)
class ChooseTags(ChangeMachine):
    """Choose what is read of a machine, and under which names."""

    verb = "plant.tags_chosen"
    label = _lazy("chose tags of a machine")
    what = Configuration.What.TAGS_CHOSEN


@dataclass(kw_only=True)
class RemoveMachine(Configure):
    """Have a machine no longer read; what it said so far stays."""

    verb = "plant.machine_removed"
    label = _lazy("removed a machine")
    what = Configuration.What.MACHINE_REMOVED

    machine: str

    @property
    def about(self) -> str:
        """The name of the machine."""
        return self.machine

    def altered(self, drivers: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Leave one out; raises `Refused` when it is gone already."""
        left = [driver for driver in drivers if chosen.name_of(driver) != self.machine]
        if len(left) == len(drivers):
            raise Refused(_("This machine was removed in the meantime."))
        return left


@dataclass(kw_only=True)
class GoBack(Configure):
    """Read what an earlier version read; that is a new version, too."""

    verb = "plant.went_back"
    label = _lazy("went back to an earlier configuration")
    what = Configuration.What.GONE_BACK

    to: Configuration

    @property
    def about(self) -> str:
        """The number of the earlier version."""
        return str(self.to.number)

    def altered(self, drivers: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return what was read then."""
        return [dict(driver) for driver in self.to.drivers]


@dataclass(kw_only=True)
class GiveConfiguration(Configure):
    """Give an agent everything at once, as a set-up does."""

    verb = "plant.configuration_given"
    label = _lazy("gave an edge agent its configuration")
    what = Configuration.What.GIVEN

    drivers: list[dict[str, Any]] = field(default_factory=list)

    @property
    def about(self) -> str:
        """Nothing in particular."""
        return ""

    def altered(self, drivers: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return what was given."""
        return self.drivers


@dataclass(kw_only=True)
class DescribeTags(Action[None]):
    """Say units, intervals and labels of what is read of a machine whose names are its own."""

    verb = "plant.tags_described"
    right = "plant.manage"
    label = _lazy("described tags of a machine")

    agent: Agent
    machine: str
    said: Sequence[tag_rows.Said]

    def change(self) -> None:
        """Keep what is said."""
        tag_rows.describe(self.scope, self.agent, self.machine, self.said)

    def details(self, result: None) -> dict[str, Any]:
        """Say of which machine, and how many."""
        return {"agent": self.agent.name, "machine": self.machine, "tags": len(self.said)}

    def after_commit(self, result: None) -> None:
        """Let the gateway know the units."""
        telling.tell_tags(self.agent.organisation, self.agent.source)
