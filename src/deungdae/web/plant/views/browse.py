"""What a machine offers, with live values: looked through, chosen, named."""

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from deungdae.web.core.access import needs
from deungdae.web.plant import looking
from deungdae.web.plant.access import get_agent
from deungdae.web.plant.actions.configurations import ChooseTags, DescribeTags
from deungdae.web.plant.errors import Refused
from deungdae.web.plant.forms.choosing import GOOD, rows_of, typed_rows, value_shown
from deungdae.web.plant.forms.machines import BELOW
from deungdae.web.plant.machines import KINDS
from deungdae.web.plant.models import Agent, Tag
from deungdae.web.plant.views.machines import machine_of

#: How often, and how many times, the page asks again for an agent that was not heard: 3 minutes.
AGAIN_SECONDS: Final = 5
MOST_TIMES: Final = 36


@needs("plant.manage")
@require_safe
def page(request: HttpRequest, public_id: UUID, machine: str) -> HttpResponse:
    """Show the page at once; what the machine offers follows when it has answered."""
    agent = get_agent(request.tenant_scope, public_id)
    driver = machine_of(request.tenant_scope, agent, machine)
    return render(request, "plant/browse.html", _context(agent, machine, driver))


@needs("plant.manage")
@require_safe
def found(request: HttpRequest, public_id: UUID, machine: str) -> HttpResponse:
    """Ask the machine, and return the form in which it is chosen."""
    scope = request.tenant_scope
    agent = get_agent(scope, public_id)
    driver = machine_of(scope, agent, machine)
    kind = KINDS[driver["kind"]]
    look = looking.at(agent, driver)
    tags = Tag.objects.within(scope).filter(agent=agent, machine=machine)
    below = driver.get(BELOW) or agent.prefix
    asked = request.GET.get("asked", "")
    times = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 4 else 0
    context = _context(agent, machine, driver) | {
        "look": look,
        "again": times + 1 if look.unheard and times < MOST_TIMES else 0,
        "again_seconds": AGAIN_SECONDS,
        "rows": rows_of(look.found, kind, driver, below, tags),
    }
    return render(request, "plant/browse_found.html", context)


@needs("plant.manage")
@require_safe
def now(request: HttpRequest, public_id: UUID, machine: str) -> HttpResponse:
    """Return the values of this moment by address, for the page that is open."""
    agent = get_agent(request.tenant_scope, public_id)
    look = looking.at(agent, machine_of(request.tenant_scope, agent, machine))
    values = {
        str(one["address"]): [value_shown(one.get("value")), one.get("quality", GOOD) == GOOD]
        for one in look.found
    }
    return JsonResponse({"values": values, "problem": look.problem})


@needs("plant.manage")
@require_POST
def choose(request: HttpRequest, public_id: UUID, machine: str) -> HttpResponse:
    """Keep what was chosen and named: a new version where names are ours to give."""
    scope = request.tenant_scope
    agent = get_agent(scope, public_id)
    driver = machine_of(scope, agent, machine)
    kind = KINDS[driver["kind"]]
    rows = typed_rows(request.POST, agent.prefix, choosing=kind.browsed)
    taken = [row for row in rows if row.take]
    refusal = ""
    if not any(row.error for row in rows):
        told: dict[str, Any] = {
            "scope": scope, "organisation": agent.organisation, "agent": agent,
            "machine": machine, "said": [row.said for row in taken],
        }  # fmt: skip
        try:
            if kind.browsed:
                nodes = [{"tag": row.path, "id": row.address} for row in taken]
                ChooseTags(
                    **told, driver={**driver, "node": nodes}, seen=_seen(request, agent)
                ).perform()
            else:
                DescribeTags(**told).perform()
        except Refused as error:
            refusal = str(error.sentence)
        else:
            messages.success(
                request,
                ngettext("%(n)d tag is kept.", "%(n)d tags are kept.", len(taken))
                % {"n": len(taken)},
            )
            return redirect(agent)
    context = _context(agent, machine, driver) | {
        "look": looking.Look(),
        "rows": rows,
        "refusal": refusal or _("Some names need another look; nothing was kept yet."),
    }
    return render(request, "plant/browse.html", context)


def _seen(request: HttpRequest, agent: Agent) -> int:
    try:
        return int(request.POST.get("seen", ""))
    except ValueError:
        return agent.number


def _context(agent: Agent, machine: str, driver: dict[str, Any]) -> dict[str, Any]:
    return {
        "agent": agent,
        "machine": machine,
        "kind": KINDS[driver["kind"]],
        "choosing": KINDS[driver["kind"]].browsed,
        "seen": agent.number,
    }
