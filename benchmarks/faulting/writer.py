"""The writer, with failpoints; and the compactor beside it.

    python -m faulting.writer HOME URL       takes points into the lake
    python -m faulting.writer HOME compact   sorts and rolls up what is closed, again and again

SIGUSR1 lets the writer kill itself at the next moment between file write and commit, SIGUSR2 at the
next one between commit and ledger. SIGTERM lets it finish.
"""

import asyncio
import os
import signal
import sys
import time
from pathlib import Path

from deungdae.bus import Connection, Elsewhere
from deungdae.gateway.writing import Pace, Writer
from deungdae.lake.telemetry import Telemetry
from deungdae.lake.telemetry.maintenance import Maintenance

PACE = Pace(commit_every=0.1, account_every=0.5, forget_after=3.0, retry_after=0.2)


async def write(home: Path, url: str) -> None:
    """Write until SIGTERM."""
    armed: set[str] = set()

    def reached(moment: str) -> None:
        if moment in armed:
            os.kill(os.getpid(), signal.SIGKILL)

    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGUSR1, armed.add, "written")
    loop.add_signal_handler(signal.SIGUSR2, armed.add, "committed")
    connection = await Connection.open(Elsewhere(url, home / "secret"), "writer", within=60)
    writer = Writer(
        connection,
        home,
        clock_us=lambda: time.time_ns() // 1000,
        pace=PACE,
        telemetry=Telemetry(home, checkpoint=reached),
    )
    loop.add_signal_handler(signal.SIGTERM, writer.stop)
    print("ready", flush=True)
    try:
        await writer.run()
    finally:
        await connection.close()


def compact(home: Path) -> None:
    """Look after the tables until SIGKILL."""
    maintenance = Maintenance(home)
    print("ready", flush=True)
    while True:
        maintenance.run(time.time_ns() // 1000)
        time.sleep(0.5)


if __name__ == "__main__":
    if sys.argv[2] == "compact":
        compact(Path(sys.argv[1]))
    else:
        asyncio.run(write(Path(sys.argv[1]), sys.argv[2]))
