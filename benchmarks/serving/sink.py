"""The peer of the upload: an ASGI application that writes what comes into a file, and nothing else.

    python -m serving.sink FILE

By the same server as ours, in blocks as they come. Prints its address; ends with its input.
"""

import asyncio
import os
import socket
import sys
import threading
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

import uvicorn

Message = MutableMapping[str, Any]


def main() -> None:
    """Serve until the standard input ends."""
    threading.Thread(target=_end_with_input, daemon=True).start()
    target = Path(sys.argv[1])

    async def application(
        scope: Message,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        with target.open("wb") as file:
            more = True
            while more:
                message = await receive()
                more = message.get("more_body", False)
                await asyncio.to_thread(file.write, message.get("body", b""))
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    with socket.create_server(("127.0.0.1", 0)) as opened:
        config = uvicorn.Config(
            application, lifespan="off", ws="none", access_log=False, log_level="warning"
        )
        print(f"http://127.0.0.1:{opened.getsockname()[1]}/", flush=True)
        uvicorn.Server(config).run(sockets=[opened])


def _end_with_input() -> None:
    while os.read(sys.stdin.fileno(), 1):
        pass
    os._exit(0)


if __name__ == "__main__":
    main()
