"""A large body is refused by its size and its sender, before any of it is read."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings
from django.test import Client
from django.utils import timezone

from deungdae.web.core.access import scope_of
from deungdae.web.core.actions.credentials import MakeToken, RevokeToken
from deungdae.web.project.body_limit import BodyLimit

LARGE = settings.BODY_OF_ANYBODY + 1
PIECE = 1 << 20


class Caller:
    """Makes a request without a server, and notes how much of its body was asked for."""

    def __init__(self) -> None:
        self.read = 0
        self.cut_off = False

    def send(self, headers: dict[str, str], body: Iterator[int] | None = None) -> int:
        """Return the status of the answer; `body` are the sizes of the pieces that come."""
        answers: list[dict[str, Any]] = []
        pieces = body or iter(())

        async def receive() -> dict[str, Any]:
            size = next(pieces, 0)
            self.read += size
            return {"type": "http.request", "body": b"x" * size, "more_body": bool(size)}

        async def send(message: Any) -> None:
            answers.append(message)

        async def application(scope: Any, receive: Any, send: Any) -> None:
            while True:
                message = await receive()
                self.cut_off = message["type"] == "http.disconnect"
                if self.cut_off or not message["more_body"]:
                    break
            await send({"type": "http.response.start", "status": 200, "headers": []})

        lines = [(name.encode(), value.encode()) for name, value in headers.items()]
        scope = {"type": "http", "method": "POST", "path": "/causes/uploads/", "headers": lines}
        async_to_sync(BodyLimit(application))(scope, receive, send)
        return int(answers[0]["status"])


@pytest.fixture
def caller() -> Caller:
    return Caller()


@pytest.fixture
def key(house: Any) -> tuple[Any, str]:
    """An access key of the engineer."""
    until = timezone.now() + timedelta(days=1)
    return MakeToken(
        scope=scope_of(house.people["engineer"]), name="MES", expires_at=until
    ).perform()


def test_a_small_body_is_let_in_from_anybody(caller: Caller) -> None:
    assert caller.send({"content-length": "1000"}, iter([1000])) == 200
    assert caller.read == 1000


@pytest.mark.django_db
def test_a_large_body_of_nobody_is_refused_unread(caller: Caller) -> None:
    for headers in ({}, {"authorization": "Bearer dgd_guess"}, {"cookie": "deungdae_session=x"}):
        assert caller.send({"content-length": str(LARGE), **headers}, iter([PIECE])) == 401
    assert caller.send({"transfer-encoding": "chunked"}, iter([PIECE])) == 401
    assert caller.read == 0


def test_a_large_body_is_let_in_with_a_key_until_it_is_revoked(
    caller: Caller, key: tuple[Any, str], house: Any
) -> None:
    told = {"content-length": str(LARGE), "authorization": f"Bearer {key[1]}"}
    assert caller.send(told, iter([PIECE] * 5)) == 200
    assert caller.read == 5 * PIECE
    scope = scope_of(house.people["engineer"])
    RevokeToken(scope=scope, token=key[0], now=timezone.now()).perform()
    assert caller.send(told) == 401


def test_a_large_body_is_let_in_from_somebody_who_signed_in(
    caller: Caller, enter: Callable[..., Client], house: Any
) -> None:
    client = enter(house.people["engineer"])
    name = settings.SESSION_COOKIE_NAME
    told = {"content-length": str(LARGE), "cookie": f"a=b; {name}={client.cookies[name].value}"}
    assert caller.send(told) == 200
    client.logout()
    assert caller.send(told) == 401


def test_what_is_too_large_for_everybody_is_refused_by_what_it_says_or_cut_off(
    caller: Caller, key: tuple[Any, str], settings: Any
) -> None:
    settings.BODY_OF_THE_KNOWN = 3 * PIECE
    known = {"authorization": f"Bearer {key[1]}"}
    assert caller.send({"content-length": str(2 * LARGE), **known}) == 413
    assert caller.read == 0
    caller.send({"transfer-encoding": "chunked", **known}, iter([PIECE] * 50))
    assert caller.cut_off
    assert caller.read == 4 * PIECE
