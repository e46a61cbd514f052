"""One message through the library Apprise: `python -m deungdae.web.alarms.ways.chat_process`.

It reads {"url", "private"} and, to send, {"title", "body"} from its standard input, and writes
{"ok", "why", "status", "service", "shown"} to its standard output. It is a process of its own, for
three reasons: a service that hangs is ended, hundreds of modules of services stay out of our
programs, and whatever such a module does, it reaches no address that is closed, opens no file but
those of the libraries, and starts nothing.
"""

import json
import logging
import mimetypes
import os
import re
import ssl
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote_plus

from deungdae.web.core.outside import may_be_called

#: What would act on this computer rather than tell somebody.
LOCAL: Final = frozenset(
    (
        *("dbus", "kde", "qt", "glib", "gnome", "macosx", "windows"),
        *("syslog", "rsyslog", "custom", "blink1"),
    )
)
#: Services that stand on a host of their own; of all others the address may be secret throughout.
HOSTED: Final = frozenset(
    (
        *("json", "jsons", "xml", "xmls", "form", "forms"),
        *("apprise", "apprises", "ntfy", "ntfys"),
    )
)
#: Parameters by which an address names a file of this computer; and all that begin with pgp.
FILES: Final = frozenset(("template", "keyfile", "subfile"))
#: What speaking over the network needs to read of the system.
_SYSTEM: Final = (
    *("resolv.conf", "hosts", "nsswitch.conf", "host.conf", "gai.conf", "services", "localtime"),
    *("ssl", "pki/tls", "ca-certificates"),
)


class ClosedError(PermissionError):
    """An address inside, or something that no message needs."""


def _readable() -> tuple[str, ...]:
    places = [sys.prefix, sys.base_prefix, tempfile.gettempdir(), "/usr/share/zoneinfo"]
    places += [f"/etc/{name}" for name in _SYSTEM]
    places += [str(place) for place in ssl.get_default_verify_paths() if place and place[0] == "/"]
    places += [os.environ[name] for name in ("REQUESTS_CA_BUNDLE",) if name in os.environ]
    return tuple({os.path.realpath(place) for place in places})


def _guard(private: bool) -> None:
    """Let this process, from now on, call and open only what it may, and start nothing."""
    readable = _readable()

    def look(event: str, given: tuple[Any, ...]) -> None:
        if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
            address = given[1]
            inside = isinstance(address, tuple) and address
            if not inside or not may_be_called(str(address[0]), private=private):
                raise ClosedError(f"closed: {event}")
        elif event == "open" and not isinstance(given[0], int):
            path = Path(os.path.realpath(os.fsdecode(given[0])))
            if not any(path.is_relative_to(place) for place in readable):
                raise ClosedError(f"closed: {event}")
        elif event in ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork"):
            raise ClosedError(f"closed: {event}")

    sys.addaudithook(look)


def answer(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return how it went; `why` is a code, never the address."""
    from apprise import Apprise, LogCapture
    from apprise.manager_plugins import NotificationManager

    url = str(asked["url"])
    if url.partition("://")[0].strip().lower() in LOCAL:
        return {"ok": False, "why": "local"}
    if _names_a_file(url):
        return {"ok": False, "why": "file"}
    # What is read only once is read before the guard stands.
    NotificationManager().load_modules()
    mimetypes.init()
    _guard(bool(asked["private"]))
    service = Apprise.instantiate(url, suppress_exceptions=True)
    if service is None:
        return {"ok": False, "why": "unknown"}
    schemes = {*_words(service.protocol), *_words(service.secure_protocol)}
    if schemes & LOCAL:
        return {"ok": False, "why": "local"}
    if not service.enabled:
        return {"ok": False, "why": "lacking"}
    about = {"service": str(service.service_name), "shown": _shown(service)}
    if "body" not in asked:
        return {"ok": True, **about}
    with LogCapture(level=logging.DEBUG, name="apprise", delete=False, fmt="%(message)s") as log:
        sent = service.notify(body=str(asked["body"]), title=str(asked["title"]))
    if sent:
        return {"ok": True, **about}
    said = log.getvalue()
    status = re.search(r"error\s?=\s?(\d{3})", said)
    closed = "closed: " in said
    code = "closed" if closed else "status" if status else "silent"
    return {"ok": False, "why": code, "status": int(status[1]) if status else None, **about}


def _names_a_file(url: str) -> bool:
    names = (unquote_plus(part.partition("=")[0]) for part in re.split("[?&;]", url)[1:])
    return any(
        name in FILES or name.startswith("pgp") for name in (name.strip().lower() for name in names)
    )


def _shown(service: Any) -> str:
    """Return scheme and host of a service on a host of its own; else nothing."""
    scheme = next(iter(_words(service.secure_protocol if service.secure else service.protocol)), "")
    # At ntfy's own cloud the place of the host is taken by the topic, which is as good as a key.
    if scheme not in HOSTED or not service.host or getattr(service, "mode", "") == "cloud":
        return ""
    return f"{scheme}://{service.host}" + (f":{service.port}" if service.port else "")


def _words(protocol: Any) -> tuple[str, ...]:
    if not protocol:
        return ()
    return (protocol,) if isinstance(protocol, str) else tuple(protocol)


if __name__ == "__main__":
    logging.disable(logging.NOTSET)
    told = answer(json.load(sys.stdin))
    json.dump(told, sys.stdout)
