"""Where the bus is and how to enter it: the files that its server and its clients share.

HOME/bus/secret          the password of all clients, 256 random bits, for its owner's eyes only
HOME/bus/address.json    port and process of the embedded server, and the process that started it
"""

import json
import os
import secrets
import socket
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

import psutil

from deungdae.bus.failures import Unavailable
from deungdae.records.environment import BusSettings

USER = "deungdae"  #: the one user; the password tells friend from foe


@dataclass(frozen=True)
class Entrance:
    """A server's URL, without any password, and who enters."""

    url: str
    user: str
    password: str

    def __repr__(self) -> str:
        return f"Entrance({self.url!r})"  # a password never reaches a log


class Address(Protocol):
    """Tells where the bus is now."""

    def entrance(self) -> Entrance:
        """Return it; raise `Unavailable` while it is not known."""

    def kept(self) -> bool:
        """Say whether somebody keeps the bus running, as far as can be told from here."""


@dataclass(frozen=True)
class Running:
    """What the embedded server's starter wrote down."""

    port: int
    pid: int
    owner: int  #: process that started it
    owner_started: float  #: when that process began, so that a later one of its number is not it

    @property
    def owner_lives(self) -> bool:
        """Whether the process that started it is there, and starts it again when it ends."""
        try:
            return bool(psutil.Process(self.owner).create_time() == self.owner_started)
        except psutil.Error:
            return False


@dataclass(frozen=True)
class Embedded:
    """The bus that runs below the home folder; its port is read anew each time."""

    folder: Path

    def entrance(self) -> Entrance:
        """Return it; raise `Unavailable` before the first start."""
        running = self.running()
        if running is None:
            raise Unavailable("the bus has not been started yet")
        return Entrance(f"nats://127.0.0.1:{running.port}", USER, secret(self.folder))

    def kept(self) -> bool:
        """Say whether it listens, or the process is there that would start it again.

        Processes of another container cannot be seen from here, though their bus can be reached.
        """
        running = self.running()
        return running is not None and (running.owner_lives or _listens(running.port))

    def running(self) -> Running | None:
        """Return what was last written down; None before the first start."""
        try:
            return Running(**json.loads((self.folder / "address.json").read_text("utf-8")))
        except (FileNotFoundError, ValueError, TypeError):
            return None

    def note(self, running: Running) -> None:
        """Write down where the server is, at once for every reader."""
        part = self.folder / f"address.{os.getpid()}.part"
        part.write_text(json.dumps(asdict(running)), "utf-8")
        part.replace(self.folder / "address.json")


@dataclass(frozen=True)
class Elsewhere:
    """A bus that somebody else runs."""

    url: str
    secret_file: Path

    def entrance(self) -> Entrance:
        """Return it; raise `Unavailable` when the secret cannot be read."""
        try:
            user, _, password = self.secret_file.read_text("utf-8").strip().rpartition(":")
        except OSError as error:
            raise Unavailable(f"the secret of the bus cannot be read: {error.strerror}") from error
        return Entrance(self.url, user or USER, password)

    def kept(self) -> bool:
        """Say yes: of a bus elsewhere only its answer tells."""
        return True


def _listens(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=0.5):
            return True
    except OSError:
        return False


def address(settings: BusSettings) -> Embedded | Elsewhere:
    """Return the address that the settings name."""
    if settings.url is None:
        return Embedded(settings.folder)
    return Elsewhere(settings.url, settings.secret_file)


def secret(folder: Path) -> str:
    """Return the embedded bus's password; the first caller makes it."""
    file = folder / "secret"
    try:
        return file.read_text("ascii")
    except FileNotFoundError:
        folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"secret.{os.getpid()}.part"
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as new:
        new.write(secrets.token_urlsafe(32))
        new.flush()
        os.fsync(new.fileno())
    try:
        os.link(part, file)  # whoever is first wins, and all read the same
    except FileExistsError:
        pass
    finally:
        part.unlink()
    return file.read_text("ascii")
