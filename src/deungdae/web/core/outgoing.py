"""The road out: what is to be sent waits in a table, and a sender takes it from there.

    outgoing.add(organisation, "alarm", key, outgoing.Letter(…), now)     in any transaction
    outgoing.CARRIERS["webhook"] = deliver                               when an app is ready

A message is claimed by a conditional update before it is sent, so that of all senders one sends it.
One that dies in between leaves it claimed; after `ORPHANED` somebody else sends it again, and the
row says that it may have been sent twice.
"""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When

from deungdae.records.errors import DeungdaeError
from deungdae.records.messages import Message
from deungdae.web.core.models import Membership, Organisation, Outgoing, Person
from deungdae.web.core.scope import Scope, SystemActor

SENDER: Final = SystemActor("sender")
_EVERYWHERE: Final = Scope.everything(SENDER)

#: Longer than any carrier takes.
ORPHANED: Final = timedelta(minutes=2)
#: After the first failure, the second … ; then it is given up.
RESTS: Final = tuple(timedelta(seconds=s) for s in (20, 60, 300, 900, 3600, 3600, 10800, 21600))
#: A failed attempt while a server is not set up costs nothing, so these wait as long as they must.
KEPT: Final = timedelta(days=90)

_State = Outgoing.State


class NotSent(DeungdaeError):  # noqa: N818 - the words a reader would say
    """A message was not taken; `message` says why. `final` when trying again cannot help."""

    def __init__(self, message: Message, *, final: bool = False) -> None:
        super().__init__(str(message))
        self.message = message
        self.final = final


#: Name → what hands one message over; raises `NotSent`.
CARRIERS: Final[dict[str, Callable[[Outgoing], None]]] = {}
#: Those of them that need the mail server.
BY_MAIL: Final[set[str]] = set()


@dataclass(frozen=True)
class Letter:
    """What one recipient is told. `target` is what the carrier needs to find them."""

    to: str
    subject: str
    text: str
    carrier: str = "mail"
    target: str = ""
    person: Person | None = None
    document: Mapping[str, Any] = field(default_factory=dict)


def add(
    organisation: Organisation, kind: str, key: str, letter: Letter, now: datetime, *,
    late: bool = False,
) -> bool:  # fmt: skip
    """Put a message on its way; False when it was there already. Call it in a transaction.

    With `late` it is noted and not sent: its time has passed.
    """
    _row, made = Outgoing.objects.within(_EVERYWHERE).get_or_create(
        organisation=organisation,
        key=key[:250],
        defaults={
            "kind": kind,
            "carrier": letter.carrier,
            "target": letter.target or letter.to,
            "to": _plain(letter.to)[:254],
            "person": letter.person,
            "subject": " ".join(_plain(letter.subject).split())[:250],
            "text": _plain(letter.text),
            "document": _plain(dict(letter.document)),
            "state": _State.LATE if late else _State.WAITING,
            "made_at": now,
            "next_at": now,
        },
    )
    return bool(made)


def _plain(value: Any) -> Any:
    """Return a text or a document without the character 0, which no database of ours keeps."""
    if isinstance(value, str):
        return value.replace("\0", "\N{REPLACEMENT CHARACTER}")
    if isinstance(value, Mapping):
        return {_plain(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value


def _due(now: datetime) -> Q:
    due = Q(state=_State.WAITING, next_at__lte=now)
    due |= Q(state=_State.SENDING, claimed_at__lt=now - ORPHANED)
    # Without a mail server letters wait; nothing pretends to have been sent.
    return due if settings.CAN_SEND_EMAIL else due & ~Q(carrier__in=BY_MAIL)


def claim(now: datetime, *, only_mail: bool = False) -> Outgoing | None:
    """Take the message that has waited longest; None when there is none.

    Organisations none of whose messages is under way come first: one whose programs are slow does
    not hold up the others.
    """
    rows = Outgoing.objects.within(_EVERYWHERE)
    under_way = rows.filter(
        organisation=OuterRef("organisation"),
        state=_State.SENDING,
        claimed_at__gte=now - ORPHANED,
    )
    wanted = _due(now) & Q(carrier__in=BY_MAIL) if only_mail else _due(now)
    ordered = rows.filter(wanted).order_by(Exists(under_way), "next_at", "pk")
    due = ordered.values_list("pk", flat=True)
    while (found := due.first()) is not None:
        mine = uuid.uuid4()
        taken = rows.filter(_due(now), pk=found).update(
            twice=Case(When(state=_State.SENDING, then=Value(True)), default=F("twice")),
            state=_State.SENDING,
            claim=mine,
            claimed_at=now,
            tries=F("tries") + 1,
        )
        if taken:
            return rows.select_related("organisation", "person").get(pk=found, claim=mine)
    return None


def deliver(message: Outgoing, now: Callable[[], datetime]) -> bool:
    """Hand one claimed message to its carrier and note how it went."""
    carrier = CARRIERS.get(message.carrier)
    try:
        if carrier is None:
            raise LookupError(f"There is no carrier {message.carrier}.")
        if message.person_id is not None and not _is_member(message):
            raise NotSent(LEFT, final=True)
        carrier(message)
    except NotSent as error:
        _failed(message, error.message, now(), final=error.final)
        return False
    # Only what still carries this claim: a sender that slept too long reports nothing.
    _claimed(message).update(state=_State.SENT, claim=None, sent_at=now(), error=None)
    return True


def _is_member(message: Outgoing) -> bool:
    rows = Membership.objects.within(_EVERYWHERE).filter(
        organisation=message.organisation_id,
        person=message.person_id,
        person__is_active=True,
    )
    return bool(rows.exists())


def give_back(message: Outgoing, now: datetime) -> None:
    """Let a message be tried later after a mistake of ours: a poisoned one stops nobody else."""
    _failed(message, BROKEN, now, final=False)


#: What the list says after a mistake of the program.
BROKEN: Final = Message("Something went wrong in the program; the log of the worker says what.")
#: Who has left is told nothing more.
LEFT: Final = Message("The recipient is no longer a member.")


def _failed(message: Outgoing, why: Message, now: datetime, *, final: bool) -> None:
    final = final or message.tries > len(RESTS)
    _claimed(message).update(
        state=_State.FAILED if final else _State.WAITING,
        claim=None,
        next_at=now if final else now + RESTS[message.tries - 1],
        error={"template": why.template, "values": dict(why.values)},
    )


def _claimed(message: Outgoing) -> Any:
    return Outgoing.objects.within(_EVERYWHERE).filter(pk=message.pk, claim=message.claim)


def tidy(now: datetime) -> None:
    """Forget what was sent long ago."""
    Outgoing.objects.within(_EVERYWHERE).filter(made_at__lt=now - KEPT).delete()


def waiting_for_a_server() -> int:
    """Return how many letters wait because no mail server is set up."""
    if settings.CAN_SEND_EMAIL:
        return 0
    rows = Outgoing.objects.within(_EVERYWHERE)
    return rows.filter(carrier__in=BY_MAIL, state=_State.WAITING).count()


def given_up_since(since: datetime) -> int:
    """Return how many messages were given up since a moment."""
    rows = Outgoing.objects.within(_EVERYWHERE)
    return rows.filter(state=_State.FAILED, made_at__gte=since).count()
