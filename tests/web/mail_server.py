"""A real mail server on a free port, which keeps what it was given, or refuses as it is told."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session


class Post:
    """What arrives. `refuse` maps an address to what the server says to it."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.refuse: dict[str, str] = {}
        self.port = 0

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        letter: Any = message_from_bytes(content, policy=policy.default)
        self.letters.append(letter)
        return "250 OK"


@contextmanager
def mail_server() -> Iterator[Post]:
    """Run a server in a thread of its own as long as the block lasts."""
    post = Post()
    loop = asyncio.new_event_loop()
    stands, ends = threading.Event(), asyncio.Event()

    async def serve() -> None:
        server = await loop.create_server(
            lambda: SMTP(post, hostname="mail.example", loop=loop), "127.0.0.1", 0
        )
        async with server:
            post.port = server.sockets[0].getsockname()[1]
            stands.set()
            await ends.wait()

    def run() -> None:
        loop.run_until_complete(serve())
        loop.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert stands.wait(10)
    try:
        yield post
    finally:
        loop.call_soon_threadsafe(ends.set)
        thread.join(10)


def sends_to(settings: Any, port: int) -> None:
    """Let Django send by SMTP to a port of this machine."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_TIMEOUT = 5
    settings.CAN_SEND_EMAIL = True
