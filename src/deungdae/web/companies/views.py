"""The page of one company: what it says of itself, and its sites."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from deungdae.web.companies import attached
from deungdae.web.companies.actions import ChangeCompany, ChooseMainSite, KeepSite, RemoveSite
from deungdae.web.companies.forms import CompanyForm, SiteForm
from deungdae.web.companies.models import Company, Site
from deungdae.web.core.access import get_owned, needs
from deungdae.web.core.lists import Column, Filter, Listing
from deungdae.web.core.scope import Scope


def company_shown(scope: Scope) -> Company:
    """Return the company whose pages are shown; Http404 where the organisation is none."""
    company: Company | None = Company.objects.here(scope).select_related("organisation").first()
    if company is None:
        raise Http404
    return company


def listed_sites(request: HttpRequest, owner: Company) -> Listing:
    """The sites of a company."""
    rows = Site.objects.within(request.tenant_scope).filter(company=owner)
    zones = rows.order_by("time_zone").values_list("time_zone", flat=True).distinct()
    return Listing(
        request,
        rows,
        name="sites",
        caption=_("Sites"),
        columns=(
            Column("name", _("Name"), "name", lambda site: site.name),
            Column("main", _("Main site"), "main", lambda site: site.main, file_only=True),
            Column("zone", _("Time zone"), "time_zone", lambda site: site.time_zone),
        ),
        start="name",
        search=_("Find by name"),
        search_in=("name",),
        filters=(
            Filter(
                "time_zone",
                _("Time zone"),
                [(zone, zone) for zone in zones],
                lambda rows, zone: rows.filter(time_zone=zone),
            ),
        ),
    )


@needs("companies.see")
@require_http_methods(["GET", "HEAD"])
def company(request: HttpRequest) -> HttpResponse:
    """Show the company and its sites, with forms for those who manage it."""
    shown = company_shown(request.tenant_scope)
    return listed_sites(request, shown).file or _page(request, shown, None, None)


@needs("companies.manage")
@require_POST
def change_company(request: HttpRequest) -> HttpResponse:
    """Store what was typed about the company."""
    shown = company_shown(request.tenant_scope)
    form = CompanyForm(request.POST)
    if not form.is_valid():
        return _page(request, shown, form, None)
    ChangeCompany(
        scope=request.tenant_scope,
        organisation=shown.organisation,
        company=shown,
        **form.cleaned_data,
    ).perform()
    messages.success(request, _("The company is changed."))
    return redirect("companies:company")


@needs("companies.manage")
@require_POST
def add_site(request: HttpRequest) -> HttpResponse:
    """Add a site to the company that is shown."""
    return _keep_site(request, company_shown(request.tenant_scope), None)


@needs("companies.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def change_site(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show the form of one site, and store what was typed there."""
    site = get_owned(Site, request.tenant_scope, public_id)
    if request.method == "POST":
        return _keep_site(request, site.company, site)
    typed = {"name": site.name, "time_zone": site.time_zone}
    return _site(request, site, SiteForm(request.tenant_scope, site.company, site, initial=typed))


@needs("companies.manage")
@require_POST
def choose_main_site(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Let a site be the main one of its company."""
    site = get_owned(Site, request.tenant_scope, public_id)
    ChooseMainSite(scope=request.tenant_scope, organisation=site.organisation, site=site).perform()
    messages.success(request, _("%(name)s is the main site now.") % {"name": site.name})
    return redirect("companies:company")


@needs("companies.manage")
@require_POST
def remove_site(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Remove a site; what came from it belongs to the main site from then on."""
    site = get_owned(Site, request.tenant_scope, public_id)
    try:
        RemoveSite(scope=request.tenant_scope, organisation=site.organisation, site=site).perform()
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("%(name)s is removed.") % {"name": site.name})
    return redirect("companies:company")


def _keep_site(request: HttpRequest, owner: Company, site: Site | None) -> HttpResponse:
    form = SiteForm(request.tenant_scope, owner, site, request.POST)
    if not form.is_valid():
        return _site(request, site, form) if site else _page(request, owner, None, form)
    KeepSite(
        scope=request.tenant_scope,
        organisation=owner.organisation,
        company=owner,
        site=site,
        **form.cleaned_data,
    ).perform()
    messages.success(request, _("The site is kept."))
    return redirect("companies:company")


def _site(request: HttpRequest, site: Site, form: SiteForm) -> HttpResponse:
    sites = Site.objects.within(request.tenant_scope).filter(company=site.company)
    context = {
        "site": site,
        "form": form,
        "hanging": attached.count(request.tenant_scope, site),
        "pages": attached.pages(request.tenant_scope, site),
        "main": sites.filter(main=True).first(),
    }
    return render(request, "companies/site.html", context)


def _page(
    request: HttpRequest, shown: Company, form: CompanyForm | None, site_form: SiteForm | None
) -> HttpResponse:
    scope = request.tenant_scope
    typed = {
        "name": shown.organisation.name,
        "registration_number": shown.registration_number,
    }
    context = {
        "company": shown,
        "list": listed_sites(request, shown),
        "count": Site.objects.within(scope).filter(company=shown).count(),
        "manages": scope.may("companies.manage"),
        "form": form or CompanyForm(initial=typed),
        "site_form": site_form or SiteForm(scope, shown, None, initial={"time_zone": "Asia/Seoul"}),
    }
    return render(request, "companies/company.html", context)
