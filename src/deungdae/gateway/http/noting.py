"""What is noted of each sender of points: that it was heard, and why it was refused."""

from collections.abc import Awaitable

from deungdae.gateway.door.standing import Standing
from deungdae.gateway.http.access import clock_us
from deungdae.gateway.http.answers import Answer, Failure
from deungdae.gateway.http.requests import Request
from deungdae.gateway.sinks import Grant

_STORED = (200, 204)


async def noted(
    standing: Standing | None, grant: Grant, request: Request, taking: Awaitable[Answer]
) -> Answer:
    """Return the answer of `taking`, and note under the name of the edge or source how it went.

    That the store is away is no fault of a sender, and is not noted.
    """
    if standing is None:
        return await taking
    pair = (grant.organisation, grant.edge or grant.source)
    standing.seen(*pair, clock_us(request))
    try:
        answer = await taking
    except Failure as failure:
        standing.refused(*pair, failure.message, failure.said)
        raise
    if answer.status in _STORED:
        standing.took(*pair)
    return answer
