"""One message through the library Apprise: `python -m deungdae.web.alarms.ways.chat_process`.

It reads {"url", "private"} and, to send, {"title", "body"} from its standard input, and writes
{"ok", "why", "status", "service", "shown"} to its standard output. It is a process of its own, for
three reasons: a service that hangs is ended, hundreds of modules of services stay out of our
programs, and whatever such a module does, it reaches no address that is closed and starts nothing.
"""

import json
import logging
import re
import sys
from collections.abc import Mapping
from typing import Any, Final

from deungdae.web.core.outside import may_be_called

#: What would act on this computer rather than tell somebody.
LOCAL: Final = frozenset(
    ("dbus", "kde", "qt", "glib", "gnome", "macosx", "windows", "syslog", "rsyslog", "custom")
)


class ClosedError(PermissionError):
    """An address inside, or something that no message needs."""


def _guard(private: bool) -> None:
    """Let this process, from now on, call only what may be called, and start nothing."""

    def look(event: str, given: tuple[Any, ...]) -> None:
        if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
            address = given[1]
            inside = isinstance(address, tuple) and address
            if not inside or not may_be_called(str(address[0]), private=private):
                raise ClosedError(f"closed: {event}")
        elif event in ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork"):
            raise ClosedError(f"closed: {event}")

    sys.addaudithook(look)


def answer(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return how it went; `why` is a code, never the address."""
    from apprise import Apprise, LogCapture

    service = Apprise.instantiate(str(asked["url"]), suppress_exceptions=True)
    if service is None:
        return {"ok": False, "why": "unknown"}
    schemes = {*_words(service.protocol), *_words(service.secure_protocol)}
    if schemes & LOCAL:
        return {"ok": False, "why": "local"}
    if not service.enabled:
        return {"ok": False, "why": "lacking"}
    about = {
        "service": str(service.service_name),
        "shown": str(service.url(privacy=True)).partition("?")[0],
    }
    if "body" not in asked:
        return {"ok": True, **about}
    _guard(bool(asked["private"]))
    with LogCapture(level=logging.DEBUG, name="apprise", delete=False, fmt="%(message)s") as log:
        sent = service.notify(body=str(asked["body"]), title=str(asked["title"]))
    if sent:
        return {"ok": True, **about}
    said = log.getvalue()
    status = re.search(r"error\s?=\s?(\d{3})", said)
    closed = "closed: " in said
    code = "closed" if closed else "status" if status else "silent"
    return {"ok": False, "why": code, "status": int(status[1]) if status else None, **about}


def _words(protocol: Any) -> tuple[str, ...]:
    if not protocol:
        return ()
    return (protocol,) if isinstance(protocol, str) else tuple(protocol)


if __name__ == "__main__":
    logging.disable(logging.NOTSET)
    told = answer(json.load(sys.stdin))
    json.dump(told, sys.stdout)
