"""The audit log: a chain of hashes for each organisation, personal data beside it.

An entry holds what may stay for ever. Who acted and on what, in words, stands in its detail, which
can be erased: the entry keeps only a salted digest of it, and the chain stays whole.
"""

from django.conf import settings
from django.db import models
from django.db.models.functions import Coalesce

from deungdae.web.core.models.organisations import Organisation
from deungdae.web.core.scope import OwnedManager


class AuditHead(models.Model):
    """The last entry of each chain: the row that is locked while the chain grows.

    The chain without an organisation is that of the installation itself.
    """

    organisation = models.OneToOneField(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    sequence = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64, default="0" * 64)

    class Meta:
        constraints = (models.UniqueConstraint(Coalesce("organisation", 0), name="one_head_each"),)

    def __str__(self) -> str:
        return f"{self.sequence} {self.hash[:8]}"


class AuditEntry(models.Model):
    """One change of state: what was done, when, by what kind of actor; a link of the chain."""

    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    sequence = models.PositiveBigIntegerField()
    action = models.CharField(max_length=60)
    actor_kind = models.CharField(
        max_length=10, choices=(("person", "person"), ("system", "system"))
    )
    at = models.DateTimeField()
    digest = models.CharField(max_length=64)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    objects = OwnedManager()

    class Meta:
        ordering = ("organisation", "-sequence")
        constraints = (
            models.UniqueConstraint(
                Coalesce("organisation", 0), "sequence", name="one_entry_at_each_place"
            ),
        )

    def __str__(self) -> str:
        return f"{self.sequence} {self.action}"


class AuditDetail(models.Model):
    """The words of an entry: who, on what, how. May be erased; the chain does not need it."""

    entry = models.OneToOneField(AuditEntry, on_delete=models.CASCADE, related_name="detail")
    salt = models.CharField(max_length=64)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    #: Canonical JSON: {"actor": …, "subject": …, …}; the digest is taken over exactly this text.
    words = models.TextField()

    def __str__(self) -> str:
        return self.words[:80]
