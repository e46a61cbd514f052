"""Ports of `deungdae up`: those of last time while they are free, else the usual ones, else free.

HOME/up.json    name → port
"""

import json
import socket
from pathlib import Path


class Ports:
    """Chooses ports of loopback, and remembers them, since others have written them down."""

    def __init__(self, home: Path) -> None:
        self._file = home / "up.json"
        self._known = self._read()
        self._given: set[int] = set()

    def choose(self, name: str, usual: int, host: str = "127.0.0.1") -> int:
        """Return the port for a purpose; no two purposes get the same."""
        for port in (self._known.get(name, usual), usual, 0):
            found = _free(host, port)
            if found is not None and found not in self._given:
                break
        self._given.add(found or usual)
        self._known[name] = found or usual
        return self._known[name]

    def remember(self) -> None:
        """Write down what was chosen."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        part = self._file.with_suffix(".part")
        part.write_text(json.dumps(self._known), "utf-8")
        part.replace(self._file)

    def _read(self) -> dict[str, int]:
        try:
            known = json.loads(self._file.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return {
            name: port
            for name, port in (known.items() if isinstance(known, dict) else ())
            if isinstance(port, int) and 0 < port < 65536
        }


def _free(host: str, port: int) -> int | None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return None
        return int(probe.getsockname()[1])
