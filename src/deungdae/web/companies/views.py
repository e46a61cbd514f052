"""The page of one company: what it says of itself, and its sites."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from deungdae.web.companies.actions import ChangeCompany, KeepSite
from deungdae.web.companies.forms import CompanyForm, SiteForm
from deungdae.web.companies.models import Company, Site
from deungdae.web.core.access import get_owned, needs
from deungdae.web.core.scope import Scope


def company_shown(scope: Scope) -> Company:
    """Return the company whose pages are shown; Http404 where the organisation is none."""
    company: Company | None = Company.objects.here(scope).select_related("organisation").first()
    if company is None:
        raise Http404
    return company


@needs("companies.see")
@require_http_methods(["GET", "HEAD"])
def company(request: HttpRequest) -> HttpResponse:
    """Show the company and its sites, with forms for those who manage it."""
    return _page(request, company_shown(request.tenant_scope), None, None)


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
@require_POST
def change_site(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Change a site."""
    site = get_owned(Site, request.tenant_scope, public_id)
    return _keep_site(request, site.company, site)


def _keep_site(request: HttpRequest, owner: Company, site: Site | None) -> HttpResponse:
    form = SiteForm(request.tenant_scope, owner, site, request.POST)
    if not form.is_valid():
        return _page(request, owner, None, form)
    KeepSite(
        scope=request.tenant_scope,
        organisation=owner.organisation,
        company=owner,
        site=site,
        **form.cleaned_data,
    ).perform()
    messages.success(request, _("The site is kept."))
    return redirect("companies:company")


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
        "sites": Site.objects.within(scope).filter(company=shown),
        "manages": scope.may("companies.manage"),
        "form": form or CompanyForm(initial=typed),
        "site_form": site_form or SiteForm(scope, shown, None, initial={"time_zone": "Asia/Seoul"}),
    }
    return render(request, "companies/company.html", context)
