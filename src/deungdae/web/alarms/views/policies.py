"""The pages of policies: who is told at once, and who later."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from deungdae.web.alarms import policies as told_by
from deungdae.web.alarms.actions.policies import (
    ChangePolicy,
    MakePolicy,
    RemoveStep,
    RetirePolicy,
    SaveStep,
)
from deungdae.web.alarms.forms.telling import PolicyForm, StepForm
from deungdae.web.alarms.models import AlarmRule, Channel, TellingPolicy, TellingStep
from deungdae.web.alarms.telling_access import get_policy, get_step
from deungdae.web.core.access import needs
from deungdae.web.core.action import Action
from deungdae.web.core.lists import Column, Listing
from deungdae.web.core.models import Membership, RoleName

show_or_send = require_http_methods(["GET", "HEAD", "POST"])


@needs("alarms.see")
@require_http_methods(["GET", "HEAD"])
def policies(request: HttpRequest) -> HttpResponse:
    """List the policies; the default is made when there is none."""
    scope = request.tenant_scope
    told_by.default(scope.current)
    shown = Listing(
        request,
        TellingPolicy.objects.here(scope)
        .filter(retired_at=None)
        .annotate(count_of_steps=Count("steps")),
        name="policies",
        caption=_("Who is told"),
        columns=(
            Column("name", _("Name"), "name", lambda row: row.name),
            Column("steps", _("Steps"), "count_of_steps", lambda row: row.count_of_steps),
            Column("rules", _("Alarm rules"), "", lambda row: _rules(scope, row), number=True),
        ),
        start="name",
        search=_("Find by name"),
        search_in=("name",),
    )  # fmt: skip
    if shown.file is not None:
        return shown.file
    rows = [(row, _rules(scope, row), _steps(scope, row)) for row in shown.page]
    context = {"list": shown, "rows": rows, "manages": scope.may("alarms.manage")}
    return render(request, "alarms/policies.html", context)


def _rules(scope: Any, policy: TellingPolicy) -> int:
    rows = AlarmRule.objects.within(scope).filter(
        organisation=policy.organisation_id, retired_at=None
    )
    named = rows.filter(policy_id=policy.public_id).count()
    return int(named + (rows.filter(policy_id=None).count() if policy.is_default else 0))


def _steps(scope: Any, policy: TellingPolicy) -> list[dict[str, Any]]:
    """Return each step with whom it tells, in words."""
    roles = dict(RoleName.choices)
    found = []
    rows = TellingStep.objects.within(scope).filter(policy=policy)
    for step in rows.prefetch_related("people"):
        whom = [
            *(_("everybody with the role “%(role)s”") % {"role": roles[r]} for r in step.roles),
            *(str(person) for person in step.people.all()),
            *(channel.name for channel in told_by.channels_of(scope, step)),
        ]
        found.append({"step": step, "whom": whom, "id": str(step.public_id)})
    return found


@needs("alarms.manage")
@show_or_send
def new_policy(request: HttpRequest) -> HttpResponse:
    """Make a policy."""
    scope = request.tenant_scope
    form = PolicyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = MakePolicy(
                scope=scope, organisation=scope.current, **form.cleaned_data
            ).perform()
        except ValidationError as error:
            form.add_error("name", error)
        else:
            messages.success(request, _("The policy stands. Say now whom it tells."))
            return redirect(made)
    return render(request, "alarms/new_policy.html", {"form": form})


@needs("alarms.see")
@show_or_send
def policy(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show one policy; who manages alarms changes it here."""
    scope = request.tenant_scope
    found = get_policy(scope, public_id)
    form = PolicyForm(
        request.POST or None, initial={"name": found.name, "quiet_below": found.quiet_below}
    )
    if request.method == "POST" and form.is_valid():
        action = ChangePolicy(
            scope=scope, organisation=found.organisation, policy=found, **form.cleaned_data
        )
        try:
            action.perform()
        except ValidationError as error:
            form.add_error("name", error)
        else:
            told_by.changed(found.organisation)
            messages.success(request, _("The policy is changed."))
            return redirect(found)
    return _page(request, found, form, None)


