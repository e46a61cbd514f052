"""The ASGI application: which address is answered by what, and how errors become answers."""

from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from typing import Any

from deungdae.bus import TagMap
from deungdae.gateway.door import Door
from deungdae.gateway.http.agent_endpoints import AgentEndpoints
from deungdae.gateway.http.answers import Answer, Failure, json_body
from deungdae.gateway.http.edge_endpoint import EdgeEndpoint
from deungdae.gateway.http.join_endpoint import JoinEndpoint
from deungdae.gateway.http.limits import Limits
from deungdae.gateway.http.line_endpoint import LineEndpoint
from deungdae.gateway.http.quotas import Meter, NoQuotas
from deungdae.gateway.http.requests import Gone, Load, Receive, Request
from deungdae.gateway.http.turns import Turns
from deungdae.gateway.naming import Names
from deungdae.gateway.sinks import Busy, Quotas, Refused, Sequences, Sink, Tokens

Send = Callable[[dict[str, Any]], Awaitable[None]]
Endpoint = Callable[[Request], Awaitable[Answer]]
SPOKEN_VERSION = "2.7.0"  #: of InfluxDB, whose write endpoint this is
THREADS = 2  #: that read lines; more would only share the same cores

_LATER = "nothing was acknowledged, send it again later"
_BROKEN = Failure(500, "an internal error has occurred; nothing was acknowledged")


def _no_names(organisation: str, source: str) -> TagMap | None:
    return None


class Gateway:
    """Takes lines and batches, and acknowledges what is durable.

    Args:
        tokens: who may write.
        sink: where points become durable.
        sequences: which batch of each edge came last.
        clock_ns: nanoseconds since 1970-01-01 UTC.
        monotonic: seconds that never go back.
        limits: how much one request, and all together, may take.
        quotas: how much each organisation may send.
        door: what edge agents find beside the way of their batches; None: nothing.
        names: how the names of each source become tag paths.
    """

    def __init__(
        self,
        tokens: Tokens,
        sink: Sink,
        sequences: Sequences,
        *,
        clock_ns: Callable[[], int],
        monotonic: Callable[[], float],
        limits: Limits | None = None,
        quotas: Quotas | None = None,
        door: Door | None = None,
        names: Names = _no_names,
    ) -> None:
        self._limits = limits or Limits()
        self.load = Load(self._limits)  #: what is under way
        threads = ThreadPoolExecutor(THREADS, thread_name_prefix="lines")
        meter = Meter(quotas or NoQuotas(), monotonic)
        turns = Turns(THREADS, monotonic)
        standing = None if door is None else door.standing
        lines = LineEndpoint(
            tokens, sink, meter, self._limits, clock_ns, threads, turns, names, standing
        )
        edges = EdgeEndpoint(
            tokens, sink, sequences, meter, clock_ns, threads, turns, names, standing
        )
        self._threads = threads
        self._table: dict[str, dict[str, Endpoint]] = {
            "/api/v2/write": {"POST": lines},
            "/edge/v1/batches": {"POST": edges},
            "/ping": {"GET": _ping, "HEAD": _ping},
            "/health": {"GET": _health, "HEAD": _health},
        }
        if door is not None:
            agents = AgentEndpoints(tokens, door, monotonic)
            self._table |= {
                "/edge/v1/join": {"POST": JoinEndpoint(door.joining, monotonic)},
                "/edge/v1/work": {"GET": agents.work},
                "/edge/v1/status": {"POST": agents.status},
                "/edge/v1/answers/*": {"POST": agents.answers},
            }

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Answer one connection's events, as ASGI defines it."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            request = Request(scope, receive, self.load)
            try:
                answer = await self._answer(request)
                await request.drain()
            except Gone:
                return
            except Exception:
                # The server below us logs it, with its trace; the client is told to try again.
                await _reply(send, _BROKEN.answer, head=request.method == "HEAD")
                raise
            finally:
                request.forget()
            await _reply(send, answer, head=request.method == "HEAD")

    async def _answer(self, request: Request) -> Answer:
        load = self.load
        load.requests += 1
        try:
            if load.requests > self._limits.requests:
                raise load.too_much()
            return await self._endpoint(request)(request)
        except Failure as failure:
            return failure.answer
        except Busy as busy:
            return Failure(429, f"{_LATER}; too much is waiting", busy.retry_after_s).answer
        except Refused as refused:
            return Failure(503, f"{_LATER}; the store is away", refused.retry_after_s).answer
        finally:
            load.requests -= 1

    def _endpoint(self, request: Request) -> Endpoint:
        above = request.path.rpartition("/")[0]
        methods = self._table.get(request.path) or self._table.get(f"{above}/*")
        if methods is None:
            raise Failure(404, "path not found")
        found = methods.get(request.method)
        if found is None:
            raise Failure(405, f"allowed here: {', '.join(methods)}")
        return found

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self._threads.shutdown()
        await send({"type": "lifespan.shutdown.complete"})


async def _ping(request: Request) -> Answer:
    return Answer(204, b"", {"X-Influxdb-Version": SPOKEN_VERSION, "X-Influxdb-Build": "OSS"})


async def _health(request: Request) -> Answer:
    return json_body(
        {
            "name": "deungdae",
            "message": "ready for writes",
            "status": "pass",
            "checks": [],
            "version": SPOKEN_VERSION,
            "commit": version("deungdae"),
        }
    )


async def _reply(send: Send, answer: Answer, *, head: bool) -> None:
    headers = {"X-Content-Type-Options": "nosniff"} | answer.headers
    if answer.status != 204:
        headers["Content-Length"] = str(len(answer.body))
    pairs = [
        (key.lower().encode("latin-1"), value.encode("latin-1")) for key, value in headers.items()
    ]
    await send({"type": "http.response.start", "status": answer.status, "headers": pairs})
    await send({"type": "http.response.body", "body": b"" if head else answer.body})
