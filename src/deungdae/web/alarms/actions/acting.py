"""What people do with alarms that stand: acknowledge, shelve, judge, write down what was done.

The life of an alarm is the monitor's. An action here asks it first, so that the record never says
that something was done which was not; while it is away, nothing is done and the person is told.
"""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from deungdae.web.alarms import telling
from deungdae.web.alarms.models import AlarmNote, AlarmRule, AlarmVerdict
from deungdae.web.core.action import Action, NotThere
from deungdae.web.floor import asking
from deungdae.web.plant.copies import microseconds
from deungdae.web.plant.errors import Refused


@dataclass(kw_only=True)
class _Doing(Action[list[dict[str, Any]]]):
    """`occurrences` are named "RULE:NUMBER"; `names` say for the record what they are called."""

    right = "alarms.act"

    occurrences: Sequence[str]
    names: Sequence[str] = field(default_factory=list)

    @abstractmethod
    def event(self) -> str:
        """Return what the monitor calls it."""

    def given(self) -> dict[str, Any]:
        """Return what else the monitor needs to know."""
        return {}

    def change(self) -> list[dict[str, Any]]:
        """Return how each alarm stands then; raises `Refused` while the monitor is away.

        Raises `NotThere` when one of them is no rule's of this organisation.
        """
        meant = {name.partition(":")[0] for name in self.occurrences}
        rules = AlarmRule.objects.within(self.scope).filter(organisation=self.organisation)
        if rules.filter(public_id__in=meant).count() < len(meant):
            raise NotThere("One of these alarms is another company's.")
        person = self.scope.person
        given = {
            "occurrences": list(self.occurrences),
            "event": self.event(),
            "by": person.name if person else "",
            **self.given(),
        }
        heard = asking.ask(self.organisation, "alarm_do", given)
        if heard.found is None:
            raise Refused(heard.problem)
        done: list[dict[str, Any]] = heard.found["done"]
        if not any(one["state"] for one in done):
            raise Refused(_("This alarm is not there any more."))
        return done

    def details(self, result: list[dict[str, Any]]) -> dict[str, Any]:
        """Say which."""
        return {"alarms": list(self.names) or list(self.occurrences)}


@dataclass(kw_only=True)
class Acknowledge(_Doing):
    """Say that somebody has seen it and takes care of it."""

    verb = "alarms.acknowledged"
    label = _lazy("acknowledged an alarm")

    def event(self) -> str:
        """Return what the monitor calls it."""
        return "acknowledge"


@dataclass(kw_only=True)
class Reset(_Doing):
    """Let go an alarm that stays until a person says so."""

    verb = "alarms.reset"
    label = _lazy("reset an alarm")

    def event(self) -> str:
        """Return what the monitor calls it."""
        return "reset"


@dataclass(kw_only=True)
class Shelve(_Doing):
    """Hear nothing of it until a time; it comes back by itself."""

    verb = "alarms.shelved"
    label = _lazy("put an alarm aside for a while")

    until: datetime

    def event(self) -> str:
        """Return what the monitor calls it."""
        return "shelve"

    def given(self) -> dict[str, Any]:
        """Say until when."""
        return {"until": microseconds(self.until)}

    def details(self, result: list[dict[str, Any]]) -> dict[str, Any]:
        """Say which, and until when."""
        return super().details(result) | {"until": self.until.isoformat(timespec="minutes")}


@dataclass(kw_only=True)
class Unshelve(_Doing):
    """Hear of it again."""

    verb = "alarms.unshelved"
    label = _lazy("took an alarm up again")

    def event(self) -> str:
        """Return what the monitor calls it."""
        return "unshelve"


@dataclass(kw_only=True)
class TakeOut(_Doing):
    """Have it say nothing until somebody puts it back, such as while a sensor is repaired."""

    verb = "alarms.taken_out_of_service"
    right = "alarms.manage"
    label = _lazy("took an alarm out of service")

    def event(self) -> str:
        """Return what the monitor calls it."""
        return "out_of_service"


@dataclass(kw_only=True)
class PutBack(_Doing):
    """Have it say something again."""

    verb = "alarms.put_back_in_service"
    right = "alarms.manage"
    label = _lazy("put an alarm back in service")

    def event(self) -> str:
        """Return what the monitor calls it."""
        return "in_service"


@dataclass(kw_only=True)
class Judge(Action[AlarmVerdict]):
    """Say whether an alarm was right; the last word counts."""

    verb = "alarms.judged"
    right = "alarms.act"
    label = _lazy("said whether an alarm was right")

    rule: AlarmRule
    occurrence: int
    verdict: str
    now: datetime
    raised_at: datetime | None = None

    def change(self) -> AlarmVerdict:
        """Return the verdict, which stands though the monitor may be away."""
        made, _new = AlarmVerdict.objects.within(self.scope).update_or_create(
            rule=self.rule,
            occurrence=self.occurrence,
            organisation=self.organisation,
            defaults={
                "verdict": self.verdict,
                "at": self.now,
                "by": self.scope.person,
                "raised_at": self.raised_at,
                "told": False,
            },
        )
        verdict: AlarmVerdict = made
        return verdict

    def details(self, result: AlarmVerdict) -> dict[str, Any]:
        """Say of which, and what."""
        return {"name": self.rule.name, "occurrence": self.occurrence, "verdict": self.verdict}

    def after_commit(self, result: AlarmVerdict) -> None:
        """Let it count in the figures."""
        telling.tell_verdict(result)


@dataclass(kw_only=True)
class WriteNote(Action[AlarmNote]):
    """Write down what was done, for whoever sees the same alarm next."""

    verb = "alarms.noted"
    right = "alarms.act"
    label = _lazy("wrote down what was done about an alarm")

    rule: AlarmRule
    occurrence: int
    text: str
    now: datetime
    took_seconds: float | None = None

    def change(self) -> AlarmNote:
        """Return the note."""
        made: AlarmNote = AlarmNote.objects.create(
            organisation=self.organisation,
            rule=self.rule,
            occurrence=self.occurrence,
            text=self.text,
            at=self.now,
            by=self.scope.person,
            took_seconds=self.took_seconds,
        )
        return made

    def details(self, result: AlarmNote) -> dict[str, Any]:
        """Say of which, and what."""
        return {"name": self.rule.name, "occurrence": self.occurrence, "text": self.text}
