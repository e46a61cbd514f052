"""Refuses a body that is too large, or comes from nobody we know, before any of it is read.

Django takes a whole body to the disk before it asks who sends it. A page or a form is small; only
files are large, and only people who signed in and programs with a key send files. What does not
say how large it is counts as large, and is cut off where it becomes too large.
"""

import json
from collections.abc import Awaitable, Callable, MutableMapping
from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.db import close_old_connections
from django.utils import timezone

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
Receive = Callable[[], Awaitable[Message]]
App = Callable[[Message, Receive, Send], Awaitable[None]]


class BodyLimit:
    """Answers 413 or 401 by itself; all else goes to the application."""

    def __init__(self, application: App) -> None:
        self._application = application

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        headers = {name.decode("latin-1").lower(): value for name, value in scope["headers"]}
        size = _size(headers)
        if size is not None and size <= settings.BODY_OF_ANYBODY:
            await self._application(scope, receive, send)
        elif size is not None and size > settings.BODY_OF_THE_KNOWN:
            await _refuse(send, 413, "too_large", "This request is too large.")
        elif not await sync_to_async(_is_known)(headers):
            said = "Only somebody who has signed in, or a program with a key, may send this much."
            await _refuse(send, 401, "unauthorised", said)
        else:
            counted = _Counted(receive, settings.BODY_OF_THE_KNOWN)
            await self._application(scope, counted.receive, send)


class _Counted:
    """Passes a body on until it is longer than it may be; then the sender is gone for us."""

    def __init__(self, receive: Receive, most: int) -> None:
        self._receive = receive
        self._left = most

    async def receive(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        return message if self._left >= 0 else {"type": "http.disconnect"}


def _size(headers: dict[str, bytes]) -> int | None:
    """Return how many bytes a request says that it brings; None when it does not say."""
    if "transfer-encoding" in headers:
        return None
    told = headers.get("content-length", b"0")
    return int(told) if told.isdigit() else None


def _is_known(headers: dict[str, bytes]) -> bool:
    """Say whether a key or a session of somebody comes with the request."""
    from deungdae.web.core.tokens import person_of

    try:
        kind, _, key = headers.get("authorization", b"").decode("latin-1").partition(" ")
        if kind.lower() == "bearer":
            return person_of(key.strip(), timezone.now()) is not None
        cookies = SimpleCookie(headers.get("cookie", b"").decode("latin-1"))
        morsel = cookies.get(settings.SESSION_COOKIE_NAME)
        engine = import_module(settings.SESSION_ENGINE)
        return morsel is not None and SESSION_KEY in engine.SessionStore(morsel.value)
    except CookieError:
        return False
    finally:
        close_old_connections()


async def _refuse(send: Send, status: int, code: str, message: str) -> None:
    error = {"error": {"code": code, "message": message, "details": {}}}
    headers = [
        (b"content-type", b"application/json"),
        (b"x-content-type-options", b"nosniff"),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(error).encode()})
