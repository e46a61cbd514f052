"""From a message that is due to its way; and the try of a channel."""

import secrets
import uuid
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone

from deungdae.records.messages import message
from deungdae.web.alarms.models import Channel
from deungdae.web.alarms.ways import chat, webhook
from deungdae.web.core import mailing
from deungdae.web.core.models import Outgoing
from deungdae.web.core.outgoing import SENDER, NotSent
from deungdae.web.core.scope import Scope
from deungdae.web.core.sealing import Unsealable, unseal

_EVERYWHERE: Final = Scope.everything(SENDER)
_Kind = Channel.Kind


def new_secret() -> str:
    """Return a secret that signs what a program is sent."""
    return "dgw_" + secrets.token_urlsafe(32)


def by_mail(outgoing: Outgoing) -> None:
    """Send a letter to a mailbox; raises `NotSent`."""
    mailing.deliver_to(outgoing, _open(_channel(outgoing).sealed))


def by_webhook(outgoing: Outgoing) -> None:
    """Send a message to a program; raises `NotSent`."""
    channel = _channel(outgoing)
    _by_webhook(channel, str(outgoing.public_id), outgoing.document, timezone.now())


def by_chat(outgoing: Outgoing) -> None:
    """Send a message through a chat or push service; raises `NotSent`."""
    _by_chat(_channel(outgoing), outgoing.subject, outgoing.text)


def try_out(channel: Channel, subject: str, text: str, document: dict[str, Any]) -> None:
    """Send something through a channel now; raises `NotSent`."""
    if channel.kind == _Kind.MAIL:
        mailing.send(EmailMessage(subject, text, None, [_open(channel.sealed)]))
    elif channel.kind == _Kind.WEBHOOK:
        _by_webhook(channel, str(uuid.uuid4()), document, timezone.now())
    else:
        _by_chat(channel, subject, text)


def address_of(channel: Channel) -> str:
    """Return the address of a channel; raises `NotSent` when it cannot be read."""
    return _open(channel.sealed)


def _channel(outgoing: Outgoing) -> Channel:
    rows = Channel.objects.within(_EVERYWHERE).filter(
        public_id=outgoing.target, organisation=outgoing.organisation_id, retired_at=None
    )
    found: Channel | None = rows.first()
    if found is None:
        raise NotSent(message("The channel was taken away."), final=True)
    return found


def _by_webhook(channel: Channel, delivery: str, document: Any, now: datetime) -> None:
    hook = webhook.Hook(
        _open(channel.sealed), _open(channel.sealed_secret), settings.WEBHOOK_PRIVATE
    )
    webhook.send(hook, delivery, document, int(now.timestamp()))


def _by_chat(channel: Channel, subject: str, text: str) -> None:
    chat.send(_open(channel.sealed), subject, text, private=settings.WEBHOOK_PRIVATE)


def _open(sealed: str) -> str:
    try:
        return unseal(sealed)
    except Unsealable as error:
        why = message("The key of this installation has changed; type the address again.")
        raise NotSent(why, final=True) from error
