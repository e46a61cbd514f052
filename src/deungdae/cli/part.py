"""One part of `deungdae up`: any command, as `python -m deungdae.cli.part COMMAND …`.

Its standard input is a pipe from the one who watches; when that closes, the watcher is gone, and
this process ends as if it had been told to.
"""

import os
import signal
import sys
import threading

from deungdae.cli.program import main


def _end_with_the_watcher() -> None:
    # Past Python's own buffer, whose lock a thread must not hold when the interpreter ends.
    while os.read(sys.stdin.fileno(), 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    threading.Thread(target=_end_with_the_watcher, daemon=True).start()
    sys.exit(main(sys.argv[1:]))
