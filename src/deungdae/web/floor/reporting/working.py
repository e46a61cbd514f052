"""The thread of the worker that makes shift reports: a question to the monitor takes its time.

It stands apart from the one that follows events, so that no report delays an alarm.
"""

import logging
import threading
import traceback
from typing import Final

from django.db import close_old_connections, connections
from django.db.utils import OperationalError
from django.utils import timezone

from deungdae import bus
from deungdae.web.floor.reporting import keeping

EVERY_SECONDS: Final = 5.0

log = logging.getLogger(__name__)


class Reporter(threading.Thread):
    """Makes and reviews reports until `stop` is set."""

    def __init__(self, stop: threading.Event) -> None:
        super().__init__(name="shift reports", daemon=True)
        self._stop_asked = stop

    def run(self) -> None:
        """Go on through bad moments: what was not made is tried again."""
        try:
            while not self._stop_asked.is_set():
                self._once()
                self._stop_asked.wait(EVERY_SECONDS)
        finally:
            connections.close_all()

    @staticmethod
    def _once() -> None:
        try:
            keeping.pass_once(timezone.now())
        except (bus.Unavailable, OperationalError) as error:
            log.info("no shift report was made: %s", error)
        except Exception:  # noqa: BLE001 - written to the log, and tried again
            log.error("No shift report was made, by a mistake:\n%s", traceback.format_exc())
        finally:
            close_old_connections()
