"""The sender: a thread of the worker that sends what is due."""

import logging
import threading
import traceback
from datetime import datetime, timedelta
from typing import Final

from django.db import close_old_connections, connections
from django.db.utils import OperationalError
from django.utils import timezone

from deungdae.web.core import outgoing

IDLE_SECONDS: Final = 1.0
TIDIED_EVERY: Final = timedelta(hours=6)

log = logging.getLogger(__name__)


class Sender(threading.Thread):
    """Sends until `stop` is set; a letter under way is finished first.

    `lanes` of them work side by side in a worker, so that a silent server of one recipient does not
    keep the others waiting. The first one takes letters alone: no program that is slow to answer
    stops the mail.
    """

    def __init__(self, stop: threading.Event, lane: int = 0) -> None:
        super().__init__(name=f"sender {lane}", daemon=True)
        self._stop_asked = stop
        self._lane = lane
        self._tidied: datetime | None = None

    def run(self) -> None:
        """Go on through bad moments."""
        try:
            while not self._stop_asked.is_set():
                if not self._once():
                    self._stop_asked.wait(IDLE_SECONDS)
        finally:
            connections.close_all()

    def _once(self) -> bool:
        try:
            return send_one(timezone.now(), only_mail=self._lane == 0) or self._tidy()
        except OperationalError as error:
            log.info("nothing was sent: %s", error)
        except Exception:  # noqa: BLE001 - written to the log, and the next turn tries again
            log.error("A message was not sent, by a mistake:\n%s", traceback.format_exc())
        finally:
            close_old_connections()
        return False

    def _tidy(self) -> bool:
        now = timezone.now()
        if self._lane == 0 and (self._tidied is None or now - self._tidied > TIDIED_EVERY):
            outgoing.tidy(now)
            self._tidied = now
        return False


def send_one(now: datetime, *, only_mail: bool = False) -> bool:
    """Send what has waited longest; False when nothing is due."""
    message = outgoing.claim(now, only_mail=only_mail)
    if message is None:
        return False
    try:
        outgoing.deliver(message, timezone.now)
    except Exception:
        outgoing.give_back(message, timezone.now())
        raise
    return True


def start(stop: threading.Event, lanes: int = 3) -> list[Sender]:
    """Start the senders of a worker."""
    senders = [Sender(stop, lane) for lane in range(lanes)]
    for sender in senders:
        sender.start()
    return senders
