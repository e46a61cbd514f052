"""A tag is described, or gets another name."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from deungdae.web.companies.models import Site
from deungdae.web.core.action import Action
from deungdae.web.plant import chosen, telling
from deungdae.web.plant.actions import tag_rows
from deungdae.web.plant.actions.configurations import Configure
from deungdae.web.plant.errors import Refused
from deungdae.web.plant.models import Configuration, Tag


@dataclass(kw_only=True)
class DescribeTag(Action[Tag]):
    """Say what a tag is: its label, its unit, how often a value is due."""

    verb = "plant.tag_described"
    right = "plant.manage"
    label = _lazy("described a tag")

    path: str
    said_label: str
    unit: str
    expected_seconds: float | None
    origin: str = ""

    def change(self) -> Tag:
        """Return the tag; one that only the history knew gets its row here."""
        rows = Tag.objects.within(self.scope)
        tag: Tag | None = rows.filter(organisation=self.organisation, path=self.path).first()
        if tag is None:
            sites = Site.objects.within(self.scope).filter(organisation=self.organisation)
            tag = Tag(
                organisation=self.organisation,
                site=sites.get(main=True),
                path=self.path,
                origin=self.origin,
            )
        tag.label, tag.unit, tag.expected_seconds = (
            self.said_label, self.unit, self.expected_seconds,
        )  # fmt: skip
        tag.save()
        return tag

    def details(self, result: Tag) -> dict[str, Any]:
        """Say what is said now."""
        return {"tag": self.path, "label": self.said_label, "unit": self.unit}

    def after_commit(self, result: Tag) -> None:
        """Let the gateway know the unit."""
        if result.origin:
            telling.tell_tags(self.organisation, result.origin)


@dataclass(kw_only=True)
class RenameTag(Action[None]):
    """Call what a source sends by another name from now on; older values keep the old one."""

    verb = "plant.tag_renamed"
    right = "plant.manage"
    label = _lazy("renamed a tag")

    tag: Tag
    path: str

    def change(self) -> None:
        """Raises `Refused` for a name that is taken, or a tag of which nobody knows the source."""
        rows = Tag.objects.within(self.scope)
        if rows.filter(organisation=self.tag.organisation, path=self.path).exists():
            raise Refused(tag_rows.taken_name(self.path))
        if not self.tag.origin:
            raise Refused(_("Nothing was received of this tag yet, so it cannot be renamed."))
        former = [self.tag.path, *(name for name in self.tag.formerly if name != self.path)]
        sent_as = self.tag.sent_as or self.tag.path
        rows.filter(pk=self.tag.pk).update(
            path=self.path,
            sent_as="" if sent_as == self.path else sent_as,
            formerly=former[: tag_rows.MOST_FORMER_NAMES],
        )

    def details(self, result: None) -> dict[str, Any]:
        """Say both names."""
        return {"from": self.tag.path, "to": self.path}

    def after_commit(self, result: None) -> None:
        """Let the gateway put the new name in place of what is sent."""
        telling.tell_tags(self.tag.organisation, self.tag.origin)


@dataclass(kw_only=True)
class RenameChosenTag(Configure):
    """Give a tag that was chosen at a machine another name: a new version of what is read."""

    verb = "plant.chosen_tag_renamed"
    label = _lazy("renamed a tag")
    what = Configuration.What.TAG_RENAMED

    tag: Tag
    path: str

    @property
    def about(self) -> str:
        """Both names."""
        return f"{self.tag.path} → {self.path}"

    def altered(self, drivers: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Rename it where it was chosen; raises `Refused` when it no longer is."""
        changed = chosen.renamed(drivers, self.tag.path, self.path)
        if changed is None:
            raise Refused(_("This tag is no longer read, so it cannot be renamed."))
        return changed


def is_chosen(tag: Tag) -> bool:
    """Say whether a tag was named one by one at its machine."""
    return bool(tag.agent_id and tag.taken and tag.address)


@dataclass(kw_only=True)
class NameSent(Action[int]):
    """Name everything that a source sends at once, before it sends anything."""

    verb = "plant.tags_named"
    right = "plant.manage"
    label = _lazy("named the tags of a source")

    site: Site
    origin: str
    said: Mapping[str, tag_rows.Said]  #: by the name under which it is sent

    def change(self) -> int:
        """Return how many; raises `Refused` for a name that is taken."""
        rows = Tag.objects.within(self.scope).filter(organisation=self.organisation)
        taken = rows.filter(path__in=[one.path for one in self.said.values()]).first()
        if taken is not None:
            raise Refused(tag_rows.taken_name(taken.path))
        made = [
            Tag(
                organisation=self.organisation,
                site=self.site,
                origin=self.origin,
                path=one.path,
                sent_as="" if sent == one.path else sent,
                label=one.label,
                unit=one.unit,
                expected_seconds=one.expected_seconds,
            )
            for sent, one in self.said.items()
        ]
        return len(Tag.objects.bulk_create(made))

    def details(self, result: int) -> dict[str, Any]:
        """Say of which source, and how many."""
        return {"source": self.origin, "tags": result}

    def after_commit(self, result: int) -> None:
        """Let the gateway know the names."""
        telling.tell_tags(self.organisation, self.origin)
