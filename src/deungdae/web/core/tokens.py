"""Secrets that are shown once and kept as hashes: keys for programs, links, recovery codes."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.crypto import salted_hmac

from deungdae.web.core.models import Person, PersonalToken

PREFIX = "dgd_"  #: so that a key lying around in a file is recognised as one of ours
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  #: without letters that look like digits


def new_token() -> str:
    """Return a new key of 256 random bits."""
    return PREFIX + secrets.token_urlsafe(32)


def new_password() -> str:
    """Return a one-time password that can be typed from paper: four groups of four."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(4))


def new_recovery_code() -> str:
    """Return a recovery code of two groups of five."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(5)) for _ in range(2))


def token_hash(token: str) -> str:
    """Return the hash under which a key is kept; its 256 bits need no salt."""
    return hashlib.sha256(token.encode()).hexdigest()


def recovery_hash(person: Person, code: str) -> str:
    """Return the keyed hash of a recovery code, which is too short for a plain one."""
    plain = "".join(sign for sign in code.lower() if sign.isalnum())
    value = f"{person.public_id}:{plain}"
    return salted_hmac("deungdae.recovery", value, algorithm="sha256").hexdigest()


def person_of(token: str, now: datetime) -> Person | None:
    """Return whose key this is; None when it is unknown, revoked, expired or of somebody inactive.

    The key is looked up by its hash, so the time of the answer says nothing about it.
    """
    found: PersonalToken | None = (
        PersonalToken.objects.filter(
            Q(expires_at=None) | Q(expires_at__gt=now),
            token_hash=token_hash(token),
            revoked_at=None,
            person__is_active=True,
            person__must_change_password=False,
        )
        .select_related("person")
        .first()
    )
    if found is None:
        return None
    if found.last_used_at is None or now - found.last_used_at > timedelta(minutes=1):
        PersonalToken.objects.filter(pk=found.pk).update(last_used_at=now)
    person: Person = found.person
    return person
