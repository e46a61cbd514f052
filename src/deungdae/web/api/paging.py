"""Lists in parts, the latest first. A cursor says after which object the next part begins.

Unlike the number of a page it stays right while new objects come in.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from deungdae.records.errors import DeungdaeError

MOST = 100  #: objects in one part
LONGEST = 200  #: letters of a cursor


class UnknownCursor(DeungdaeError):  # noqa: N818 - the words a reader would say
    """A cursor that this server has not given out."""


def part(found: QuerySet[Any], cursor: str | None, limit: int) -> tuple[list[Any], str | None]:
    """Return up to `limit` objects after `cursor` (None: the first), and the next cursor.

    Raises `UnknownCursor`.
    """
    if cursor is not None:
        at, public_id = _read(cursor)
        found = found.filter(Q(created_at__lt=at) | Q(created_at=at, public_id__lt=public_id))
    rows = list(found.order_by("-created_at", "-public_id")[: limit + 1])
    shown = rows[:limit]
    return shown, _written(shown[-1]) if len(rows) > limit else None


def _written(last: Any) -> str:
    text = f"{last.created_at.astimezone(UTC).isoformat()} {last.public_id}"
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read(cursor: str) -> tuple[datetime, UUID]:
    try:
        text = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)).decode("ascii")
        at, _, public_id = text.partition(" ")
        time = datetime.fromisoformat(at)
        if time.tzinfo is None:
            raise ValueError("a time without a zone")
        return time.astimezone(UTC), UUID(public_id)
    except (ValueError, OverflowError) as error:
        raise UnknownCursor(cursor) from error
