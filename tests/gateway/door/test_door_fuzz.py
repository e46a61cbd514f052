"""Whatever is sent to the door is answered, and never by a fault of ours."""

import json
import random
from pathlib import Path
from typing import Any

from bus_for_tests import within
from door_for_tests import EDGE_ID, ORGANISATION, TOKEN, a_door

from deungdae.gateway.http import Gateway

REQUESTS = 20_000
SIGNS = ["{", "}", "[", "]", '"', ":", ",", "1", "e", "9", "-", ".", "null", "true", "\\u", "d800"]
KEYS = ["code", "host", "version", "attempt", "found", "error", "template", "values", "more"]
WORTHS = [None, True, 0, -1, 1 << 70, 0.5, "", "한", "{x}", "{0.a}", "K7QM-2XW0-0R51", "\x00", "{"]


def something(chance: random.Random, depth: int = 0) -> object:
    kind = chance.random()
    if depth < 6 and kind < 0.3:
        return [something(chance, depth + 1) for _ in range(chance.randrange(4))]
    if depth < 6 and kind < 0.7:
        return {chance.choice(KEYS): something(chance, depth + 1) for _ in range(3)}
    return chance.choice(WORTHS)


def body(chance: random.Random) -> bytes:
    """Something like JSON, JSON of a wrong form, or bytes."""
    kind = chance.random()
    if kind < 0.2:
        return bytes(chance.randrange(256) for _ in range(chance.randrange(60)))
    if kind < 0.4:
        return "".join(chance.choice(SIGNS) for _ in range(chance.randrange(40))).encode()
    document = something(chance)
    if chance.random() < 0.7:
        told = chance.sample(KEYS, 5) if chance.random() < 0.5 else KEYS[:3]
        document = {name: chance.choice([document, "K7QM", "1.0"]) for name in told}
    text = json.dumps(document)
    return text.encode()[: chance.randrange(len(text) + 1) if kind < 0.5 else None]


async def status_of(gateway: Gateway, method: str, path: str, query: bytes, content: bytes) -> int:
    """Ask the gateway without a network between."""
    authorization = (b"authorization", f"Bearer {TOKEN}".encode())
    scope = {"type": "http", "method": method, "path": path, "query_string": query}
    events: list[dict[str, Any]] = [
        {"type": "http.request", "body": content},
        {"type": "http.disconnect"},
    ]
    said: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return events.pop(0)

    async def send(event: dict[str, Any]) -> None:
        said.append(event)

    await gateway({**scope, "headers": [authorization], "client": ("10.0.0.1", 1)}, receive, send)
    return int(said[0]["status"])


def test_random_bodies_are_answered_and_never_with_a_fault_of_ours(tmp_path: Path) -> None:
    async def work() -> None:
        async with a_door(tmp_path) as place:
            await place.let_in()
            chance = random.Random(5)
            statuses: dict[str, set[int]] = {}
            for _ in range(REQUESTS):
                path = chance.choice(["join", "status", "answers/x", "batches", "answers/", "work"])
                content = body(chance) if chance.random() < 0.9 else b""
                method = "GET" if path == "work" and chance.random() < 0.9 else "POST"
                query = chance.choice([b"wait=0", b"wait=0&number=5", b"wait=%ff&number=%00"])
                status = await status_of(place.gateway, method, f"/edge/v1/{path}", query, content)
                statuses.setdefault(path, set()).add(status)
                if status == 204:
                    kept = place.door.standing.of(ORGANISATION, EDGE_ID)
                    assert json.dumps(kept.document, allow_nan=False, ensure_ascii=False).encode()
            assert statuses == {
                "join": {400, 404, 413, 429},
                "status": {204, 400},
                "answers/x": {400, 404},
                "answers/": {400, 404},
                "batches": {400},
                "work": {204, 400, 405, 413},
            }

    within(120, work())
