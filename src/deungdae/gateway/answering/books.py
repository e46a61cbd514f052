"""Questions to the books: what came in and what became of it, and what was held back and why."""

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from deungdae.bus.desk import Stream
from deungdae.bus.given import Given
from deungdae.gateway.answering.understanding import impossible_names
from deungdae.lake.intake import Held, Ledger, Quarantine, Sum
from deungdae.records.errors import UnusableOption

MOST_ENTRIES = 200  #: on one page
SHOWN_BYTES = 2048  #: of a body on a page; an export has all of it
EXPORTED_AT_ONCE = 50  #: entries, each of up to 8 MiB


class Books:
    """The ledger and the quarantine of a home folder, for reading."""

    def __init__(self, ledger: Ledger, quarantine: Quarantine) -> None:
        self._ledger = ledger
        self._quarantine = quarantine

    def ledger(self, organisation: str, given: Given) -> dict[str, Any]:
        """`ledger {start, end, source?}`: the sums of each source and hour of receipt.

        `replayed` are those of the quarantined points that came in once more since then.
        """
        (start, end), source = given.span(), given.word("source")
        given.nothing_else()
        sums = dict(self._ledger.tally(organisation, from_us=start, before_us=end))
        again = dict(self._quarantine.replayed(organisation))
        rows = []
        for key in sorted(sums.keys() | {k for k in again if start <= k[2] < end}):
            if source is None or key[1] == source:
                row = {"source": key[1], "hour": key[2], **sums.get(key, Sum())._asdict()}
                rows.append(row | {"replayed": again.get(key, Sum()).quarantined})
        return {"hours": rows}

    def groups(self, organisation: str, given: Given) -> dict[str, Any]:
        """`quarantine_groups {}`: how much waits, by source and reason."""
        given.nothing_else()
        found: dict[tuple[str, str], dict[str, Any]] = {}
        for month in self._quarantine.months():
            for one in self._quarantine.heads(organisation, month):
                group = found.setdefault(
                    (one.source, one.reason),
                    {
                        "source": one.source,
                        "reason": one.reason,
                        "entries": 0,
                        "points": 0,
                        "first": one.received_us,
                        "last": one.received_us,
                    },
                )
                group["entries"] += 1
                group["points"] += one.points
                group["first"] = min(group["first"], one.received_us)
                group["last"] = max(group["last"], one.received_us)
        return {"groups": [found[key] for key in sorted(found)]}

    def page(self, organisation: str, given: Given) -> dict[str, Any]:
        """`quarantine {source?, reason?, limit?, before?}`: what waits, the newest first."""
        source, reason = given.word("source"), given.word("reason")
        limit = given.whole("limit", 1, MOST_ENTRIES, 50)
        before = _place(given.word("before"))
        given.nothing_else()
        chosen: list[Held] = []
        for month in self._quarantine.months():
            if before is not None and month > before[0]:
                continue
            heads = self._quarantine.heads(organisation, month, reason, source)
            if before is not None and month == before[0]:
                heads = [one for one in heads if one.id < before[1:]]
            chosen += reversed(heads)
            if len(chosen) > limit:
                break
        shown = self._quarantine.with_bodies(chosen[:limit])
        more = len(chosen) > limit
        return {
            "entries": [_entry(one) for one in shown],
            "more": more,
            "next": _cursor(chosen[limit - 1]) if more else None,
        }

    def export(self, organisation: str, given: Given) -> Stream:
        """`quarantine_export {source?, reason?}`: all that waits, one line of JSON for each."""
        source, reason = given.word("source"), given.word("reason")
        given.nothing_else()
        return Stream(
            self._lines(organisation, source, reason),
            {"type": "application/x-ndjson", "name": "quarantine.jsonl"},
        )

    def _lines(self, organisation: str, source: str | None, reason: str | None) -> Iterator[bytes]:
        for month in reversed(self._quarantine.months()):
            heads = self._quarantine.heads(organisation, month, reason, source)
            for start in range(0, len(heads), EXPORTED_AT_ONCE):
                for one in self._quarantine.with_bodies(heads[start : start + EXPORTED_AT_ONCE]):
                    yield _line(one)


def _entry(one: Held) -> dict[str, Any]:
    return {
        "id": f"{one.sequence}-{one.place}",
        "source": one.source,
        "reason": one.reason,
        "received": one.received_us,
        "points": one.points,
        "bytes": len(one.body),
        "body": base64.b64encode(one.body[:SHOWN_BYTES]).decode(),
        "names": impossible_names(one),
    }


def _line(one: Held) -> bytes:
    told: dict[str, Any] = {
        "id": f"{one.sequence}-{one.place}",
        "source": one.source,
        "reason": one.reason,
        "received": datetime.fromtimestamp(one.received_us / 1_000_000, UTC).isoformat(),
        "points": one.points,
    }
    try:
        told["text"] = one.body.decode()
    except UnicodeDecodeError:
        told["base64"] = base64.b64encode(one.body).decode()
    return json.dumps(told, ensure_ascii=False).encode() + b"\n"


def _cursor(one: Held) -> str:
    month = datetime.fromtimestamp(one.received_us // 1_000_000, UTC).strftime("%Y-%m")
    return f"{month} {one.sequence} {one.place}"


def _place(cursor: str | None) -> tuple[str, int, int] | None:
    if cursor is None:
        return None
    parts = cursor.split(" ")
    if len(parts) != 3 or not all(part.isascii() and part.isdecimal() for part in parts[1:]):
        raise UnusableOption("The parameter {name} is missing or makes no sense.", name="before")
    return parts[0], int(parts[1]), int(parts[2])
