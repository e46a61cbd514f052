"""What the values are called, and what is known of each."""

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from deungdae.web.companies.models import Site
from deungdae.web.core.models import Owned
from deungdae.web.plant.models.agents import Agent


class Tag(Owned):
    """A name in the history, line/asset/tag, with what people said about it.

    The history holds tags that nobody described; a row stands here for those that were chosen at a
    machine or described by hand. `taken` ends when a machine no longer reads it; what was kept of
    it stays. `formerly` are names under which older values are kept, the newest first; `sent_as` is
    the name that the source still sends, where the gateway puts another in its place.
    """

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    agent = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="tags")
    origin = models.CharField(max_length=64, blank=True)  #: source of its points in the history
    path = models.CharField(_("name"), max_length=500)
    label = models.CharField(_("label"), max_length=100, blank=True)
    unit = models.CharField(_("unit"), max_length=20, blank=True)
    expected_seconds = models.FloatField(_("expected interval"), null=True)
    machine = models.CharField(max_length=100, blank=True)  #: name of the driver
    address = models.CharField(max_length=500, blank=True)  #: as the machine calls it
    sent_as = models.CharField(max_length=500, blank=True)
    taken = models.BooleanField(default=True)
    formerly = models.JSONField(default=list)

    class Meta:
        ordering = ("path",)
        constraints = (
            models.UniqueConstraint(fields=("organisation", "path"), name="one_tag_of_a_name"),
        )
        indexes = (
            models.Index(fields=("agent", "machine")),
            models.Index(fields=("organisation", "origin")),
        )

    def __str__(self) -> str:
        return self.path

    @property
    def shown(self) -> str:
        """The label, or else the name."""
        return self.label or self.path

    def get_absolute_url(self) -> str:
        """Return where its page is."""
        return reverse("plant:tag", args=(self.public_id,))
