"""`manage worker`: serve the queue until SIGTERM or SIGINT; `deungdae worker` calls it."""

import signal
import sys
from typing import Any

from django.core.management.base import BaseCommand

from deungdae.web.insight.worker import Worker


class Command(BaseCommand):
    """Serve the queue."""

    help = "Carry out the runs that the pages ask for."

    def handle(self, *args: Any, **options: Any) -> None:
        """Work until told to stop; the exit status is 1 after a mistake in the program."""
        worker = Worker()
        for sign in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sign, lambda *_: worker.stop.set())
        self.stdout.write(f"{worker.name}")
        self.stdout.flush()
        if not worker.serve():
            sys.exit(1)
