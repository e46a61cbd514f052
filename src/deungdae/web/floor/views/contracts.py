"""A site's electricity contract: what its power costs, from which day on."""

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from deungdae.web.companies.models import Site
from deungdae.web.core.access import needs
from deungdae.web.core.rules import allowed
from deungdae.web.floor.access import get_site
from deungdae.web.floor.actions.contracts import KeepContract, RemoveContract
from deungdae.web.floor.forms.contracts import BANDS, SEASONS, ContractForm, initial
from deungdae.web.floor.models import PowerContract
from deungdae.web.floor.working import tariffs


@needs("floor.see")
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show the contracts of a site, and take a new one."""
    site = get_site(request.tenant_scope, public_id)
    return _keep(request, site) if request.method == "POST" else _page(request, site)


@needs("companies.manage")
def _keep(request: HttpRequest, site: Site) -> HttpResponse:
    offered, _problem = tariffs.known(site.organisation)
    present = _present(request, site)
    form = ContractForm(
        [(one["name"], tariffs.word(one)) for one in offered],
        present.tariff if present else "",
        request.POST,
    )
    if not form.is_valid():
        return _page(request, site, form)
    KeepContract(
        scope=request.tenant_scope, organisation=site.organisation, site=site, **form.values()
    ).perform()
    messages.success(request, _("The electricity contract is kept."))
    return redirect("floor:power_contract", public_id=site.public_id)


@needs("companies.manage")
@require_POST
def remove(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Remove the contract that begins on a day; the one before it holds on."""
    site = get_site(request.tenant_scope, public_id)
    try:
        since = date.fromisoformat(request.POST.get("since", ""))
    except ValueError:
        messages.error(request, _("There is no such contract."))
    else:
        RemoveContract(
            scope=request.tenant_scope, organisation=site.organisation, site=site, since=since
        ).perform()
        messages.success(request, _("The contract is removed."))
    return redirect("floor:power_contract", public_id=site.public_id)


def _present(request: HttpRequest, site: Site) -> PowerContract | None:
    rows = PowerContract.objects.within(request.tenant_scope).filter(site=site)
    found: PowerContract | None = (
        rows.filter(since__lte=timezone.localdate()).order_by("-since").first()
    )
    return found


def _page(request: HttpRequest, site: Site, form: ContractForm | None = None) -> HttpResponse:
    offered, problem = tariffs.known(site.organisation)
    words = {str(one["name"]): tariffs.word(one) for one in offered}
    prices = {str(one["name"]): one.get("prices") for one in offered}
    bases = {str(one["name"]): one.get("base") for one in offered}
    present = _present(request, site)
    rows = PowerContract.objects.within(request.tenant_scope).filter(site=site).order_by("-since")
    versions = [
        {
            "row": row,
            "word": words.get(row.tariff, row.tariff),
            "own": row.prices is not None,
            "base": row.base or bases.get(row.tariff),
            "present": present is not None and row.pk == present.pk,
        }
        for row in rows
    ]
    held = None if present is None else present.prices or prices.get(present.tariff)
    context = {
        "site": site,
        "versions": versions,
        "present": next((one for one in versions if one["present"]), None),
        "priced": None
        if held is None
        else [(name, held[3 * place : 3 * place + 3]) for place, (_s, name) in enumerate(SEASONS)],
        "bands": [word for _band, word in BANDS],
        "form": form
        or ContractForm(
            list(words.items()), present.tariff if present else "", initial=initial(present)
        ),
        "manages": allowed("companies.manage", request.tenant_scope, site.organisation),
        "problem": problem,
    }
    status = 400 if form is not None else 200
    return render(request, "floor/contracts/show.html", context, status=status)
