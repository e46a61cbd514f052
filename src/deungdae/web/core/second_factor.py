"""Codes that a phone shows: six digits, new every 30 seconds (TOTP, RFC 6238)."""

import hmac
from datetime import datetime

import pyotp
import segno

from deungdae.web.core.models import Person, RecoveryCode, SecondFactor
from deungdae.web.core.tokens import recovery_hash

STEP = 30  #: seconds
ISSUER = "Deungdae"


def new_secret() -> str:
    """Return a new secret of 160 random bits, in base 32."""
    return pyotp.random_base32()


def is_on(person: Person) -> bool:
    """Say whether a person has a confirmed second factor."""
    return SecondFactor.objects.filter(person=person).exclude(confirmed_at=None).exists()


def address_of(factor: SecondFactor) -> str:
    """Return the `otpauth://` address that a phone reads from the picture."""
    totp = pyotp.TOTP(factor.secret)
    return str(totp.provisioning_uri(name=factor.person.email, issuer_name=ISSUER))


def picture(factor: SecondFactor) -> str:
    """Return the QR code as an SVG element, dark on light whatever the page's colours."""
    code = segno.make(address_of(factor), error="m")
    return str(
        code.svg_inline(scale=4, border=4, dark="#000", light="#fff", omitsize=True, svgclass="qr")
    )


def matching_step(factor: SecondFactor, code: str, now: datetime) -> int | None:
    """Return the 30-second step whose code this is: the present one or a neighbour, never again.

    A phone's clock may be half a minute off; an older code, or one already taken, does not count.
    """
    typed = "".join(sign for sign in code if sign.isdecimal() and sign.isascii())
    present = int(now.timestamp()) // STEP
    totp = pyotp.TOTP(factor.secret)
    for step in (present - 1, present, present + 1):
        if hmac.compare_digest(totp.generate_otp(step), typed) and step > factor.last_step:
            return step
    return None


def take(person: Person, code: str, now: datetime) -> bool:
    """Take a code of the phone or a recovery code; each counts once, even if sent twice at once."""
    factor = SecondFactor.objects.filter(person=person).exclude(confirmed_at=None).first()
    if factor is None:
        return False
    step = matching_step(factor, code, now)
    if step is not None:
        same = SecondFactor.objects.filter(pk=factor.pk, last_step__lt=step)
        return bool(same.update(last_step=step))
    unused = RecoveryCode.objects.filter(
        person=person, code_hash=recovery_hash(person, code), used_at=None
    )
    return bool(unused.update(used_at=now))
