"""Other sources are let in, and turned away."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from deungdae.bus.mqtt import new_password
from deungdae.web.companies.models import Site
from deungdae.web.core.action import Action
from deungdae.web.core.tokens import new_token, token_hash
from deungdae.web.plant import telling
from deungdae.web.plant.errors import Refused
from deungdae.web.plant.models import Source, SparkplugGroup


@dataclass(kw_only=True)
class MakeSource(Action[tuple[Source, str]]):
    """Let a program write points, with a token of its own."""

    verb = "plant.source_made"
    right = "plant.admit"
    label = _lazy("made a token for a source")

    name: str
    site: Site
    bucket: str
    prefix: str

    def change(self) -> tuple[Source, str]:
        """Return the source and its token, which is not kept."""
        token = new_token()
        source = Source.objects.create(
            organisation=self.organisation,
            site=self.site,
            name=self.name,
            source=f"line-{secrets.token_hex(5)}",
            bucket=self.bucket,
            prefix=self.prefix,
            token_hash=token_hash(token),
            created_by=self.scope.person,
        )
        return source, token

    def details(self, result: tuple[Source, str]) -> dict[str, Any]:
        """Say which."""
        return {"name": self.name, "bucket": self.bucket, "source": result[0].source}

    def after_commit(self, result: tuple[Source, str]) -> None:
        """Let the gateway know the token's hash."""
        telling.tell_source(result[0])


@dataclass(kw_only=True)
class RevokeSource(Action[None]):
    """Refuse a token from now on, for ever; what was sent with it stays."""

    verb = "plant.source_revoked"
    right = "plant.admit"
    label = _lazy("revoked the token of a source")

    source: Source
    now: datetime

    def change(self) -> None:
        """A second time changes nothing."""
        if self.source.revoked_at is None:
            self.source.alter(self.scope, revoked_at=self.now)

    def details(self, result: None) -> dict[str, Any]:
        """Say which."""
        return {"name": self.source.name, "source": self.source.source}

    def after_commit(self, result: None) -> None:
        """Let the gateway refuse it at once."""
        telling.tell_source(self.source)


@dataclass(kw_only=True)
class RegisterGroup(Action[tuple[SparkplugGroup, str]]):
    """Take in what the nodes of a Sparkplug group send.

    `with_password`: the broker is our own, so that the nodes need a password from us.
    """

    verb = "plant.group_registered"
    right = "plant.admit"
    label = _lazy("registered a Sparkplug group")

    name: str
    site: Site
    group: str
    with_password: bool = True

    def change(self) -> tuple[SparkplugGroup, str]:
        """Return the group and the password, which is not kept, or "".

        Raises `Refused` when somebody has the group already.
        """
        password, kept = new_password() if self.with_password else ("", "")
        try:
            with transaction.atomic():
                made = SparkplugGroup.objects.create(
                    organisation=self.organisation,
                    site=self.site,
                    name=self.name,
                    group=self.group,
                    password_hash=kept,
                    source=f"spb-{secrets.token_hex(5)}",
                    created_by=self.scope.person,
                )
        except IntegrityError as error:
            raise Refused(
                _("This group id is taken. Choose another one, and set it at the nodes.")
            ) from error
        return made, password

    def details(self, result: tuple[SparkplugGroup, str]) -> dict[str, Any]:
        """Say which."""
        return {"name": self.name, "group": self.group, "source": result[0].source}

    def after_commit(self, result: tuple[SparkplugGroup, str]) -> None:
        """Let the gateway listen to it."""
        telling.tell_group(result[0])


@dataclass(kw_only=True)
class RenewGroupPassword(Action[str]):
    """Make another password for the nodes of a group; the former one is worthless."""

    verb = "plant.group_password_renewed"
    right = "plant.admit"
    label = _lazy("made a new password for a Sparkplug group")

    group: SparkplugGroup

    def change(self) -> str:
        """Return the password, which is not kept; raises `Refused` for a revoked group."""
        if self.group.revoked_at is not None:
            raise Refused(_("This group is revoked. Register it anew."))
        password, kept = new_password()
        self.group.alter(self.scope, password_hash=kept)
        return password

    def details(self, result: str) -> dict[str, Any]:
        """Say of which group."""
        return {"name": self.group.name, "group": self.group.group}

    def after_commit(self, result: str) -> None:
        """Let the broker know."""
        telling.tell_group(self.group)


@dataclass(kw_only=True)
class RevokeGroup(Action[None]):
    """No longer listen to a group; what it sent stays."""

    verb = "plant.group_revoked"
    right = "plant.admit"
    label = _lazy("revoked a Sparkplug group")

    group: SparkplugGroup
    now: datetime

    def change(self) -> None:
        """A second time changes nothing."""
        if self.group.revoked_at is None:
            self.group.alter(self.scope, revoked_at=self.now)

    def details(self, result: None) -> dict[str, Any]:
        """Say which."""
        return {"name": self.group.name, "group": self.group.group}

    def after_commit(self, result: None) -> None:
        """Let the gateway stop listening."""
        telling.tell_group(self.group)
