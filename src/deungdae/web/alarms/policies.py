"""Who is told of an alarm: the policy as the monitor reads it, and the people behind a step."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from deungdae.web.alarms.models import AlarmMail, AlarmRule, Channel, TellingPolicy, TellingStep
from deungdae.web.core.models import Membership, Organisation, Person
from deungdae.web.core.scope import Role, Scope, SystemActor

ACTOR: Final = SystemActor("telling")
#: What an organisation has before somebody makes a policy: minutes → roles.
FIRST: Final[dict[int, list[str]]] = {
    0: ["engineer"],
    15: ["admin", "owner"],
}


#: What brings the monitor's copies of the rules up to date; filled when the app is ready.
LISTENERS: Final[list[Callable[[Organisation], object]]] = []


def changed(organisation: Organisation) -> None:
    """Let the rules of an organisation be told anew: a policy of theirs is another."""
    for listen in LISTENERS:
        listen(organisation)


@dataclass(frozen=True)
class Told:
    """Whom one step tells: members by mail in their language, and channels."""

    people: tuple[Person, ...]
    channels: tuple[Channel, ...]


def default(organisation: Organisation) -> TellingPolicy:
    """Return the policy of rules that name none; made at the first need."""
    scope = Scope.of_system(ACTOR, organisation)
    found, made = TellingPolicy.objects.within(scope).get_or_create(
        organisation=organisation, is_default=True, defaults={"name": _("Standard")}
    )
    if made:
        for minutes, roles in FIRST.items():
            TellingStep.objects.create(
                organisation=organisation, policy=found, after_minutes=minutes, roles=roles
            )
    policy: TellingPolicy = found
    return policy


def of_rule(organisation: Organisation, policy_id: UUID | None) -> TellingPolicy:
    """Return the policy that a rule names, or the default when it was taken away."""
    scope = Scope.of_system(ACTOR, organisation)
    named = policy_id and TellingPolicy.objects.within(scope).filter(
        organisation=organisation, public_id=policy_id, retired_at=None
    )
    found: TellingPolicy | None = named.first() if named else None
    return found or default(organisation)


def policy_document(rule: AlarmRule) -> dict[str, Any] | None:
    """Return a rule's policy as the monitor reads it; None when nobody is to be told."""
    policy = of_rule(rule.organisation, rule.policy_id)
    steps = _steps(policy)
    if not steps:
        return None
    return {
        "steps": [
            {
                "to": str(step.public_id),
                "after_seconds": step.after_minutes * 60,
                "worked": step.worked,
            }
            for step in steps
        ],
        "quiet_below": policy.quiet_below or None,
    }


def _steps(policy: TellingPolicy) -> list[TellingStep]:
    scope = Scope.of_system(ACTOR, policy.organisation)
    return list(TellingStep.objects.within(scope).filter(policy=policy))


def told(organisation: Organisation, to: str, number: int, priority: str) -> Told:
    """Return whom a telling is for: the step `to`, or the default's step `number` without it.

    Members who want no mail of that priority are left out. Where nobody has the role that a step
    names, as in a firm of one owner, those of the next higher role are told.
    """
    scope = Scope.of_system(ACTOR, organisation)
    step = _step(scope, organisation, to)
    if step is None:
        steps = _steps(default(organisation))
        step = steps[min(number, len(steps) - 1)] if steps else None
    if step is None:
        return Told((), ())
    members = {
        one.person: one.role
        for one in Membership.objects.within(scope)
        .filter(organisation=organisation, person__is_active=True)
        .select_related("person")
    }
    named = set(step.people.values_list("pk", flat=True))
    roles = _held(step.roles, set(members.values()))
    chosen = [person for person, role in members.items() if role in roles or person.pk in named]
    unwanted = set(_unwanted(scope, organisation, priority))
    return Told(
        tuple(person for person in chosen if person.pk not in unwanted),
        tuple(channels_of(scope, step)),
    )


def _held(wanted: Iterable[str], held: set[str]) -> set[str]:
    """Return the wanted roles, or the next higher one that somebody holds."""
    asked = set(wanted)
    if not asked or asked & held:
        return asked
    highest = max(Role[role.upper()] for role in asked)
    above = [role for role in held if Role[role.upper()] > highest]
    return {min(above, key=lambda role: Role[role.upper()])} if above else set()


def channels_of(scope: Scope, step: TellingStep) -> list[Channel]:
    """Return the channels that a step tells and that are still in use."""
    rows = Channel.objects.within(scope).filter(organisation=step.organisation_id, retired_at=None)
    return list(rows.filter(public_id__in=step.channels))


def _step(scope: Scope, organisation: Organisation, to: str) -> TellingStep | None:
    try:
        named = UUID(to)
    except ValueError:
        return None
    found: TellingStep | None = (
        TellingStep.objects.within(scope).filter(organisation=organisation, public_id=named).first()
    )
    return found


def _unwanted(scope: Scope, organisation: Organisation, priority: str) -> Iterable[int]:
    refused = [AlarmMail.Wants.NONE]
    if priority != "high":
        refused.append(AlarmMail.Wants.HIGH)
    rows = AlarmMail.objects.within(scope).filter(organisation=organisation, wants__in=refused)
    return list(rows.values_list("person_id", flat=True))
