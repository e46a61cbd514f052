"""The chain of audit entries: how it grows, and how it is checked.

    digest = SHA-256(salt + detail in canonical JSON)
    hash   = SHA-256(previous hash + canonical JSON of the entry's fields and its digest)

Personal data stand in the detail alone. Erasing a detail with its salt leaves a digest that says
nothing, and the chain as valid as before.
"""

import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from deungdae.web.core.models import AuditDetail, AuditEntry, AuditHead, Organisation, Person
from deungdae.web.core.scope import Scope, SystemActor

START = "0" * 64
AUDITOR = SystemActor("audit")


@dataclass(frozen=True)
class Fault:
    """What is wrong with one chain, at which place. `what` is a word for the program."""

    organisation: Organisation | None
    sequence: int
    what: str


@dataclass(frozen=True)
class Chain:
    """What a check of one chain found; `head` is the hash to note down elsewhere."""

    organisation: Organisation | None
    entries: int
    erased: int
    head: str
    faults: tuple[Fault, ...]


def canonical(content: Mapping[str, Any]) -> str:
    """Return the one JSON text of `content`: sorted keys, no spaces, no ASCII escapes."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def append(
    organisation: Organisation | None,
    action: str,
    actor: Person | SystemActor,
    details: Mapping[str, Any],
    at: datetime,
) -> AuditEntry:
    """Add an entry to an organisation's chain (None: the installation's), inside a transaction."""
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("An audit entry belongs to a transaction.")
    AuditHead.objects.get_or_create(organisation=organisation)
    head = AuditHead.objects.select_for_update().get(organisation=organisation)
    system = isinstance(actor, SystemActor)
    words = canonical(
        {"actor": actor.name if isinstance(actor, SystemActor) else actor.email, **details}
    )
    salt = secrets.token_hex(32)
    entry = AuditEntry(
        organisation=organisation,
        sequence=head.sequence + 1,
        action=action,
        actor_kind="system" if system else "person",
        at=at,
        digest=_digest(salt, words),
        previous_hash=head.hash,
    )
    entry.hash = _hash(entry)
    entry.save(force_insert=True)
    AuditDetail.objects.create(entry=entry, salt=salt, actor=None if system else actor, words=words)
    head.sequence, head.hash = entry.sequence, entry.hash
    head.save()
    return entry


def verify() -> Iterator[Chain]:
    """Check every chain of the installation, one after another."""
    yield check(None)
    for organisation in Organisation.objects.order_by("pk").iterator():
        yield check(organisation)


def check(organisation: Organisation | None) -> Chain:
    """Follow one chain from its start and compare every hash with what it is taken over."""
    faults: list[Fault] = []
    previous, expected, erased = START, 1, 0
    entries = (
        AuditEntry.objects.within(Scope.everything(AUDITOR))
        .filter(organisation=organisation)
        .select_related("detail")
        .order_by("sequence")
    )
    for entry in entries.iterator(chunk_size=500):
        found = []
        if entry.sequence != expected:
            found.append("missing")
        if entry.previous_hash != previous:
            found.append("order")
        if entry.hash != _hash(entry):
            found.append("changed")
        detail = getattr(entry, "detail", None)
        if detail is None:
            erased += 1
        elif _digest(detail.salt, detail.words) != entry.digest:
            found.append("detail")
        faults += [Fault(organisation, entry.sequence, what) for what in found]
        previous, expected = entry.hash, entry.sequence + 1
    head = AuditHead.objects.filter(organisation=organisation).first()
    if (head.sequence, head.hash) != (expected - 1, previous) if head else expected > 1:
        faults.append(Fault(organisation, expected, "end"))
    return Chain(organisation, expected - 1, erased, previous, tuple(faults))


def _digest(salt: str, words: str) -> str:
    return hashlib.sha256(f"{salt}{words}".encode()).hexdigest()


def _hash(entry: AuditEntry) -> str:
    content = canonical(
        {
            "organisation": entry.organisation_id or 0,
            "sequence": entry.sequence,
            "action": entry.action,
            "actor_kind": entry.actor_kind,
            "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "digest": entry.digest,
        }
    )
    return hashlib.sha256(f"{entry.previous_hash}{content}".encode()).hexdigest()
