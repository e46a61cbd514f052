"""Who asks, and what that token permits."""

import re
from hashlib import sha256

from deungdae.gateway.http.answers import Failure
from deungdae.gateway.http.requests import Request
from deungdae.gateway.sinks import Grant, Tokens, Unavailable

#: By this header an agent says what its clock shows, in microseconds since 1970 UTC.
CLOCK = b"deungdae-clock-us"
_HEADER = re.compile(r"(?:token|bearer) +([\x21-\x7e]{1,512}) *", re.IGNORECASE)


def digest_of(token: str) -> str:
    """Return what is kept of a token: nothing from which it could be found again."""
    return sha256(token.encode()).hexdigest()


def digest_of_bearer(request: Request) -> str:
    """Return the digest of the request's token, or of nothing when it has none."""
    found = _HEADER.fullmatch(request.header(b"authorization") or "")
    return digest_of(found[1] if found else "")


def clock_us(request: Request) -> int | None:
    """Return what the agent's clock showed when it sent the request, if it says so."""
    told = request.header(CLOCK) or ""
    return int(told) if told.isascii() and told.isdecimal() and len(told) <= 17 else None


async def granted(request: Request, tokens: Tokens, right: str) -> Grant:
    """Return the grant of the request's token if it has a right.

    Raises `Failure` 401 for no, an unknown or a revoked token, 403 without the right, and 503 when
    that cannot be looked up: agents keep their data at all three.
    """
    # Looking a digest up tells nothing of the tokens that exist, however long it takes.
    try:
        grant = await tokens.find(digest_of_bearer(request))
    except Unavailable as error:
        message = "tokens cannot be looked up now; nothing was stored"
        raise Failure(503, message, error.retry_after_s) from error
    if grant is None or grant.revoked:
        raise Failure(401, "unauthorized access")
    if right not in grant.rights:
        raise Failure(403, f"insufficient permissions for {right}")
    return grant
