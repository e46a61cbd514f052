"""The programs that serve: the pages, and the worker."""

import signal
import socket
from collections.abc import Callable

from deungdae.records.environment import Settings
from deungdae.records.errors import UnusableOption
from deungdae.web.project import start


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
    from deungdae.web.core import sending
    from deungdae.web.floor.following import Follower
    from deungdae.web.floor.reporting.working import Reporter
    from deungdae.web.insight.worker import Worker
    from deungdae.web.plant.reconciling import Keeper

    serving = Worker()
    Keeper(serving.stop).start()
    sending.start(serving.stop)
    Follower(serving.stop).start()
    Reporter(serving.stop).start()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: serving.stop.set())
    return serving.serve()
