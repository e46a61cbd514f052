"""The configuration of an agent: a TOML file, checked as a whole before anything connects."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from deungdae.edge import drivers
from deungdae.edge.fields import Fields, Problem
from deungdae.edge.losses import Overflow
from deungdae.records.batches import MOST_READINGS, is_edge_id
from deungdae.records.errors import UnusableFile
from deungdae.records.messages import message
from deungdae.records.readings import shown

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class BadConfig(UnusableFile):
    """A configuration with problems: `problems` holds a sentence for each."""

    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class DriverConfig:
    """One driver of the configuration."""

    name: str
    kind: str
    recipe: drivers.Recipe


@dataclass(frozen=True)
class Config:
    """What an agent is told. Paths in the file are relative to the folder of the file."""

    edge: str
    server: str  #: https://host[:port][/path], without a slash at the end
    token: str
    folder: Path  #: buffer, status, batches that the server called unreadable
    ca_file: Path | None  #: certificates to believe instead of the system's
    most_bytes: int
    when_full: Overflow
    most_readings: int  #: of a batch
    every_seconds: float  #: between batches, when little is waiting
    timeout_seconds: float
    drivers: tuple[DriverConfig, ...]


def load(path: Path) -> Config:
    """Read and check a configuration; raise `BadConfig` with every problem that it has."""
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise BadConfig("There is no file {file}.", file=str(path)) from error
    except (OSError, ValueError) as error:
        raise BadConfig(
            "The configuration {file} cannot be read: {why}", file=str(path), why=str(error)
        ) from error
    problems: list[Problem] = []
    config = read(table, path.parent, problems)
    if problems:
        bad = BadConfig(
            "The configuration {file} has {count} problems.", file=str(path), count=len(problems)
        )
        bad.problems = tuple(problems)
        raise bad
    return config


def read(table: Mapping[str, Any], base: Path, problems: list[Problem]) -> Config:
    """Read a configuration from plain data; problems are appended, and then it must not be used."""
    top = Fields(table, "agent", problems)
    sections = {}
    for name in ("edge", "buffer", "send"):
        top.has(name)
        part = table.get(name, {})
        if not isinstance(part, Mapping):
            top.complain(message("{name} is missing.", name=f"[{name}]"))
            part = {}
        sections[name] = Fields(part, f"[{name}]", problems)
    config = Config(
        **_edge(sections["edge"], base),
        **_buffer(sections["buffer"]),
        **_send(sections["send"]),
        drivers=_drivers(top, base),
    )
    for section in (*sections.values(), top):
        section.close()
    return config


def _edge(fields: Fields, base: Path) -> dict[str, Any]:
    edge = fields.text("id")
    if edge and not is_edge_id(edge):
        fields.complain(
            message(
                "The id “{edge}” must be 1 to 64 letters, digits, “-”, “_” or “.”.",
                edge=shown(edge),
            )
        )
    token_file = fields.text("token_file")
    ca_file = base / fields.text("ca_file") if fields.has("ca_file") else None
    if ca_file is not None and not ca_file.is_file():
        fields.complain(message("There is no file {file}.", file=str(ca_file)))
    return {
        "edge": edge,
        "server": _server(fields),
        "token": _token(fields, base / token_file) if token_file else "",
        "folder": base / fields.text("folder", "state"),
        "ca_file": ca_file,
    }


def _server(fields: Fields) -> str:
    text = fields.text("server")
    try:
        url = urlsplit(text)
        complete = url.scheme in ("http", "https") and bool(url.hostname) and (url.port or 1) > 0
        complete = complete and not (url.username or url.query or url.fragment)
    except ValueError:
        complete = False
    if text and not complete:
        fields.complain(message("The server must be an address such as https://cloud.example.org."))
    elif text and url.scheme == "http" and url.hostname not in _LOOPBACK:
        fields.complain(
            message("The server must begin with https://: the token would travel in plain words.")
        )
    return text.rstrip("/")


def _token(fields: Fields, path: Path) -> str:
    try:
        token = path.read_text("utf-8").strip()
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or type(error).__name__
        fields.complain(
            message("The file {file} with the token cannot be read: {why}", file=str(path), why=why)
        )
        return ""
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        fields.complain(message("The file {file} does not hold one token.", file=str(path)))
    return token


def _buffer(fields: Fields) -> dict[str, Any]:
    return {
        "most_bytes": fields.whole("mebibytes", 8, 1 << 20, 2048) << 20,
        "when_full": Overflow(
            fields.choice("when_full", tuple(Overflow), Overflow.DROP_OLDEST.value)
        ),
    }


def _send(fields: Fields) -> dict[str, Any]:
    return {
        "most_readings": fields.whole("most_readings", 1, MOST_READINGS, 5000),
        "every_seconds": fields.number("every_seconds", 0.05, 3600, 0.5),
        "timeout_seconds": fields.number("timeout_seconds", 1, 600, 30),
    }


def _drivers(top: Fields, base: Path) -> tuple[DriverConfig, ...]:
    found: list[DriverConfig] = []
    tags: dict[str, str] = {}
    for fields in top.tables("driver"):
        fields.base = base
        kind = fields.choice("kind", tuple(drivers.DRIVERS))
        name = fields.text("name", kind)
        fields.where = f"[[driver]] {shown(name)}"
        if any(driver.name == name for driver in found):
            fields.complain(message("Two drivers are named {name}.", name=shown(name)))
        recipe = drivers.read(kind, fields)
        for tag in recipe.tags:
            if tags.setdefault(tag, name) != name:
                fields.complain(
                    message("The tag “{tag}” already belongs to {name}.", tag=tag, name=tags[tag])
                )
        found.append(DriverConfig(name, kind, recipe))
    return tuple(found)
