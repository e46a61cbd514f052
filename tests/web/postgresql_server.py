"""A PostgreSQL server of its own in a folder of its own."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import threading
from pathlib import Path
from typing import Any

import pytest


def programs() -> Path:
    """Return the folder of the server's programs; without one, skip here and fail in CI."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    if on_path := shutil.which("initdb"):
        return Path(on_path).resolve().parent
    reason = "needs PostgreSQL: apt-get install postgresql"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


class Server:
    """A server of its own in a folder of its own, as somebody without rights."""

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        # Its path is short, because a socket's must be, and in small letters.
        self.folder = Path(tempfile.mkdtemp(prefix="dgd-pg-", dir="/tmp"))
        self._who: dict[str, Any] = {}
        if os.getuid() == 0:
            # The server refuses to run as root.
            nobody = next(p for p in pwd.getpwall() if p.pw_name in ("postgres", "nobody"))
            self._who = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            os.chown(self.folder, nobody.pw_uid, nobody.pw_gid)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        data = str(self.folder / "data")
        subprocess.run(
            [programs / "initdb", "-D", data, "-U", "kim", "-A", "trust", "-E", "UTF8", "-N"],
            check=True, capture_output=True, cwd=self.folder, **self._who,
        )  # fmt: skip
        self._process = subprocess.Popen(
            [
                programs / "postgres", "-D", data, "-k", str(self.folder), "-p", str(self._port),
                "-c", "listen_addresses=", "-c", "fsync=off",
            ],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self.folder, **self._who,
        )  # fmt: skip
        self._wait()

    def _wait(self) -> None:
        pause = threading.Event()
        ready: list[str | Path] = [
            self._programs / "pg_isready", "-q", "-h", str(self.folder), "-p", str(self._port)
        ]  # fmt: skip
        for _ in range(300):
            assert self._process.poll() is None, "the server ended"
            if subprocess.run(ready, check=False).returncode == 0:
                return
            pause.wait(0.1)
        raise AssertionError("the server did not answer within 30 seconds")

    def url(self, database: str) -> str:
        """Return the address of a database, through the socket."""
        return f"postgresql://kim@localhost:{self._port}/{database}?host={self.folder}"

    def make(self, database: str) -> str:
        """Make an empty database and return its address."""
        createdb: list[str | Path] = [
            self._programs / "createdb",
            "-h",
            str(self.folder),
            "-p",
            str(self._port),
        ]
        subprocess.run([*createdb, "-U", "kim", database], check=True)
        return self.url(database)

    def end(self) -> None:
        """End the server and take its folder away."""
        self._process.terminate()
        self._process.wait(30)
        shutil.rmtree(self.folder)
