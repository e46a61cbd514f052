"""Style sheets, scripts and pictures: answered before Django, from memory of what is there.

whitenoise's middleware hands files to Django as blocking iterators, which an ASGI server must then
read whole. Its table of files is used here directly.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from django.conf import settings
from whitenoise.base import WhiteNoise

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
Receive = Callable[[], Awaitable[Message]]
App = Callable[[Message, Receive, Send], Awaitable[None]]
PIECE = 1 << 16  #: bytes sent at a time


class StaticFiles:
    """Answers what lies in the folder of collected files; all else goes to the application."""

    def __init__(self, application: App) -> None:
        self._application = application
        self._files = WhiteNoise(None, max_age=60, allow_all_origins=False)
        manifest = settings.STATIC_URL
        self._files.immutable_file_test = _is_hashed
        self._files.add_files(str(settings.STATIC_ROOT), prefix=manifest)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        found = self._files.files.get(scope["path"]) if scope["type"] == "http" else None
        if found is None:
            await self._application(scope, receive, send)
            return
        headers = {
            f"HTTP_{name.decode('latin-1').upper().replace('-', '_')}": value.decode("latin-1")
            for name, value in scope["headers"]
        }
        answer = found.get_response(scope["method"], headers)
        lines = [(n.lower().encode("latin-1"), v.encode("latin-1")) for n, v in answer.headers]
        lines.append((b"x-content-type-options", b"nosniff"))
        await send({"type": "http.response.start", "status": int(answer.status), "headers": lines})
        if answer.file is not None:
            with answer.file as file:
                while piece := await asyncio.to_thread(file.read, PIECE):
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


def _is_hashed(path: str, url: str) -> bool:
    """Say whether a file's name holds its hash (`name.0123456789ab.css`): it never changes then."""
    parts = url.rsplit("/", 1)[-1].split(".")
    return len(parts) > 2 and len(parts[-2]) == 12 and set(parts[-2]) <= set("0123456789abcdef")
