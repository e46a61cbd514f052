"""Deungdae's gateway over a spool, for the ingest benchmark: PORT FOLDER TOKEN."""

import sys
import time
from pathlib import Path

import uvicorn

from deungdae.gateway.http import Gateway
from deungdae.gateway.http.access import digest_of
from deungdae.gateway.sinks import WRITE, Grant
from deungdae.gateway.spool import Spool, SpooledSequences


class OneToken:
    """One token that may write."""

    def __init__(self, token: str) -> None:
        self._digest = digest_of(token)

    async def find(self, digest: str) -> Grant | None:
        """Return the grant of the one token."""
        return Grant("bench", "token", frozenset((WRITE,))) if digest == self._digest else None


def main(port: int, folder: Path, token: str) -> None:
    """Serve until told to end."""
    gateway = Gateway(
        OneToken(token),
        Spool(folder),
        SpooledSequences(folder),
        clock_ns=time.time_ns,
        monotonic=time.monotonic,
    )
    uvicorn.run(gateway, host="127.0.0.1", port=port, log_level="warning", access_log=False)


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
