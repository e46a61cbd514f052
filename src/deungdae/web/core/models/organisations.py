"""Organisations, who belongs to them, and what belongs to them."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from deungdae.web.core.scope import OwnedManager, Role


class Organisation(models.Model):
    """Whoever owns data: a company, and later an association or a school."""

    class Kind(models.TextChoices):
        """What an organisation is."""

        COMPANY = "company", _("company")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=20, choices=Kind.choices, default=Kind.COMPANY)
    name = models.CharField(_("name"), max_length=200)
    demo = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return self.name


class Owned(models.Model):
    """What belongs to one organisation: read with `objects.within(scope)`, named by `public_id`."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", editable=False
    )
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    objects = OwnedManager()

    class Meta:
        abstract = True


class RoleName(models.TextChoices):
    """The roles as they are stored and shown."""

    OWNER = "owner", _("owner")
    ADMIN = "admin", _("administrator")
    ENGINEER = "engineer", _("engineer")
    OPERATOR = "operator", _("operator")
    VIEWER = "viewer", _("viewer")


class Membership(Owned):
    """One person's role in one organisation."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships"
    )
    role = models.CharField(_("role"), max_length=10, choices=RoleName.choices)
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("person__name", "pk")
        constraints = (
            models.UniqueConstraint(fields=("person", "organisation"), name="one_role_each"),
        )

    def __str__(self) -> str:
        return f"{self.person} · {self.get_role_display()}"

    @property
    def rank(self) -> Role:
        """The role as a number that can be compared."""
        return Role[self.role.upper()]


class Invitation(Owned):
    """An offer to join, by a link that is shown once; only the hash of its token is kept."""

    email = models.EmailField(_("e-mail address"), max_length=254)
    role = models.CharField(_("role"), max_length=10, choices=RoleName.choices)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ("-created_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                "organisation",
                Lower("email"),
                condition=models.Q(accepted_at=None, withdrawn_at=None),
                name="one_open_invitation_each",
            ),
        )

    def __str__(self) -> str:
        return self.email
