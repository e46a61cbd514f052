"""Edge agents, and every configuration that one was given."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from deungdae.bus.joining import VALID_SECONDS
from deungdae.web.companies.models import Site
from deungdae.web.core.models import Owned
from deungdae.web.plant.models.told import Told


class Agent(Told):
    """A PC on the plant floor that reads machines and sends what they say.

    `edge` is its name on the bus, `prefix` stands before the tags of a site that is not the main
    one. Of the code with which it joins only the hash is kept, of its token as well; the gateway
    makes the token. `number` is that of the configuration that it should have.
    """

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=100)
    edge = models.CharField(max_length=64, editable=False)
    prefix = models.CharField(max_length=100, blank=True)
    code_hash = models.CharField(max_length=64, blank=True, editable=False)
    code_expires_at = models.DateTimeField(null=True)
    token_hash = models.CharField(max_length=64, blank=True, editable=False)
    number = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    joined_at = models.DateTimeField(null=True)
    host = models.CharField(max_length=200, blank=True)  #: what the PC calls itself
    seen_at = models.DateTimeField(null=True)  #: noted once a minute; the bus knows it better
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("name", "pk")
        constraints = (
            models.UniqueConstraint(fields=("organisation", "edge"), name="one_agent_of_an_edge"),
            models.UniqueConstraint(
                fields=("organisation", "name"),
                condition=Q(revoked_at=None),
                name="one_agent_of_a_name",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def source(self) -> str:
        """The name under which its points are in the history and in the books."""
        return self.edge

    def code_is_open(self, now: datetime) -> bool:
        """Say whether a PC may still join with the code."""
        if not self.code_hash or self.code_expires_at is None or self.revoked_at is not None:
            return False
        made_at = self.code_expires_at - timedelta(seconds=VALID_SECONDS)
        used = self.joined_at is not None and self.joined_at >= made_at
        return now < self.code_expires_at and not used

    def get_absolute_url(self) -> str:
        """Return where its page is."""
        return reverse("plant:agent", args=(self.public_id,))


class Configuration(Owned):
    """One version of what an agent reads; never changed, and never removed with the next one.

    `drivers` are the tables `[[driver]]` of an agent's file; `what` says in a code why there is
    this version, `about` what it concerns, such as a machine or a number.
    """

    class What(models.TextChoices):
        """Why there is a version."""

        MACHINE_ADDED = "machine_added", _("added the machine")
        MACHINE_CHANGED = "machine_changed", _("changed the machine")
        MACHINE_REMOVED = "machine_removed", _("removed the machine")
        TAGS_CHOSEN = "tags_chosen", _("chose tags of the machine")
        TAG_RENAMED = "tag_renamed", _("renamed the tag")
        GONE_BACK = "gone_back", _("went back to version")
        GIVEN = "given", _("given at set-up")

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="configurations")
    number = models.PositiveIntegerField()
    drivers = models.JSONField(default=list)
    send = models.JSONField(default=dict)
    what = models.CharField(max_length=20, choices=What.choices)
    about = models.CharField(max_length=500, blank=True)
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ("-number",)
        constraints = (
            models.UniqueConstraint(fields=("agent", "number"), name="one_version_of_a_number"),
        )

    def __str__(self) -> str:
        return f"{self.agent} {self.number}"

    @property
    def machines(self) -> list[dict[str, Any]]:
        """The drivers, each with its `name`."""
        return [{"name": driver["kind"], **driver} for driver in self.drivers]
