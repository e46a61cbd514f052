"""How much was received of each source, by the books of the gateway."""

import logging
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.core.cache import cache

from deungdae import bus
from deungdae.web.core import line
from deungdae.web.core.models import Organisation
from deungdae.web.plant import copies, speech

Counts = Mapping[str, int]
WITHIN = 4.0  #: seconds; a page does not wait longer for a figure
KEPT_SECONDS = 20  #: pages that stay open ask each few seconds

log = logging.getLogger(__name__)


def last_day(organisation: Organisation | None, now: datetime) -> Counts | None:
    """Return points by source in the last 24 hours; None when nobody can say."""
    if organisation is None:
        return None
    key = f"plant.received.{organisation.public_id}"
    known: Counts | None = cache.get(key)
    if known is None and (known := _last_day(organisation, now)) is not None:
        cache.set(key, known, KEPT_SECONDS)
    return known


def _last_day(organisation: Organisation, now: datetime) -> Counts | None:
    question = bus.Question(
        "history",
        "ledger",
        copies.organisation_id(organisation),
        {
            "start": copies.microseconds(now - timedelta(hours=24)),
            "end": copies.microseconds(now),
        },
        within=WITHIN,
    )
    try:
        with line.ask(question) as answer:
            hours = answer.json()["hours"]
    except (bus.Unavailable, bus.Refusal) as error:
        log.info("what was received is not known: %s", error)
        return None
    found: Counter[str] = Counter()
    for hour in hours:
        found[hour["source"]] += hour["received"]
    return found


def heard(organisation: Organisation, source: str) -> bus.Status | None:
    """Return when a source was heard last, and why its last request was refused, if it was."""
    try:
        return line.get(bus.STATUS, copies.organisation_id(organisation), source)
    except bus.Unavailable as error:
        log.info("when %s was heard is not known: %s", source, error)
        return None


def refusal_of(status: bus.Status | None) -> str:
    """Return why the last request of a source was refused, in the reader's language; or ""."""
    if status is None or not status.refusal:
        return ""
    return speech.told(status.refusal_said) or status.refusal
