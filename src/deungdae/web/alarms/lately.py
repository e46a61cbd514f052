"""What was done about an alarm when it came last, for whoever sees it now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

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

    @property
    def sentence(self) -> str:
        """The same as one sentence."""
        if self.took:
            return _("Last time: %(text)s (after %(took)s)") % {
                "text": self.text, "took": self.took
            }  # fmt: skip
        return _("Last time: %(text)s") % {"text": self.text}


def last_times(
    scope: Scope, organisation: Organisation, rules: Iterable[str]
) -> dict[str, LastTime]:
    """Return by rule what was written down last."""
    notes = (
        AlarmNote.objects.within(scope)
        .filter(organisation=organisation, rule__public_id__in=set(rules))
        .select_related("rule", "by")
        .order_by("at", "pk")
    )
    # The last of each rule stands.
    return {str(note.rule.public_id): of_note(note) for note in notes}


def last_time(scope: Scope, organisation: Organisation, rule: str) -> str:
    """Return one sentence on what was done last, "" where nobody wrote anything."""
    found = last_times(scope, organisation, [rule]).get(rule)
    return found.sentence if found else ""


def of_note(note: AlarmNote) -> LastTime:
    """Return a note as it is shown."""
    took = "" if note.took_seconds is None else say.lasting(note.took_seconds, say.for_browser())
    return LastTime(note.text, note.at, note.by.name if note.by else "", took)
