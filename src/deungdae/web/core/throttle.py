"""How often somebody may try: failed attempts are counted for each account and each address.

Messages to try a channel or the mail server are counted for each organisation, however they end.

The count stands in the database and holds for all processes that serve. An attempt is counted
before it is checked and taken back when it succeeds, so that many attempts at once do not slip
through. What was tried is kept as a keyed hash only.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from django.db import connection, transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import ngettext

from deungdae.web.core.models import FailedAttempt

WINDOW = timedelta(minutes=15)
#: Failed attempts within the window, by what they are counted for.
LIMITS: Mapping[str, int] = {"account": 10, "address": 50, "code": 6, "confirm": 10, "trial": 10}
#: Any number that nothing else of ours locks.
_LOCK = 0x64656E67


@dataclass(frozen=True)
class TooMany(Exception):  # noqa: N818 - the words a reader would say
    """Too many attempts failed; `minutes` is how long to wait."""

    minutes: int


def begin(counted: Iterable[tuple[str, str]], now: datetime) -> list[int]:
    """Count an attempt for each (kind, value), such as ("account", "kim@example.com").

    Returns what `succeeded` needs. Raises `TooMany` when one of them has reached its limit; the
    attempt is not counted then, so that waiting ends.
    """
    keys = [(LIMITS[kind], _key(kind, value)) for kind, value in counted]
    with transaction.atomic():
        _one_at_a_time()
        FailedAttempt.objects.filter(at__lt=now - timedelta(days=1)).delete()
        for limit, key in keys:
            times = FailedAttempt.objects.filter(key=key, at__gt=now - WINDOW).order_by("-at")
            oldest = times.values_list("at", flat=True)[limit - 1 : limit]
            if oldest:
                raise TooMany(ceil((oldest[0] + WINDOW - now) / timedelta(minutes=1)))
        return [FailedAttempt.objects.create(key=key, at=now).pk for _, key in keys]


def succeeded(attempt: list[int], kind: str, value: str) -> None:
    """Take the attempt back, and forget what failed before under this account."""
    FailedAttempt.objects.filter(pk__in=attempt).delete()
    FailedAttempt.objects.filter(key=_key(kind, value)).delete()


def sentence(error: TooMany) -> str:
    """Return the sentence for somebody who has to wait; it is the same for every account."""
    return ngettext(
        "Too many attempts failed. Wait a minute, then try again.",
        "Too many attempts failed. Wait %(minutes)d minutes, then try again.",
        error.minutes,
    ) % {"minutes": error.minutes}


def sentence_of_trials(error: TooMany) -> str:
    """Return the sentence for an organisation that has sent many messages to try something."""
    return ngettext(
        "Many test messages were sent. Wait a minute, then send another.",
        "Many test messages were sent. Wait %(minutes)d minutes, then send another.",
        error.minutes,
    ) % {"minutes": error.minutes}


def _one_at_a_time() -> None:
    """Let no two attempts be counted at the same moment, in whichever process.

    In the embedded database a transaction that may write waits for the one before it by itself.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _key(kind: str, value: str) -> str:
    return salted_hmac("deungdae.throttle", f"{kind}:{value}", algorithm="sha256").hexdigest()
