"""Secrets that must be read again, such as the address of a chat: sealed in the database.

Whoever has the database alone cannot read them; the key comes from the installation's secret key,
which lies in a file beside it. With another key they are lost, and have to be typed again.
"""

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from deungdae.records.errors import DeungdaeError


class Unsealable(DeungdaeError):  # noqa: N818 - the word a reader would say
    """What was sealed cannot be read with this installation's key."""


def _box() -> Fernet:
    derived = HKDF(SHA256(), 32, salt=None, info=b"deungdae.sealing").derive(
        settings.SECRET_KEY.encode()
    )
    return Fernet(base64.urlsafe_b64encode(derived))


def seal(text: str) -> str:
    """Return a text as it may lie in the database."""
    return _box().encrypt(text.encode()).decode("ascii")


def unseal(sealed: str) -> str:
    """Return what was sealed; raises `Unsealable`."""
    try:
        return _box().decrypt(sealed.encode("ascii")).decode()
    except (InvalidToken, UnicodeEncodeError) as error:
        raise Unsealable("The seal is not of this installation's key.") from error
