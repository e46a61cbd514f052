"""Bodies that are one JSON object: bounded, and such that they can be written again."""

import json
from typing import Any

from deungdae.gateway.http.answers import Failure
from deungdae.gateway.http.requests import Request

MOST_DEPTH = 16


async def json_object(
    request: Request, most_bytes: int, *, within_s: float | None = None
) -> dict[str, Any]:
    """Return the body; raise `Failure` 400 for anything but a JSON object, 413 if it is longer."""
    data = await request.body(most_bytes, unpack=True, within_s=within_s)
    try:
        document = json.loads(data)
        if not isinstance(document, dict) or not _shallow(document, MOST_DEPTH):
            raise Failure(400, f"a JSON object is expected, nested at most {MOST_DEPTH} times")
        # 1e999 becomes infinity, and half a character a text that no file takes.
        json.dumps(document, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError) as error:
        raise Failure(400, "the body is no JSON object") from error
    return document


def text_of(document: dict[str, Any], name: str, most: int) -> str:
    """Return a text of the object; raise `Failure` 400 if it is missing, long or unprintable."""
    value = document.get(name)
    if not isinstance(value, str) or len(value) > most or not value.isprintable():
        raise Failure(400, f"{name} must be a text of at most {most} printable characters")
    return value


def _shallow(value: Any, depth: int) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return depth > 0 and all(_shallow(one, depth - 1) for one in inner)
