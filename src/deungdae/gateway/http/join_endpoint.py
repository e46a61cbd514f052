"""`POST /edge/v1/join`: a code that a person typed becomes the token of an edge agent."""

from collections.abc import Callable

from deungdae.bus.joining import code_digest
from deungdae.gateway.door.joining import Computer, Joining, NoSuchCode, Spent
from deungdae.gateway.http.answers import Answer, Failure, json_body
from deungdae.gateway.http.json_bodies import json_object, text_of
from deungdae.gateway.http.requests import Request
from deungdae.gateway.http.tries import Tries

MOST_BYTES = 4 << 10
#: Whoever has no token must not hold up those who have one.
MOST_AT_ONCE, BODY_S = 32, 5.0
SHORTEST_ATTEMPT, LONGEST_ATTEMPT = 16, 200


class JoinEndpoint:
    """Gives tokens for codes, and lets nobody guess them."""

    def __init__(self, joining: Joining, monotonic: Callable[[], float]) -> None:
        self._joining = joining
        self._tries = Tries(monotonic)
        self._under_way = 0

    async def __call__(self, request: Request) -> Answer:
        """Answer a request: 200 with the token, 404 for no code, 410 for one that was spent."""
        if self._under_way >= MOST_AT_ONCE:
            raise Failure(503, "too many computers join at this moment; try again", 2)
        self._under_way += 1
        try:
            return await self._join(request)
        finally:
            self._under_way -= 1

    async def _join(self, request: Request) -> Answer:
        document = await json_object(request, MOST_BYTES, within_s=BODY_S)
        typed = text_of(document, "code", 100)
        attempt = document.get("attempt")
        if attempt is not None:
            attempt = text_of(document, "attempt", LONGEST_ATTEMPT)
            if len(attempt) < SHORTEST_ATTEMPT:
                raise Failure(400, f"attempt must have {SHORTEST_ATTEMPT} characters or more")
        computer = Computer(
            text_of(document, "host", 255), text_of(document, "version", 64), attempt
        )
        self._tries.begin(request.address)
        key = code_digest(typed)
        try:
            if key is None:
                raise NoSuchCode
            joined = await self._joining.join(key, computer)
        except NoSuchCode as error:
            raise Failure(
                404, "there is no such code; compare it with the page it is on"
            ) from error
        except Spent as error:
            raise Failure(
                410, "this code was used or has expired; make a new one for this agent"
            ) from error
        self._tries.right(request.address)
        return json_body(
            {
                "edge": joined.edge,
                "token": joined.token,
                "organisation": joined.organisation,
                "site": joined.site,
                "after": joined.after,
            }
        )
