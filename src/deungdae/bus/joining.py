"""Codes with which a computer becomes an edge agent: short enough to be typed, used once.

60 random bits in 12 signs of Crockford's base 32, shown as K7QM-2XWV-0R5T. A reader who takes O for
0, or I for 1, is understood. The code stands nowhere; the bus knows its SHA-256.
"""

import secrets
import unicodedata

from deungdae.bus.entries import digest

SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH, GROUP = 12, 4
VALID_SECONDS = 24 * 3600  #: from the making of a code
_READ_AS = str.maketrans("OIL", "011", " -\t–")


def new_code() -> str:
    """Return a new code, as it is shown."""
    signs = "".join(secrets.choice(SIGNS) for _ in range(LENGTH))
    return "-".join(signs[start : start + GROUP] for start in range(0, LENGTH, GROUP))


def code_digest(typed: str) -> str | None:
    """Return the key of a code in the bucket of joins, however it was typed; None if it is none."""
    if len(typed) > 4 * LENGTH:
        return None
    plain = unicodedata.normalize("NFKC", typed).upper().translate(_READ_AS)
    if len(plain) != LENGTH or not set(plain) <= set(SIGNS):
        return None
    return digest(plain)
