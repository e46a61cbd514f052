"""What an edge agent asks and tells beside its batches: work, status, answers."""

import asyncio
from collections.abc import Callable

from deungdae import bus
from deungdae.gateway.door import Door
from deungdae.gateway.door.words import harmless
from deungdae.gateway.http.access import clock_us, digest_of_bearer, granted
from deungdae.gateway.http.answers import Answer, Failure, json_body
from deungdae.gateway.http.json_bodies import json_object
from deungdae.gateway.http.requests import Request
from deungdae.gateway.sinks import EDGE, Grant, Tokens

LONGEST_WAIT_S = 50  #: proxies often end a call that is silent for a minute
USUAL_WAIT_S = 25
MOST_STATUS_BYTES = 512 << 10
MOST_ANSWER_BYTES = 4 << 20


class AgentEndpoints:
    """The calls of agents that already have a token."""

    def __init__(self, tokens: Tokens, door: Door, monotonic: Callable[[], float]) -> None:
        self._tokens = tokens
        self._door = door
        self._monotonic = monotonic
        self._newest: dict[tuple[str, str], object] = {}  # the call of each agent that waits

    async def work(self, request: Request) -> Answer:
        """Answer `GET /edge/v1/work` as soon as there is work, 204 when the time is up.

        Work is a wanted configuration of another number than the agent's, or a task.
        """
        organisation, edge, _ = await self._agent(request)
        number, wait_s = _asked(request.parameters())
        await request.body(0, unpack=False)
        pair = (organisation, edge)
        me = self._newest[pair] = object()
        deadline = self._monotonic() + wait_s
        waking = self._door.waking
        keys = (bus.WANTED.key(*pair), digest_of_bearer(request))
        try:
            with waking.waiting(*keys) as woken, request.aside():
                while True:
                    woken.clear()
                    await granted(request, self._tokens, EDGE)  # it may be revoked by now
                    found = self._work(pair, number, mine=self._newest.get(pair) is me)
                    left = deadline - self._monotonic()
                    if found is not None or left <= 0 or waking.over:
                        return found or Answer(204)
                    await _either(request, woken, left)
        finally:
            if self._newest.get(pair) is me:
                del self._newest[pair]

    async def status(self, request: Request) -> Answer:
        """Answer `POST /edge/v1/status`: keep what the agent says of itself."""
        organisation, edge, _ = await self._agent(request)
        document = harmless(await json_object(request, MOST_STATUS_BYTES))
        self._door.standing.said(organisation, edge, document)
        return Answer(204)

    async def answers(self, request: Request) -> Answer:
        """Answer `POST /edge/v1/answers/ID`: hand it on; 404 when nobody waits any more."""
        organisation, edge, _ = await self._agent(request)
        document = await json_object(request, MOST_ANSWER_BYTES)
        task = request.path.rpartition("/")[2]
        if not self._door.tasks.answer((organisation, edge), task, document):
            raise Failure(404, "nobody waits for this answer any more")
        return Answer(204)

    def _work(self, pair: tuple[str, str], number: int, *, mine: bool) -> Answer | None:
        wanted = self._door.wanted(*pair)
        if wanted is not None and wanted.number != number:
            told = {"number": wanted.number, "drivers": wanted.drivers}
            return json_body({**told, "send": wanted.send} if wanted.send else told)
        # A line that broke unnoticed still waits here: tasks go to the newest call alone.
        task = self._door.tasks.next(pair) if mine else None
        return None if task is None else json_body({"task": task})

    async def _agent(self, request: Request) -> tuple[str, str, Grant]:
        grant = await granted(request, self._tokens, EDGE)
        if grant.edge is None:
            raise Failure(403, "this token is not that of one edge agent")
        self._door.standing.seen(grant.organisation, grant.edge, clock_us(request))
        return grant.organisation, grant.edge, grant


def _asked(parameters: dict[str, str]) -> tuple[int, int]:
    numbers = []
    for name, usual in (("number", 0), ("wait", USUAL_WAIT_S)):
        text = parameters.get(name) or str(usual)
        if not text.isascii() or not text.isdecimal() or len(text) > 18:
            raise Failure(400, f"{name} must be a whole number")
        numbers.append(int(text))
    return numbers[0], min(numbers[1], LONGEST_WAIT_S)


async def _either(request: Request, woken: asyncio.Event, seconds: float) -> None:
    """Wait until woken, or the time is up; raise `Gone` when the client hangs up."""
    waiting = asyncio.create_task(woken.wait())
    leaving = asyncio.create_task(request.gone())
    try:
        await asyncio.wait({waiting, leaving}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if leaving.done():
            leaving.result()
    finally:
        for task in (waiting, leaving):
            task.cancel()
        await asyncio.wait({waiting, leaving})
