"""Chat and push services, through the library Apprise in a process of its own."""

import json
import os
import subprocess
import sys
from tempfile import TemporaryDirectory
from typing import Any, Final

from deungdae.records.messages import Message, message
from deungdae.web.core.outgoing import NotSent

TIMEOUT_SECONDS: Final = 45.0
#: What a child needs of the environment: certificates of the system, and no secrets. A proxy would
#: call for it what it may not call itself.
_CARRIED: Final = (
    *("PATH", "HOME", "LANG", "LC_ALL", "PYTHONPATH", "VIRTUAL_ENV", "SYSTEMROOT"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE"),
)


def look(url: str) -> tuple[str, str]:
    """Return the name of an address's service, and its host where the service has one of its own.

    Raises `NotSent` for an address of no service, or of one that cannot be used here.
    """
    told = _ask({"url": url, "private": False})
    if not told["ok"]:
        raise NotSent(_why(told), final=True)
    return str(told["service"]), str(told["shown"])


def send(url: str, title: str, body: str, *, private: bool) -> None:
    """Send one message; raises `NotSent`."""
    told = _ask({"url": url, "private": private, "title": title, "body": body})
    if not told["ok"]:
        raise NotSent(_why(told), final=told["why"] in ("unknown", "local", "lacking", "file"))


def _ask(asked: dict[str, Any]) -> dict[str, Any]:
    command = [sys.executable, "-m", "deungdae.web.alarms.ways.chat_process"]
    carried = {name: os.environ[name] for name in _CARRIED if name in os.environ}
    try:
        # A folder of its own: what else lies in the one of all is none of its business.
        with TemporaryDirectory(prefix="deungdae-") as folder:
            done = subprocess.run(  # noqa: S603 - our own program; the address goes by its input
                command,
                input=json.dumps(asked),
                capture_output=True,
                text=True,
                timeout=TIMEOUT_SECONDS,
                env={**carried, "TMPDIR": folder},
                check=True,
            )
        told: dict[str, Any] = json.loads(done.stdout)
    except subprocess.TimeoutExpired as error:
        raise NotSent(message("The service did not answer in time.")) from error
    except (subprocess.CalledProcessError, ValueError) as error:
        # What the process wrote may hold the address, and the address secrets.
        raise NotSent(message("The program that speaks to the service failed.")) from error
    return told


def _why(told: dict[str, Any]) -> Message:
    if told["why"] == "unknown":
        return message("This is the address of no service that is known here.")
    if told["why"] == "local":
        return message("This service acts on the server itself and cannot be a channel.")
    if told["why"] == "file":
        return message("This address names a file of the server, which is not read.")
    if told["why"] == "lacking":
        return message("This service needs a library that is not installed.")
    if told["why"] == "closed":
        return message("The service is inside the own network, which is closed.")
    if told["why"] == "status":
        return message("The service answered {status}.", status=int(told["status"]))
    return message("The service cannot be reached, or refused the message.")
