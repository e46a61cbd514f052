"""The programs that serve: the pages, the worker, and both at once with a watch over them."""

import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from types import FrameType

from deungdae.records.environment import Settings
from deungdae.records.errors import RunFailed, UnusableOption
from deungdae.web.project import start

#: A child that ends sooner than this many seconds after its start counts as broken.
SOON = 10.0
TRIES = 3  #: starts of a broken child before everything stops
LOOK = 0.3  #: seconds between two looks at the children
PATIENCE = 15.0  #: seconds that a child has to end when told to


def listening(bind: str, port: int) -> socket.socket:
    """Return a socket that listens; port 0 takes any free one.

    Raises `UnusableOption` when the address is taken or is not one of this machine.
    """
    family = socket.AF_INET6 if ":" in bind else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_STREAM)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        opened.bind((bind, port))
        opened.listen(128)
    except OSError as error:
        opened.close()
        raise UnusableOption(
            "Nothing can listen at {address}: {reason}. Stop what listens there, or choose "
            "another port with --port; 0 takes a free one.",
            address=f"{bind}:{port}",
            reason=error.strerror or str(error),
        ) from error
    return opened


def address(opened: socket.socket) -> str:
    """Return the URL of a listening socket."""
    host, port = opened.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def web(settings: Settings, port: int | None, announce: Callable[[str], None]) -> None:
    """Serve the pages until told to stop; `announce` is given the URL once it answers."""
    with listening(settings.web.bind, settings.web.port if port is None else port) as opened:
        start.bring_tables_up_to_date()
        start.collect_files()
        import uvicorn

        from deungdae.web.project.asgi import application
        from deungdae.web.project.server import Server

        config = uvicorn.Config(
            application,
            lifespan="off",
            ws="none",
            log_level="warning",
            access_log=False,
            server_header=False,
            # Behind a proxy on this machine the caller's address stands in its header.
            proxy_headers=settings.web.https,
            # A browser's requests have a few kilobytes of headers; what has more is none.
            h11_max_incomplete_event_size=32 << 10,
            # Each page that shows progress holds one; beyond that people are asked to come again.
            limit_concurrency=1000,
            timeout_keep_alive=15,
            # Pages that show progress stay open; they come back to the next server by themselves.
            timeout_graceful_shutdown=3,
        )
        announce(address(opened))
        Server(config).run(sockets=[opened])


def worker() -> bool:
    """Carry out queued jobs until told to stop; False after a mistake in the program."""
    start.bring_tables_up_to_date()
    from deungdae.web.insight.worker import Worker
    from deungdae.web.plant.reconciling import Keeper

    serving = Worker()
    Keeper(serving.stop).start()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: serving.stop.set())
    return serving.serve()


class Watch:
    """Keeps children running: starts one again that has ended, ends all when told to.

    Each child holds the other end of a pipe and ends when this process does, however that ends.
    """

    def __init__(self, commands: Sequence[Sequence[str]]) -> None:
        self.stop = threading.Event()
        self._commands = [list(command) for command in commands]
        self._children: list[subprocess.Popen[bytes]] = []
        self._since: list[float] = []
        self._broken = [0] * len(commands)

    def run(self) -> None:
        """Watch until `stop` is set or a signal to end comes.

        Raises `RunFailed` when a child ends again and again right after its start.
        """
        before = {sign: signal.signal(sign, self._told) for sign in (signal.SIGTERM, signal.SIGINT)}
        try:
            self._children = [_spawn(command) for command in self._commands]
            self._since = [time.monotonic()] * len(self._commands)
            while not self.stop.wait(LOOK):
                self._look()
        finally:
            self._end()
            for sign, handler in before.items():
                signal.signal(sign, handler)

    def _told(self, sign: int, frame: FrameType | None) -> None:
        self.stop.set()

    def _look(self) -> None:
        for place, child in enumerate(self._children):
            status = child.poll()
            if status is None:
                continue
            soon = time.monotonic() - self._since[place] < SOON
            self._broken[place] = self._broken[place] + 1 if soon else 0
            if self._broken[place] >= TRIES:
                raise RunFailed(
                    "The part “{part}” ended {count} times right after its start (status "
                    "{status}). What it said stands above.",
                    part=self._commands[place][-1],
                    count=TRIES,
                    status=status,
                )
            self._close_pipe(child)
            self._children[place] = _spawn(self._commands[place])
            self._since[place] = time.monotonic()

    def _end(self) -> None:
        for child in self._children:
            if child.poll() is None:
                child.terminate()
        until = time.monotonic() + PATIENCE
        for child in self._children:
            try:
                child.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
            self._close_pipe(child)

    @staticmethod
    def _close_pipe(child: subprocess.Popen[bytes]) -> None:
        if child.stdin is not None:
            child.stdin.close()


def _spawn(command: Sequence[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - our own command, no shell
        [sys.executable, "-m", "deungdae.web.project.child", *command], stdin=subprocess.PIPE
    )
