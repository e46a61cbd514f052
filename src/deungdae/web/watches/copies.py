"""What the bus is told of watches: a document for each that is in use. Changes nothing.

The documents are read by the monitor (`monitor.watches.wanted`).
"""

from typing import Any

from django.conf import settings

from deungdae import bus
from deungdae.web.watches.models import Watch


def record(watch: Watch) -> bus.Watch:
    """Return the record of a watch."""
    return bus.Watch(str(watch.organisation.public_id), str(watch.public_id), document(watch))


def document(watch: Watch) -> dict[str, Any]:
    """Return a watch as the monitor reads it."""
    return {
        "name": watch.name,
        "asset": str(watch.asset.public_id),
        "tags": list(watch.tags),
        "start": watch.start_us,
        "end": watch.end_us,
        "exclude": list(watch.exclude),
        "per_week": watch.per_week,
        "method": watch.method or None,
        "time_zone": settings.TIME_ZONE,
        "revision": watch.lesson,
    }
