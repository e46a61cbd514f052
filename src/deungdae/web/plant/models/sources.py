"""Others who send: programs that write line protocol, and groups of Sparkplug nodes."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from deungdae.web.companies.models import Site
from deungdae.web.plant.models.told import Told


class _Sender(Told):
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=100)
    source = models.CharField(max_length=64, editable=False)  #: in the history and in the books
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class Source(_Sender):
    """A program that writes to `/api/v2/write`, such as Telegraf, with a token of its own.

    What it writes into `bucket` gets tags that begin with `prefix`; other buckets are refused.
    """

    bucket = models.CharField(max_length=100)
    prefix = models.CharField(max_length=200)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)

    class Meta(_Sender.Meta):
        ordering = ("name", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "source"), name="one_line_source_of_a_name"
            ),
        )

    def get_absolute_url(self) -> str:
        """Return where its page is."""
        return reverse("plant:source", args=(self.public_id,))


class SparkplugGroup(_Sender):
    """A group id of Sparkplug B whose nodes belong to an organisation.

    With the embedded broker its nodes have a password, of which only the hash is kept.
    """

    group = models.CharField(_("group id"), max_length=100)
    password_hash = models.CharField(max_length=100, blank=True, editable=False)

    class Meta(_Sender.Meta):
        ordering = ("name", "pk")
        constraints = (
            # The broker is everybody's: a group belongs to one organisation of all.
            models.UniqueConstraint(
                fields=("group",), condition=Q(revoked_at=None), name="one_owner_of_a_group"
            ),
        )

    def get_absolute_url(self) -> str:
        """Return where its page is."""
        return reverse("plant:group", args=(self.public_id,))
