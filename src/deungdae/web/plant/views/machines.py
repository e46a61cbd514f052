"""The machines of an agent: added, changed, removed, and their registers written down."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from deungdae.web.core.access import needs
from deungdae.web.core.scope import Scope
from deungdae.web.plant import chosen, looking
from deungdae.web.plant.access import get_agent
from deungdae.web.plant.actions.configurations import (
    AddMachine,
    ChangeMachine,
    ChooseTags,
    RemoveMachine,
)
from deungdae.web.plant.errors import Refused
from deungdae.web.plant.forms.choosing import value_shown
from deungdae.web.plant.forms.machines import MachineForm, parts_of
from deungdae.web.plant.machines import KINDS, Kind
from deungdae.web.plant.models import Agent, Configuration, Tag

show_or_send = require_http_methods(["GET", "HEAD", "POST"])


def drivers_of(scope: Scope, agent: Agent) -> list[dict[str, Any]]:
    """Return what an agent should read at present."""
    versions = Configuration.objects.within(scope).filter(agent=agent, number=agent.number)
    present = versions.first()
    return list(present.drivers) if present else []


def machine_of(scope: Scope, agent: Agent, machine: str) -> dict[str, Any]:
    """Return the driver's table of one machine; Http404 when there is none of this name."""
    for driver in drivers_of(scope, agent):
        if chosen.name_of(driver) == machine:
            return driver
    raise Http404


def next_page(agent: Agent, kind: Kind, machine: str) -> HttpResponse:
    """Lead to where it is said what is read of a machine."""
    page = "plant:values" if kind.written else "plant:browse"
    return redirect(page, agent.public_id, machine)


@needs("plant.manage")
@show_or_send
def new(request: HttpRequest, public_id: UUID, kind: str) -> HttpResponse:
    """Add a machine of a kind."""
    scope = request.tenant_scope
    agent = get_agent(scope, public_id)
    if kind not in KINDS or agent.revoked_at is not None:
        raise Http404
    taken = [chosen.name_of(driver) for driver in drivers_of(scope, agent)]
    form = MachineForm(
        KINDS[kind], agent.prefix, None, taken, request.POST or None, edge=agent.edge
    )
    if request.method == "POST" and form.is_valid():
        driver = form.driver()
        try:
            AddMachine(
                scope=scope, organisation=agent.organisation, agent=agent, driver=driver
            ).perform()
        except Refused as error:
            form.add_error(None, str(error.sentence))
        else:
            return next_page(agent, KINDS[kind], driver["name"])
    context = {"agent": agent, "kind": KINDS[kind], "form": form, "machine": ""}
    return render(request, "plant/machine.html", context)


@needs("plant.manage")
@show_or_send
def change(request: HttpRequest, public_id: UUID, machine: str) -> HttpResponse:
    """Change how a machine is reached."""
    scope = request.tenant_scope
    agent = get_agent(scope, public_id)
    driver = machine_of(scope, agent, machine)
    kind = KINDS[driver["kind"]]
    form = MachineForm(
        kind, agent.prefix, {**driver, "name": machine}, (), request.POST or None, edge=agent.edge
    )
    if request.method == "POST" and form.is_valid():
        try:
            ChangeMachine(
                scope=scope, organisation=agent.organisation, agent=agent, machine=machine,
                driver=form.driver(),
            ).perform()  # fmt: skip
        except Refused as error:
            form.add_error(None, str(error.sentence))
        else:
            messages.success(request, _("%(name)s is changed.") % {"name": machine})
            return redirect(agent)
    context = {"agent": agent, "kind": kind, "form": form, "machine": machine}
    return render(request, "plant/machine.html", context)


@needs("plant.manage")
@require_POST
def remove(request: HttpRequest, public_id: UUID, machine: str) -> HttpResponse:
    """Have a machine no longer read."""
    scope = request.tenant_scope
    agent = get_agent(scope, public_id)
    machine_of(scope, agent, machine)
    try:
        RemoveMachine(
            scope=scope, organisation=agent.organisation, agent=agent, machine=machine
        ).perform()
        messages.success(request, _("%(name)s is no longer read.") % {"name": machine})
    except Refused as error:
        messages.error(request, str(error.sentence))
    return redirect(agent)


@needs("plant.manage")
@show_or_send
def values(request: HttpRequest, public_id: UUID, machine: str) -> HttpResponse:
    """Write down registers or topics; `do=try` reads them once without keeping anything."""
    scope = request.tenant_scope
    agent = get_agent(scope, public_id)
    driver = machine_of(scope, agent, machine)
    kind = KINDS[driver["kind"]]
    if not kind.written:
        return next_page(agent, kind, machine)
    units = dict(Tag.objects.within(scope).filter(agent=agent).values_list("path", "unit"))
    rows = parts_of(kind, agent.prefix, driver, units, request.POST or None)
    context: dict[str, Any] = {
        "agent": agent, "kind": kind, "machine": machine, "rows": rows,
        "seen": request.POST.get("seen", agent.number),
    }  # fmt: skip
    if request.method == "POST" and rows.is_valid():
        drawn = {**driver, kind.part: rows.tables()}
        if request.POST.get("do") == "try":
            context |= _tried(agent, kind, drawn, rows)
        elif (refusal := _kept(request, agent, machine, drawn, rows)) is None:
            return redirect(agent)
        else:
            context["refusal"] = refusal
    return render(request, "plant/values.html", context)


def _kept(
    request: HttpRequest, agent: Agent, machine: str, drawn: Mapping[str, Any], rows: Any
) -> str | None:
    try:
        seen = int(request.POST.get("seen", ""))
    except ValueError:
        seen = agent.number
    try:
        ChooseTags(
            scope=request.tenant_scope, organisation=agent.organisation, agent=agent,
            machine=machine, driver=drawn, seen=seen,
            said=rows.said() if drawn["kind"] == "modbus" else (),
        ).perform()  # fmt: skip
    except Refused as error:
        return str(error.sentence)
    messages.success(request, _("Kept. The agent applies it at once."))
    return None


def _tried(agent: Agent, kind: Kind, drawn: Mapping[str, Any], rows: Any) -> dict[str, Any]:
    """Return what the values are at this moment, or why nobody knows."""
    if not drawn[kind.part]:
        return {"problem": _("Write down one value at least.")}
    look = looking.at(agent, drawn)
    if look.problem:
        return {"problem": look.problem, "problems": look.problems}
    if kind.part == "value":
        found = {str(one["name"]): one for one in look.found}
        for form in rows.written():
            form.value = value_shown(found.get(form.cleaned_data["tag"], {}).get("value"))
        return {"tried": True}
    heard = [
        {"path": one["name"], "address": one["address"], "value": value_shown(one.get("value"))}
        for one in look.found
    ]
    return {"tried": True, "heard": heard}