def _page(
    request: HttpRequest, found: TellingPolicy, form: PolicyForm, typed: StepForm | None
) -> HttpResponse:
    scope = request.tenant_scope
    manages = scope.may("alarms.manage", found.organisation)
    steps = _steps(scope, found)
    if manages:
        for one in steps:
            one["form"] = _step_form(request, found, one["step"])
    context = {
        "policy": found,
        "form": form,
        "steps": steps,
        "rules": _rules(scope, found),
        "manages": manages,
        "new_step": typed or (_step_form(request, found, None) if manages else None),
        "typed": typed is not None,
    }
    return render(request, "alarms/policy.html", context)


def _step_form(
    request: HttpRequest, found: TellingPolicy, step: TellingStep | None, data: Any = None
) -> StepForm:
    scope = request.tenant_scope
    members = list(
        Membership.objects.within(scope)
        .filter(organisation=found.organisation)
        .select_related("person")
    )
    channels = Channel.objects.within(scope).filter(
        organisation=found.organisation, retired_at=None
    )
    initial: dict[str, Any] = {}
    if step is not None:
        told = {person.pk for person in step.people.all()}
        initial = {
            "after_minutes": step.after_minutes,
            "worked": step.worked,
            "roles": step.roles,
            "people": [str(one.public_id) for one in members if one.person_id in told],
            "channels": step.channels,
        }
    return StepForm(
        [(str(one.public_id), str(one.person)) for one in members],
        [(str(one.public_id), one.name) for one in channels],
        data,
        initial=initial,
        auto_id=f"id_{step.public_id}_%s" if step else "id_new_%s",
    )


@needs("alarms.manage")
@require_POST
def add_step(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Add a step to a policy."""
    return _save(request, get_policy(request.tenant_scope, public_id), None)


@needs("alarms.manage")
@require_POST
def change_step(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Change one step."""
    step = get_step(request.tenant_scope, public_id)
    return _save(request, step.policy, step)


def _save(request: HttpRequest, found: TellingPolicy, step: TellingStep | None) -> HttpResponse:
    scope = request.tenant_scope
    form = _step_form(request, found, step, request.POST)
    if form.is_valid():
        given = {"channels": [], **form.cleaned_data}
        action = SaveStep(
            scope=scope, organisation=found.organisation, policy=found, step=step, **given
        )
        if _done(request, action, _("It is kept who is told.")):
            told_by.changed(found.organisation)
            return redirect(found)
    if step is not None:
        if form.errors:
            messages.error(request, _("The step was not changed: a field was typed wrong."))
        return redirect(found)
    kept = PolicyForm(initial={"name": found.name, "quiet_below": found.quiet_below})
    return _page(request, found, kept, form)


@needs("alarms.manage")
@require_POST
def remove_step(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take a step out of its policy."""
    step = get_step(request.tenant_scope, public_id)
    found = step.policy
    action = RemoveStep(scope=request.tenant_scope, organisation=found.organisation, step=step)
    if _done(request, action, _("The step is taken out.")):
        told_by.changed(found.organisation)
    return redirect(found)


@needs("alarms.manage")
@require_POST
def retire_policy(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take a policy away; its rules are told by the default."""
    found = get_policy(request.tenant_scope, public_id)
    action = RetirePolicy(
        scope=request.tenant_scope,
        organisation=found.organisation,
        policy=found,
        now=timezone.now(),
    )
    if not _done(request, action, _("The policy is gone; its rules follow the default.")):
        return redirect(found)
    told_by.changed(found.organisation)
    return redirect("alarms:policies")


def _done(request: HttpRequest, action: Action[Any], sentence: str) -> bool:
    try:
        action.perform()
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return False
    messages.success(request, sentence)
    return True
