"""One part of `deungdae up` in a process of its own: `web` with its port before it, or `worker`.

Its standard input is a pipe from the one who watches; when that closes, the watcher is gone, and
this process ends as if it had been told to.
"""

import os
import signal
import sys
import threading

from deungdae.records.environment import Settings
from deungdae.records.errors import PublicError
from deungdae.reports.words import Words
from deungdae.web.project import serve


def _end_with_the_watcher() -> None:
    # Past Python's own buffer, whose lock a thread must not hold when the interpreter ends.
    while os.read(sys.stdin.fileno(), 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def main(arguments: list[str]) -> int:
    """Run `PORT web` or `worker`; the exit status is 0 when told to end."""
    threading.Thread(target=_end_with_the_watcher, daemon=True).start()
    settings = Settings.from_environment(os.environ)
    try:
        if arguments[-1] == "worker":
            return 0 if serve.worker() else 1
        words = Words(settings.language)
        serve.web(
            settings,
            int(arguments[0]),
            lambda url: print(words.say("Open {url} in a browser.", url=url), flush=True),
        )
    except PublicError as error:
        print(Words(settings.language).say_message(error.message), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
