"""What was done about an alarm when it came last, for whoever sees it now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from deungdae.web.alarms.models import AlarmNote
from deungdae.web.core.models import Organisation
from deungdae.web.core.scope import Scope
from deungdae.web.plant.live import words as say


@dataclass(frozen=True)
class LastTime:
    """The last note on a rule, and how long the alarm stood until it was written."""

    text: str
    at: datetime
    by: str
    took: str  #: in words, "" where nobody knows


def last_times(
    scope: Scope, organisation: Organisation, shown: Mapping[str, int]
) -> dict[str, LastTime]:
    """Return by rule what was written down last of an occurrence before the one that is shown."""
    notes = (
        AlarmNote.objects.within(scope)
        .filter(organisation=organisation, rule__public_id__in=set(shown))
        .select_related("rule", "by")
        .order_by("at", "pk")
    )
    by_rule = [(str(note.rule.public_id), note) for note in notes]
    # The last of each rule stands.
    return {rule: of_note(note) for rule, note in by_rule if note.occurrence < shown[rule]}


def of_note(note: AlarmNote) -> LastTime:
    """Return a note as it is shown."""
    took = "" if note.took_seconds is None else say.lasting(note.took_seconds, say.for_browser())
    return LastTime(note.text, note.at, note.by.name if note.by else "", took)
