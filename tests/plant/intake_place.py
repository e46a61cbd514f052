"""A company with sources of each kind, and what a bus and a history say of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.utils import timezone
from history_site import HistorySite

from deungdae import bus
from deungdae.web.companies.models import Site
from deungdae.web.core import line
from deungdae.web.core.access import scope_of
from deungdae.web.plant.models import Agent, Source, SparkplugGroup, Tag
from deungdae.web.plant.operations.spans import HOUR_US, SECOND_US, microseconds

MINUTE = 60 * SECOND_US


@contextmanager
def at(site: HistorySite, settings: Any) -> Iterator[HistorySite]:
    """Let the web speak with a bus, and with no other after that."""
    settings.BUS = site.settings.bus
    line.hang_up()
    try:
        yield site
    finally:
        line.hang_up()


@dataclass
class Plant:
    """What one company has; `now_us` is the moment of its making."""

    house: Any
    site: HistorySite
    now_us: int = field(default_factory=lambda: microseconds(timezone.now()))

    @property
    def id(self) -> str:
        """The name of the company on the bus and in the history."""
        return str(self.house.organisation.public_id)

    @property
    def place(self) -> Site:
        found: Site = Site.objects.within(scope_of(self.house.people["owner"])).get(
            organisation=self.house.organisation
        )
        return found

    def agent(self, edge: str, name: str, **more: Any) -> Agent:
        """An agent that joined two days ago."""
        before = timezone.now() - timedelta(days=2)
        made: Agent = Agent.objects.create(
            organisation=self.house.organisation, site=self.place, edge=edge, name=name,
            **{"joined_at": before, "number": 1} | more,
        )  # fmt: skip
        return made

    def program(self, source: str, name: str) -> Source:
        made: Source = Source.objects.create(
            organisation=self.house.organisation, site=self.place, source=source, name=name,
            bucket="line1", prefix="line1", token_hash=bus.digest(self.id + source)
            if hasattr(bus, "digest") else (self.id + source)[:64],
        )  # fmt: skip
        return made

    def group(self, group: str, name: str, created_at: Any = None) -> SparkplugGroup:
        made: SparkplugGroup = SparkplugGroup.objects.create(
            organisation=self.house.organisation, site=self.place, group=group, source=group,
            name=name,
        )  # fmt: skip
        if created_at is not None:
            made.created_at = created_at
            made.save(update_fields=["created_at"])
        return made

    def tag(self, source: str, path: str, seconds: float | None = 60, machine: str = "") -> Tag:
        made: Tag = Tag.objects.create(
            organisation=self.house.organisation, site=self.place, origin=source, path=path,
            expected_seconds=seconds, machine=machine,
        )  # fmt: skip
        return made

    def status(self, edge: str, *, ago_us: int = 2 * SECOND_US, **document: Any) -> None:
        """What an agent told `ago_us` ago."""
        line.put(
            bus.STATUS,
            bus.Status(self.id, edge, self.now_us - ago_us, document=document),
            self.id,
            edge,
        )

    def points(
        self, source: str, path: str, first_us: int, last_us: int, *, every_us: int = MINUTE,
        delay_us: int = 0,
    ) -> None:  # fmt: skip
        """Points of a tag, one each minute, from one time to another before now."""
        times = range(self.now_us - first_us, self.now_us - last_us + 1, every_us)
        self.site.store(self.id, source, path, [(time, 21.5) for time in times], delay_us=delay_us)

    def hour(self, source: str, ago: int, **numbers: int) -> None:
        """What the books say of the hour `ago` hours ago."""
        self.site.count(self.id, source, self.now_us - ago * HOUR_US, **numbers)
