"""From an event of the monitor to the messages it asks for, one for each recipient."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings

from deungdae.web.alarms import letters, policies
from deungdae.web.alarms.models import AlarmNote, Channel
from deungdae.web.core import outgoing
from deungdae.web.core.models import Organisation
from deungdae.web.core.scope import Scope
from deungdae.web.floor.models import Asset

#: What is older when it is heard of (the worker was away) is noted, and nobody is woken by it.
TOO_OLD: Final = timedelta(hours=2)


def telling(organisation: Organisation, event: Mapping[str, Any], now: datetime) -> None:
    """Put on their way the messages about one step of one alarm."""
    document = event["document"]
    scope = Scope.of_system(policies.ACTOR, organisation)
    zone = _zone(scope, document.get("asset"))
    last = last_time(scope, organisation, document, zone)
    told = policies.told(
        organisation,
        str(document.get("to") or ""),
        int(document.get("step") or 0),
        str(document.get("priority") or ""),
    )

    def text(language: str) -> letters.Text:
        return letters.alarm(document, language, zone, last)

    _send(organisation, "alarm", event, told, text, now)


def drifted(organisation: Organisation, event: Mapping[str, Any], now: datetime) -> None:
    """Put on their way the messages about a watch whose reference no longer fits."""
    document = event["document"]
    told = policies.told(organisation, "", 0, "low")
    _send(
        organisation, "watch", event, told, lambda language: letters.watch(document, language), now
    )


def _send(
    organisation: Organisation,
    kind: str,
    event: Mapping[str, Any],
    told: policies.Told,
    text: Any,
    now: datetime,
) -> None:
    about = f"{event['kind']}:{event['key']}"
    late = now - datetime.fromtimestamp(event["at"] / 1e6, UTC) > TOO_OLD
    for person in told.people:
        words = text(person.language)
        letter = outgoing.Letter(person.email, words.subject, words.text, person=person)
        outgoing.add(organisation, kind, f"{about}:{person.public_id}", letter, now, late=late)
    for channel in told.channels:
        words = text(channel.language)
        letter = _by(channel, words, organisation, event)
        outgoing.add(organisation, kind, f"{about}:{channel.public_id}", letter, now, late=late)


def _by(
    channel: Channel, words: letters.Text, organisation: Organisation, event: Mapping[str, Any]
) -> outgoing.Letter:
    if channel.kind == Channel.Kind.MAIL:
        # The address of a mailbox is no secret; the row shows it like that of a member.
        return outgoing.Letter(
            channel.shown,
            words.subject,
            words.text,
            carrier="mailbox",
            target=str(channel.public_id),
        )
    document = event["document"]
    return outgoing.Letter(
        channel.name,
        words.subject,
        words.text,
        carrier=str(channel.kind),
        target=str(channel.public_id),
        document={
            "kind": event["kind"],
            "key": event["key"],
            "at_us": event["at"],
            "company": {"id": str(organisation.public_id), "name": organisation.name},
            "subject": words.subject,
            "text": words.text,
            "link": letters.link(str(document.get("page") or "/alarms/")),
            "event": document,
        },
    )


def _zone(scope: Scope, asset: Any) -> str:
    try:
        found = asset and Asset.objects.within(scope).filter(public_id=UUID(str(asset)))
    except ValueError:
        found = None
    row = found.select_related("site").first() if found else None
    return row.site.time_zone if row else settings.TIME_ZONE


def last_time(
    scope: Scope, organisation: Organisation, document: Mapping[str, Any], zone: str
) -> str:
    """Return what was done when this alarm came before, in the words of who did it, and its day."""
    try:
        rule = UUID(str(document.get("rule") or document.get("alarm") or ""))
    except ValueError:
        return ""
    notes = AlarmNote.objects.within(scope).filter(organisation=organisation, rule__public_id=rule)
    if isinstance(document.get("number"), int):  # what is done about this one is no last time
        notes = notes.filter(occurrence__lt=document["number"])
    note = notes.order_by("-at").first()
    return f"{note.at.astimezone(ZoneInfo(zone)):%Y-%m-%d} {note.text}" if note else ""
