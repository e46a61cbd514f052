"""Joins this computer to a server: a code that somebody typed becomes a token in a folder.

POST {server}/edge/v1/join
{"code": …, "host": name of this computer, "version": …, "attempt": made up for this try, so that
 an answer that was lost can be asked for again}
200 {"edge": …, "token": …, "organisation": name, "site": name, "after": last batch or null}
404 no such code · 410 used or expired · 429 too many wrong ones

The code works once, so whatever can fail here is tried before the server is asked.
"""

import json
import os
from collections.abc import Callable
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from platform import node
from secrets import token_urlsafe
from typing import Any, NamedTuple

from deungdae.edge.wire import NoAnswer, Server, address_problem
from deungdae.records.batches import is_edge_id
from deungdae.records.errors import PublicError
from deungdae.records.readings import shown

PATH = "/edge/v1/join"
CONFIG_FILE = "agent.toml"
TOKEN_FILE = "token"  # noqa: S105 - a file's name
SECRETS_FOLDER = "secrets"
TIMEOUT_SECONDS = 20.0

_CONFIG = """\
# Made by `deungdae edge join`. Which machines are read is set on the server's pages.
[edge]
id = {edge}
server = {server}
token_file = {token_file}
folder = "state"            # buffer and status
drivers = "server"          # their configuration comes from the server
{more}
[buffer]
mebibytes = 2048            # how much disk the buffer may take
when_full = "drop_oldest"   # drop_oldest | refuse_new | wait
"""


class JoinFailed(PublicError):  # noqa: N818 - the word a reader would say
    """This computer was not joined; the message says what to do."""


class Joined(NamedTuple):
    """What this computer is now."""

    edge: str
    organisation: str
    site: str
    config: Path


def join(
    server: str, code: str, folder: Path, *, ca_file: Path | None, clock_us: Callable[[], int]
) -> Joined:
    """Use a code; make the folder with token and configuration. Raises `JoinFailed`."""
    server = server.rstrip("/")
    problem = address_problem(server)
    if problem is not None:
        raise JoinFailed(problem.template, **problem.values)
    if ca_file is not None and not ca_file.is_file():
        raise JoinFailed("There is no file {file}.", file=str(ca_file))
    made = _prepared(folder)
    try:
        told = _asked(server, code, ca_file, clock_us)
        _fill(folder, server, ca_file, told)
    except BaseException:
        _forget(folder, made)
        raise
    return Joined(told["edge"], told["organisation"], told["site"], folder / CONFIG_FILE)


def _prepared(folder: Path) -> bool:
    """Take the folder for this agent; say whether it was made."""
    there = folder.exists()
    if any((folder / name).exists() for name in (CONFIG_FILE, TOKEN_FILE)):
        raise JoinFailed(
            "There is already an agent in {folder}. Start it with “{command}”, or name another "
            "folder with --folder. The code was not used.",
            folder=str(folder),
            command=f"deungdae edge run {folder}",
        )
    try:
        # What waits in the buffer is nobody else's business either.
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / SECRETS_FOLDER).mkdir(mode=0o700, exist_ok=True)
        for name in (CONFIG_FILE, TOKEN_FILE):
            # Readable by its owner alone from its first moment.
            os.close(os.open(folder / name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except OSError as error:
        raise JoinFailed(
            "The folder {folder} cannot be used: {why}. The code was not used.",
            folder=str(folder),
            why=error.strerror or type(error).__name__,
        ) from error
    return not there


def _asked(
    server: str, code: str, ca_file: Path | None, clock_us: Callable[[], int]
) -> dict[str, Any]:
    about = {
        "code": code,
        "host": node()[:100] or "-",
        "version": version("deungdae"),
        "attempt": token_urlsafe(24),
    }
    try:
        wire = Server(server, None, ca_file=ca_file, clock_us=clock_us).wire(TIMEOUT_SECONDS)
        try:
            reply = wire.tell(PATH, about)
        except NoAnswer:
            reply = wire.tell(PATH, about)  # the first one may have used the code
        wire.close()
    except (NoAnswer, OSError) as error:
        raise JoinFailed(
            "The server {server} does not answer: {why}", server=server, why=shown(str(error))
        ) from error
    if reply.status == 404:
        raise JoinFailed(
            "The server does not know this code. Compare it with the page; the letters I, L, O "
            "and U never stand in one."
        )
    if reply.status == 410:
        raise JoinFailed(
            "This code was used already, or its time is over. A code works once: make a new one "
            "on the page of the agent."
        )
    if reply.status == 429:
        raise JoinFailed("Too many wrong codes came from here. Wait a minute and try again.")
    told = reply.document
    texts = [told.get(name) for name in ("edge", "token", "organisation", "site")]
    complete = all(isinstance(text, str) for text in texts) and all(texts[:2])
    if reply.status != 200 or not complete or not is_edge_id(told["edge"]):
        raise JoinFailed(
            "The server answers with status {status}, which is no answer to a code. Is its "
            "address right?",
            status=reply.status,
        )
    return told


def _fill(folder: Path, server: str, ca_file: Path | None, told: dict[str, Any]) -> None:
    # A text in JSON is one in TOML as well.
    def quoted(text: str) -> str:
        return json.dumps(text, ensure_ascii=False)

    more = "" if ca_file is None else f"ca_file = {quoted(str(ca_file.resolve()))}\n"
    if type(told.get("after")) is int:
        more += f"after_batch = {told['after']}   # the server has batches up to this one\n"
    config = _CONFIG.format(
        edge=quoted(told["edge"]),
        server=quoted(server),
        token_file=quoted(TOKEN_FILE),
        more=more,
    )
    for name, text in ((TOKEN_FILE, told["token"] + "\n"), (CONFIG_FILE, config)):
        with (folder / name).open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())


def _forget(folder: Path, made: bool) -> None:
    """Leave no half agent behind, so that the next try finds the folder as it was."""
    with suppress(OSError):
        for name in (CONFIG_FILE, TOKEN_FILE):
            (folder / name).unlink(missing_ok=True)
        (folder / SECRETS_FOLDER).rmdir()
        if made:
            folder.rmdir()
