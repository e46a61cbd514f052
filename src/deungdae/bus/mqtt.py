"""The embedded bus as an MQTT broker: who may enter there, and what each may say and hear.

    HOME/bus/mqtt.json    where it listens

The users of MQTT live in an account of their own: none of them reaches a queue or a bucket of the
bus, whatever its rights. A Sparkplug group has one user, named like the group; its edge nodes may
publish births, deaths and data of the group, and hear its commands and the STATE of its host.
"""

import json
import os
import secrets
import socket
import unicodedata
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import bcrypt

from deungdae.bus.entries import SparkplugGroup
from deungdae.records.environment import MqttSettings
from deungdae.records.messages import Message, message

HOST_USER = "deungdae host"  #: of the gateway; no group is called so, since no name has a space
MOST_FILE_BYTES = 256 << 20  #: what sessions and retained messages may take on disk
MOST_MEMORY_BYTES = 16 << 20
_NAMESPACE = "spBv1.0"
_SAYS = ("NBIRTH", "NDEATH", "NDATA", "DBIRTH", "DDEATH", "DDATA")
_HEARS = ("NCMD", "DCMD")
#: What the server itself subscribes to for a client's subscription of quality of service 1.
_DELIVERIES = "$MQTT.sub.>"
_ROUNDS = 4  #: of bcrypt, 2^n: against guessing words; nobody guesses 192 random bits


@dataclass(frozen=True)
class Listening:
    """Where the embedded broker listens. `wanted` is the port of the settings."""

    host: str
    port: int
    wanted: int
    tls: bool


def host_id(group: str) -> str:
    """Return the id of the host application of a group: its STATE is `spBv1.0/STATE/<id>`."""
    return f"deungdae-{group}"


def group_problem(name: str) -> Message | None:
    """Return why a name cannot be that of a Sparkplug group, None if it can.

    The embedded broker knows no spaces in topics, and `*` and `>` mean something to it.
    """
    signs = [s for s in name if s in "+/#*>" or s.isspace() or unicodedata.category(s)[0] == "C"]
    if signs or not name or len(name) > 100 or name.startswith("$"):
        return message(
            "The name of a Sparkplug group has 1 to 100 characters, no space, none of + / # * > "
            "and does not begin with $."
        )
    if name == "STATE":
        return message("STATE cannot be the name of a Sparkplug group.")
    return None


def new_password() -> tuple[str, str]:
    """Return a new password, to be shown once, and the hash of it, which alone is kept."""
    password = secrets.token_urlsafe(24)
    return password, bcrypt.hashpw(password.encode(), bcrypt.gensalt(_ROUNDS)).decode()


def listening(folder: Path) -> Listening | None:
    """Return where the embedded broker of a bus's folder listened last; None before."""
    try:
        return Listening(**json.loads((folder / "mqtt.json").read_text("utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def note(folder: Path, found: Listening) -> None:
    """Write down where it listens, at once for every reader."""
    part = folder / f"mqtt.{os.getpid()}.part"
    part.write_text(json.dumps(asdict(found)), "utf-8")
    part.replace(folder / "mqtt.json")


def choose(folder: Path, settings: MqttSettings) -> Listening:
    """Return where to listen: the port of last time, that of the settings, or a free one."""
    before = listening(folder)
    ports = [settings.port, 0]
    if before is not None and (before.host, before.wanted) == (settings.bind, settings.port):
        ports.insert(0, before.port)
    for port in ports:
        got = _free(settings.bind, port)
        if got is not None:
            break
    else:
        got = settings.port  # the server will say what is wrong with this address
    return Listening(settings.bind, got, settings.port, settings.certificate is not None)


def listener(settings: MqttSettings, where: Listening) -> dict[str, Any]:
    """Return the server's configuration of the listener."""
    told: dict[str, Any] = {"host": where.host, "port": where.port}
    if settings.certificate is not None and settings.key is not None:
        told["tls"] = {
            "cert_file": str(settings.certificate.absolute()),
            "key_file": str(settings.key.absolute()),
        }
    return told


def account(host_password: str, groups: Iterable[SparkplugGroup]) -> dict[str, Any]:
    """Return the server's configuration of the account of all MQTT users."""
    users = [_user(HOST_USER, host_password, [f"{_subject(_NAMESPACE)}.>"], ["$MQTT.>"])]
    users[0]["permissions"]["subscribe"]["allow"].append(f"{_subject(_NAMESPACE)}.>")
    for group in groups:
        if group.revoked or not group.password or group_problem(group.group) is not None:
            continue
        says = [f"{_subject(f'{_NAMESPACE}/{group.group}/{kind}')}.>" for kind in _SAYS]
        hears = [_subject(f"{_NAMESPACE}/{group.group}/{kind}") for kind in _HEARS]
        hears += [f"{each}.>" for each in hears]  # a filter NCMD/# asks for NCMD itself as well
        hears += [_subject(f"{_NAMESPACE}/STATE/{host_id(group.group)}"), _DELIVERIES]
        users.append(_user(group.group, group.password, says, hears))
    return {
        "jetstream": {"max_memory": MOST_MEMORY_BYTES, "max_file": MOST_FILE_BYTES},
        "users": users,
    }


def _user(name: str, password: str, says: list[str], hears: list[str]) -> dict[str, Any]:
    return {
        "user": name,
        "password": password,
        "allowed_connection_types": ["MQTT"],
        "permissions": {"publish": {"allow": says}, "subscribe": {"allow": hears}},
    }


def _subject(topic: str) -> str:
    """Return a topic as the server names it inside: `/` becomes `.`, and `.` becomes `//`."""
    return topic.replace("/", "\0").replace(".", "//").replace("\0", ".")


def _free(host: str, port: int) -> int | None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return None
        return int(probe.getsockname()[1])


def near(where: Listening) -> str:
    """Return the address at which this computer itself reaches the broker."""
    anywhere = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - read, not bound
    return anywhere.get(where.host, where.host)


def shown(settings: MqttSettings, folder: Path) -> tuple[str, int, bool] | None:
    """Return host, port and whether by TLS, for the edge nodes; None while nobody listens."""
    if settings.url is not None:
        tls = settings.url.scheme == "mqtts"
        return settings.url.hostname or "", settings.url.port or (8883 if tls else 1883), tls
    where = listening(folder)
    return None if where is None else (where.host, where.port, where.tls)
