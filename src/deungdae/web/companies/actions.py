"""How companies and their sites come to be and change."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from deungdae.web.companies import attached
from deungdae.web.companies.models import Company, Site
from deungdae.web.core.action import Action
from deungdae.web.core.models import Membership, Organisation, Person, RoleName


@dataclass(kw_only=True)
class FoundCompany(Action[Company]):
    """Make an organisation for a company, with its main site and its first owner."""

    verb = "companies.company_founded"
    right = "core.run_installation"
    label = _("registered the company")

    name: str
    site: str
    owner: Person
    time_zone: str = "Asia/Seoul"
    demo: bool = False

    def change(self) -> Company:
        """Return the company."""
        organisation = Organisation.objects.create(name=self.name, demo=self.demo)
        company = Company.objects.create(organisation=organisation)
        Site.objects.create(
            organisation=organisation,
            company=company,
            name=self.site,
            time_zone=self.time_zone,
            main=True,
        )
        Membership.objects.create(organisation=organisation, person=self.owner, role=RoleName.OWNER)
        return company

    def recorded_in(self, result: Company) -> Organisation:
        """The new organisation: this is the first entry of its chain."""
        return result.organisation

    def details(self, result: Company) -> dict[str, Any]:
        """Say what it is called and whose it is."""
        return {"name": self.name, "owner": self.owner.email}


@dataclass(kw_only=True)
class ChangeCompany(Action[None]):
    """Change what a company says of itself."""

    verb = "companies.company_changed"
    right = "companies.manage"
    label = _("changed the company")

    company: Company
    name: str
    registration_number: str

    def change(self) -> None:
        """Store the name with the organisation, the rest with the company."""
        self.company.organisation.name = self.name
        self.company.organisation.save(update_fields=("name",))
        self.company.registration_number = self.registration_number
        self.company.save()

    def details(self, result: None) -> dict[str, Any]:
        """Say what it is now."""
        return {"name": self.name, "registration_number": self.registration_number}


@dataclass(kw_only=True)
class KeepSite(Action[Site]):
    """Add a site, or change one; the first site of a company is its main one."""

    verb = "companies.site_kept"
    right = "companies.manage"
    label = _("added or changed a site")

    company: Company
    name: str
    time_zone: str
    site: Site | None = None

    def change(self) -> Site:
        """Return the site."""
        site = self.site or Site(
            organisation=self.company.organisation,
            company=self.company,
            main=not Site.objects.within(self.scope).filter(company=self.company).exists(),
        )
        site.name, site.time_zone = self.name, self.time_zone
        site.save()
        return site

    def details(self, result: Site) -> dict[str, Any]:
        """Say what it is now."""
        return {"name": self.name, "time_zone": self.time_zone}


@dataclass(kw_only=True)
class ChooseMainSite(Action[None]):
    """Let a site be the main one: new files are its, and the company counts where it stands."""

    verb = "companies.main_site_chosen"
    right = "companies.manage"
    label = _("chose the main site")

    site: Site

    def change(self) -> None:
        """One company has one main site, at every moment."""
        sites = Site.objects.within(self.scope).filter(company=self.site.company)
        list(sites.select_for_update())  # of two at the same moment, one waits
        sites.update(main=False)
        sites.filter(pk=self.site.pk).update(main=True)

    def details(self, result: None) -> dict[str, Any]:
        """Say which."""
        return {"name": self.site.name}


@dataclass(kw_only=True)
class RemoveSite(Action[None]):
    """Remove a site; what hangs on it belongs to the main site from then on."""

    verb = "companies.site_removed"
    right = "companies.manage"
    label = _("removed a site")

    site: Site

    def change(self) -> None:
        """Raises `ValidationError` for the main site, which is the clock of new files."""
        sites = Site.objects.within(self.scope).filter(company=self.site.company)
        main = sites.select_for_update().filter(main=True).first()
        if main is None or main.pk == self.site.pk:
            raise ValidationError(_now("This is the main site; choose another main site first."))
        self._moved = attached.count(self.scope, self.site)
        attached.move(self.scope, self.site, main)
        sites.filter(pk=self.site.pk).delete()

    def details(self, result: None) -> dict[str, Any]:
        """Say which, and how much went to the main site."""
        return {"name": self.site.name, "moved": self._moved}
