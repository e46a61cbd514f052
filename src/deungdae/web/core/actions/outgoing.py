"""What people do about messages: send one again, try the mail server."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from deungdae.web.core.action import Action
from deungdae.web.core.models import Outgoing


@dataclass(kw_only=True)
class SendAgain(Action[None]):
    """Put a message that was given up, or was too late, on its way once more."""

    verb = "core.message_sent_again"
    right = "core.manage_outgoing"
    label = _lazy("sent a message again")

    message: Outgoing
    now: datetime

    def change(self) -> None:
        """Let it wait for the sender; one that is on its way stays as it is."""
        ended = (Outgoing.State.FAILED, Outgoing.State.LATE)
        rows = Outgoing.objects.within(self.scope).filter(pk=self.message.pk, state__in=ended)
        if not rows.update(state=Outgoing.State.WAITING, tries=0, next_at=self.now, error=None):
            raise ValidationError(_("This message is on its way already, or was sent."))

    def details(self, result: None) -> dict[str, Any]:
        """Say which, to whom."""
        return {"to": self.message.to, "subject": self.message.subject}


@dataclass(kw_only=True)
class NoteMailTried(Action[None]):
    """Write down that somebody tried the mail server, and what it said."""

    verb = "core.mail_tried"
    right = "core.manage_outgoing"
    label = _lazy("tried the mail server")

    answer: str

    def change(self) -> None:
        """Nothing of ours changes."""

    def details(self, result: None) -> dict[str, Any]:
        """Say what the server said."""
        return {"answer": self.answer}
