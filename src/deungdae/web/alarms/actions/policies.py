"""Policies of telling, and their steps."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from deungdae.web.alarms.models import AlarmRule, Channel, TellingPolicy, TellingStep
from deungdae.web.core.action import Action
from deungdae.web.core.models import Membership

MOST_STEPS = 8


def _free(scope: Any, organisation: Any, name: str, but: TellingPolicy | None = None) -> None:
    rows = TellingPolicy.objects.within(scope).filter(
        organisation=organisation, name=name, retired_at=None
    )
    if (rows.exclude(pk=but.pk) if but else rows).exists():
        raise ValidationError(_("There is a policy of this name already."))


@dataclass(kw_only=True)
class MakePolicy(Action[TellingPolicy]):
    """Make a policy; it tells nobody before it has a step."""

    verb = "alarms.policy_made"
    right = "alarms.manage"
    label = _lazy("made a policy of telling")

    name: str
    quiet_below: str

    def change(self) -> TellingPolicy:
        """Return the policy."""
        _free(self.scope, self.organisation, self.name)
        made: TellingPolicy = TellingPolicy.objects.create(
            organisation=self.organisation, name=self.name, quiet_below=self.quiet_below
        )
        return made

    def details(self, result: TellingPolicy) -> dict[str, Any]:
        """Say which."""
        return {"name": self.name}


@dataclass(kw_only=True)
class ChangePolicy(Action[None]):
    """Give a policy another name or other quiet hours."""

    verb = "alarms.policy_changed"
    right = "alarms.manage"
    label = _lazy("changed a policy of telling")

    policy: TellingPolicy
    name: str
    quiet_below: str

    def change(self) -> None:
        """Store it."""
        _free(self.scope, self.organisation, self.name, self.policy)
        self.policy.name, self.policy.quiet_below = self.name, self.quiet_below
        self.policy.save()

    def details(self, result: None) -> dict[str, Any]:
        """Say which."""
        return {"name": self.name, "quiet_below": self.quiet_below}


@dataclass(kw_only=True)
class RetirePolicy(Action[int]):
    """Take a policy away; its rules are told by the default from now on."""

    verb = "alarms.policy_retired"
    right = "alarms.manage"
    label = _lazy("took a policy of telling away")

    policy: TellingPolicy
    now: datetime

    def change(self) -> int:
        """Return how many rules change to the default."""
        if self.policy.is_default:
            raise ValidationError(_("The default policy cannot be taken away."))
        self.policy.retired_at = self.now
        self.policy.save(update_fields=["retired_at"])
        changed: int = (
            AlarmRule.objects.within(self.scope)
            .filter(organisation=self.organisation, policy_id=self.policy.public_id)
            .update(policy_id=None)
        )
        return changed

    def details(self, result: int) -> dict[str, Any]:
        """Say which, and of how many rules."""
        return {"name": self.policy.name, "rules": result}


@dataclass(kw_only=True)
class SaveStep(Action[TellingStep]):
    """Add a step to a policy, or change one (`step`). `people` are ids of members."""

    verb = "alarms.policy_step_saved"
    right = "alarms.manage"
    label = _lazy("changed who is told")

    policy: TellingPolicy
    step: TellingStep | None
    after_minutes: int
    worked: bool
    roles: list[str]
    people: list[str]
    channels: list[str]

    def change(self) -> TellingStep:
        """Return the step. Raises `ValidationError` for a step that tells nobody."""
        if not (self.roles or self.people or self.channels):
            raise ValidationError(_("Choose somebody, or a channel."))
        steps = TellingStep.objects.within(self.scope).filter(policy=self.policy)
        if self.step is None and steps.count() >= MOST_STEPS:
            raise ValidationError(_("A policy has at most %(n)s steps.") % {"n": MOST_STEPS})
        step: TellingStep = self.step or TellingStep(
            organisation=self.organisation, policy=self.policy
        )
        step.after_minutes, step.worked = self.after_minutes, self.worked
        step.roles = self.roles
        known = Channel.objects.within(self.scope).filter(
            organisation=self.organisation, public_id__in=self.channels, retired_at=None
        )
        step.channels = [str(one.public_id) for one in known]
        step.save()
        members = Membership.objects.within(self.scope).filter(
            organisation=self.organisation, public_id__in=self.people
        )
        step.people.set(members.values_list("person_id", flat=True))
        return step

    def details(self, result: TellingStep) -> dict[str, Any]:
        """Say of which policy, and when."""
        return {"name": self.policy.name, "after_minutes": self.after_minutes}


@dataclass(kw_only=True)
class RemoveStep(Action[None]):
    """Take a step out of a policy."""

    verb = "alarms.policy_step_removed"
    right = "alarms.manage"
    label = _lazy("took a step out of a policy of telling")

    step: TellingStep

    def change(self) -> None:
        """Delete it."""
        self.step.delete()

    def details(self, result: None) -> dict[str, Any]:
        """Say of which policy, and when."""
        return {"name": self.step.policy.name, "after_minutes": self.step.after_minutes}
