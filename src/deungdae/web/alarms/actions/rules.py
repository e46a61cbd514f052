"""Rules of alarms are made, changed and retired."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from deungdae.web.alarms import telling
from deungdae.web.alarms.models import AlarmRule, TellingPolicy
from deungdae.web.core.action import Action, NotThere
from deungdae.web.floor.models import Asset
from deungdae.web.plant.errors import Refused


@dataclass(kw_only=True)
class _Rule(Action[AlarmRule]):
    name: str
    kind: str
    condition: dict[str, Any]
    priority: str = "medium"
    tag: str = ""
    asset: Asset | None = None
    watch: UUID | str | None = None
    latching: bool = False
    causes: list[str] = field(default_factory=list)
    policy_id: UUID | None = None
    meaning: str = ""
    remedy: str = ""

    def values(self) -> dict[str, Any]:
        """Return the columns of the row."""
        return {
            "name": self.name,
            "kind": self.kind,
            "condition": self.condition,
            "priority": self.priority,
            "tag": self.tag,
            "asset": self.asset,
            "watch_id": self.watch,
            "latching": self.latching,
            "causes": self.causes,
            "policy_id": self.policy_id,
            "meaning": self.meaning,
            "remedy": self.remedy,
        }

    def refer_to_own(self) -> None:
        """Raise `NotThere` when it names a policy or alarms of another organisation."""
        policies = TellingPolicy.objects.within(self.scope).filter(organisation=self.organisation)
        if self.policy_id is not None and not policies.filter(public_id=self.policy_id).exists():
            raise NotThere("This policy belongs to another organisation.")
        rules = AlarmRule.objects.within(self.scope).filter(organisation=self.organisation)
        caused = {str(one) for one in self.causes}
        if rules.filter(public_id__in=caused).count() < len(caused):
            raise NotThere("An alarm that it brings about belongs to another organisation.")

    def details(self, result: AlarmRule) -> dict[str, Any]:
        """Say which, and when it comes."""
        return {
            "name": self.name,
            "kind": self.kind,
            "of": self.tag or (self.asset.name if self.asset else ""),
            "priority": self.priority,
            "condition": self.condition,
        }

    def after_commit(self, result: AlarmRule) -> None:
        """Let the monitor follow it from now on."""
        telling.tell_rule(result)


def _taken() -> Refused:
    return Refused(_("There is an alarm of this name already. Choose another name."))


@dataclass(kw_only=True)
class MakeRule(_Rule):
    """Have an alarm come from now on."""

    verb = "alarms.rule_made"
    right = "alarms.manage"
    label = _lazy("made an alarm")

    def change(self) -> AlarmRule:
        """Return the rule; raises `Refused` when the name is taken."""
        self.refer_to_own()
        try:
            with transaction.atomic():
                made: AlarmRule = AlarmRule.objects.create(
                    organisation=self.organisation, made_by=self.scope.person, **self.values()
                )
        except IntegrityError as error:
            raise _taken() from error
        return made


@dataclass(kw_only=True)
class ChangeRule(_Rule):
    """Have an alarm come otherwise from now on; what became of it so far stays."""

    verb = "alarms.rule_changed"
    right = "alarms.manage"
    label = _lazy("changed an alarm")

    rule: AlarmRule

    def change(self) -> AlarmRule:
        """Return the rule; raises `Refused` when the name is taken."""
        self.refer_to_own()
        try:
            with transaction.atomic():
                self.rule.alter(self.scope, **self.values())
        except IntegrityError as error:
            raise _taken() from error
        return self.rule


@dataclass(kw_only=True)
class RetireRule(Action[None]):
    """Have an alarm never come again; its history stays."""

    verb = "alarms.rule_retired"
    right = "alarms.manage"
    label = _lazy("retired an alarm")

    rule: AlarmRule
    now: datetime

    def change(self) -> None:
        """A second time changes nothing."""
        if self.rule.retired_at is None:
            self.rule.alter(self.scope, retired_at=self.now)

    def details(self, result: None) -> dict[str, Any]:
        """Say which."""
        return {"name": self.rule.name}

    def after_commit(self, result: None) -> None:
        """Let the monitor forget it."""
        telling.tell_rule(self.rule)
