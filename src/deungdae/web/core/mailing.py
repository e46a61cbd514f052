"""The carrier `mail`: one letter over SMTP, and what its refusals mean."""

import smtplib
from email.utils import parseaddr
from typing import Any, Final

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.translation import get_language

from deungdae.records.messages import Message, message
from deungdae.reports.words import Words
from deungdae.web.core.models import Outgoing
from deungdae.web.core.outgoing import NotSent

#: SMTP: from here on the server will say the same again.
LASTING: Final = 500


def deliver(outgoing: Outgoing) -> None:
    """Send one letter; raises `NotSent`."""
    deliver_to(outgoing, outgoing.target)


def deliver_to(outgoing: Outgoing, address: str) -> None:
    """Send one letter to an address; raises `NotSent`."""
    # The same letter sent twice has one id, by which mail programs show it once.
    host = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    headers = {
        "Message-ID": f"<{outgoing.public_id}@{host}>",
        # So that no absence note answers a machine.
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }
    send(EmailMessage(outgoing.subject, outgoing.text, None, [address], headers=headers))


def send(letter: EmailMessage) -> None:
    """Send one letter now; raises `NotSent` with what the server said."""
    if not settings.CAN_SEND_EMAIL:
        raise NotSent(message("No mail server is set up."))
    try:
        letter.send()
    except smtplib.SMTPRecipientsRefused as error:
        refusals: Any = error.recipients
        address, (code, reason) = next(iter(refusals.items()))
        why = message(
            "The mail server does not accept the address {address}: {reason}",
            address=str(address),
            reason=_plain(reason),
        )
        raise NotSent(why, final=code >= LASTING) from error
    except smtplib.SMTPSenderRefused as error:
        why = message(
            "The mail server does not accept the sender {sender}: {reason}",
            sender=str(error.sender),
            reason=_plain(error.smtp_error),
        )
        raise NotSent(why) from error
    except smtplib.SMTPAuthenticationError as error:
        raise NotSent(message("The mail server did not accept the name and password.")) from error
    except smtplib.SMTPNotSupportedError as error:
        raise NotSent(
            message("The mail server offers no encryption, so nothing was told to it.")
        ) from error
    except smtplib.SMTPResponseException as error:
        why = message(
            "The mail server did not take the letter: {reason}", reason=_plain(error.smtp_error)
        )
        raise NotSent(why) from error
    except OSError as error:  # also smtplib's own, and those of TLS
        said = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise NotSent(
            message("The mail server does not answer: {reason}", reason=said[:200])
        ) from error


def _plain(reason: Any) -> str:
    text = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
    return " ".join(text.split())[:200]


def spoken(error: Any) -> str:
    """Return the sentence of a failure, {"template", "values"}, in the reader's language."""
    if not error:
        return ""
    words = Words("ko" if (get_language() or "en").startswith("ko") else "en")
    return words.say_message(Message(error["template"], error["values"]))
