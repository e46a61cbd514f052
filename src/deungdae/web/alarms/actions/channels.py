"""Channels made, changed, tried and taken away; what a member wants by mail."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from deungdae.web.alarms.models import AlarmMail, Channel
from deungdae.web.alarms.ways.carrying import new_secret
from deungdae.web.core.action import Action
from deungdae.web.core.sealing import seal


def _free(scope: Any, organisation: Any, name: str, but: Channel | None = None) -> None:
    rows = Channel.objects.within(scope).filter(
        organisation=organisation, name=name, retired_at=None
    )
    if (rows.exclude(pk=but.pk) if but else rows).exists():
        raise ValidationError(_("There is a channel of this name already."))


@dataclass(kw_only=True)
class MakeChannel(Action[tuple[Channel, str]]):
    """Make a channel; the secret that signs what a program is sent is returned once."""

    verb = "alarms.channel_made"
    right = "alarms.manage"
    label = _lazy("made a channel")

    kind: str
    name: str
    address: str
    shown: str
    language: str

    def change(self) -> tuple[Channel, str]:
        """Return the channel, and its secret where it has one."""
        _free(self.scope, self.organisation, self.name)
        secret = new_secret() if self.kind == str(Channel.Kind.WEBHOOK) else ""
        made = Channel.objects.create(
            organisation=self.organisation,
            kind=self.kind,
            name=self.name,
            sealed=seal(self.address),
            sealed_secret=seal(secret) if secret else "",
            shown=self.shown[:254],
            language=self.language,
        )
        return made, secret

    def details(self, result: tuple[Channel, str]) -> dict[str, Any]:
        """Say which; never its address."""
        return {"name": self.name, "way": str(result[0].get_kind_display())}


@dataclass(kw_only=True)
class ChangeChannel(Action[None]):
    """Give a channel another name, language or address; an empty address keeps the old one."""

    verb = "alarms.channel_changed"
    right = "alarms.manage"
    label = _lazy("changed a channel")

    channel: Channel
    name: str
    language: str
    address: str = ""
    shown: str = ""

    def change(self) -> None:
        """Store it."""
        _free(self.scope, self.organisation, self.name, self.channel)
        self.channel.name, self.channel.language = self.name, self.language
        if self.address:
            self.channel.sealed, self.channel.shown = seal(self.address), self.shown[:254]
            self.channel.tried_at = self.channel.tried_well = None
        self.channel.save()

    def details(self, result: None) -> dict[str, Any]:
        """Say which, and whether the address is another."""
        return {"name": self.name, "address": _("another one") if self.address else _("as before")}


@dataclass(kw_only=True)
class RenewSecret(Action[str]):
    """Make a new secret for a program; the old one signs nothing more."""

    verb = "alarms.channel_secret_renewed"
    right = "alarms.manage"
    label = _lazy("made a new secret for a channel")

    channel: Channel

    def change(self) -> str:
        """Return the secret, which is shown once."""
        secret = new_secret()
        self.channel.sealed_secret = seal(secret)
        self.channel.save(update_fields=["sealed_secret"])
        return secret

    def details(self, result: str) -> dict[str, Any]:
        """Say of which."""
        return {"name": self.channel.name}


@dataclass(kw_only=True)
class RetireChannel(Action[None]):
    """Take a channel away: policies tell it nothing more, and what waits for it is given up."""

    verb = "alarms.channel_retired"
    right = "alarms.manage"
    label = _lazy("took a channel away")

    channel: Channel
    now: datetime

    def change(self) -> None:
        """Mark it, and forget its secrets."""
        self.channel.retired_at = self.now
        self.channel.sealed = self.channel.sealed_secret = ""
        self.channel.save()

    def details(self, result: None) -> dict[str, Any]:
        """Say which."""
        return {"name": self.channel.name}


@dataclass(kw_only=True)
class NoteTried(Action[None]):
    """Write down that a channel was tried, and what came of it."""

    verb = "alarms.channel_tried"
    right = "alarms.manage"
    label = _lazy("tried a channel")

    channel: Channel
    well: bool
    answer: str
    now: datetime

    def change(self) -> None:
        """Store how it went."""
        self.channel.tried_at, self.channel.tried_well = self.now, self.well
        self.channel.save(update_fields=["tried_at", "tried_well"])

    def details(self, result: None) -> dict[str, Any]:
        """Say which, and the answer."""
        return {"name": self.channel.name, "answer": self.answer}


@dataclass(kw_only=True)
class ChooseMail(Action[None]):
    """Say how many alarms one wants by mail oneself."""

    verb = "alarms.mail_chosen"
    right = "alarms.see"
    label = _lazy("chose which alarms come by mail")

    wants: str

    def change(self) -> None:
        """Store it."""
        AlarmMail.objects.within(self.scope).update_or_create(
            organisation=self.organisation,
            person=self.scope.person,
            defaults={"wants": AlarmMail.Wants(self.wants)},
        )

    def details(self, result: None) -> dict[str, Any]:
        """Say how many."""
        return {"wants": str(AlarmMail.Wants(self.wants).label)}
