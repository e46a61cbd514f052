"""The configuration of an agent: a TOML file, checked as a whole before anything connects."""

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deungdae.edge import drivers
from deungdae.edge.fields import Fields, Problem
from deungdae.edge.losses import Overflow
from deungdae.edge.wire import address_problem
from deungdae.records.batches import LARGEST_SEQUENCE, MOST_READINGS, is_edge_id
from deungdae.records.errors import UnusableFile
from deungdae.records.messages import message
from deungdae.records.readings import shown

FILE = "agent.toml"


class BadConfig(UnusableFile):
    """A configuration with problems: `problems` holds a sentence for each."""

    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class DriverConfig:
    """One driver of the configuration."""

    name: str
    kind: str
    recipe: drivers.Recipe
    mark: str  #: another one means that it must be started anew


@dataclass(frozen=True)
class Config:
    """What an agent is told. Paths in the file are relative to the folder of the file."""

    edge: str
    remote: bool  #: whether the server configures the drivers
    server: str  #: https://host[:port][/path], without a slash at the end
    token: str
    after_batch: int  #: a new buffer numbers its batches from beyond this one
    base: Path  #: where the configuration lies, and the folder `secrets` beside it
    folder: Path  #: buffer, status, batches that the server called unreadable
    ca_file: Path | None  #: certificates to believe instead of the system's
    most_bytes: int
    when_full: Overflow
    most_readings: int  #: of a batch
    every_seconds: float  #: between batches, when little is waiting
    timeout_seconds: float
    drivers: tuple[DriverConfig, ...]  #: none if the server configures them


@dataclass(frozen=True)
class Wanted:
    """What a server wants an agent to do."""

    drivers: tuple[DriverConfig, ...]
    most_readings: int
    every_seconds: float
    timeout_seconds: float


def load(path: Path) -> Config:
    """Read and check a configuration, or the one in a folder.

    Raises `BadConfig` with every problem that it has.
    """
    path = path / FILE if path.is_dir() else path
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
    remote = sections["edge"].choice("drivers", ("file", "server"), "file") == "server"
    if remote and top.has("driver"):
        top.complain(message("The drivers come from the server; write none here."))
    config = Config(
        remote=remote,
        base=base,
        **_edge(sections["edge"], base),
        **_buffer(sections["buffer"]),
        **_send(sections["send"]),
        drivers=() if remote else _drivers(top, base, confined=False),
    )
    for section in (*sections.values(), top):
        section.close()
    return config


def read_wanted(document: Mapping[str, Any], config: Config, problems: list[Problem]) -> Wanted:
    """Read what a server wants, as strictly as a file; files are looked for in `secrets` alone."""
    top = Fields({"driver": document.get("drivers", [])}, "agent", problems)
    send = document.get("send") or {}
    fields = Fields(send if isinstance(send, Mapping) else {"send": send}, "[send]", problems)
    wanted = Wanted(
        _drivers(top, secrets(config), confined=True),
        fields.whole("most_readings", 1, MOST_READINGS, config.most_readings),
        fields.number("every_seconds", 0.05, 3600, config.every_seconds),
        fields.number("timeout_seconds", 1, 600, config.timeout_seconds),
    )
    fields.close()
    return wanted


def read_to_browse(
    table: Mapping[str, Any], config: Config, problems: list[Problem]
) -> DriverConfig:
    """Read one driver whose tags may still be missing."""
    fields = Fields(table, "", problems)
    fields.base, fields.confined, fields.browsing = secrets(config), True, True
    return _driver(fields)


def secrets(config: Config) -> Path:
    """Return the folder of the files that a server's configuration may name."""
    return config.base / "secrets"


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
        "after_batch": fields.whole("after_batch", 0, LARGEST_SEQUENCE - 1, 0),
        "folder": base / fields.text("folder", "state"),
        "ca_file": ca_file,
    }


def _server(fields: Fields) -> str:
    text = fields.text("server")
    problem = address_problem(text) if text else None
    if problem is not None:
        fields.complain(problem)
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


def _drivers(top: Fields, base: Path, *, confined: bool) -> tuple[DriverConfig, ...]:
    found: list[DriverConfig] = []
    tags: dict[str, str] = {}
    if confined and not top.some("driver"):
        return ()  # a server may want nothing yet
    for fields in top.tables("driver"):
        fields.base, fields.confined = base, confined
        driver = _driver(fields)
        if any(other.name == driver.name for other in found):
            fields.complain(message("Two drivers are named {name}.", name=shown(driver.name)))
        for tag in driver.recipe.tags:
            if tags.setdefault(tag, driver.name) != driver.name:
                fields.complain(
                    message("The tag “{tag}” already belongs to {name}.", tag=tag, name=tags[tag])
                )
        found.append(driver)
    return tuple(found)


def _driver(fields: Fields) -> DriverConfig:
    kind = fields.choice("kind", tuple(drivers.DRIVERS))
    name = fields.text("name", kind)
    fields.where = f"[[driver]] {shown(name)}"
    recipe = drivers.read(kind, fields)
    return DriverConfig(name, kind, recipe, _mark(fields))


def _mark(fields: Fields) -> str:
    """Return a digest of everything that a driver does: its table without mere words, its files."""
    table = {name: _without_words(value) for name, value in fields.table.items() if name != "tag"}
    whole = hashlib.sha256(json.dumps(table, sort_keys=True, default=str).encode())
    for path in fields.files:
        try:
            whole.update(path.read_bytes())
        except OSError:
            whole.update(b"?")  # it is named among the problems
    return whole.hexdigest()


def _without_words(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    return [
        {name: cell for name, cell in part.items() if name not in ("unit", "expected_seconds")}
        if isinstance(part, Mapping)
        else part
        for part in value
    ]
