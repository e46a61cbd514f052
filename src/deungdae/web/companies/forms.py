"""What an administrator types about a company and its sites."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from deungdae.web.companies.models import Company, Site
from deungdae.web.core.scope import Scope


class CompanyForm(forms.Form):
    """Name and registration number."""

    name = forms.CharField(label=_lazy("Name"), max_length=200)
    registration_number = forms.CharField(
        label=_lazy("Business registration number"),
        max_length=12,
        required=False,
        help_text=_lazy("Ten digits, such as 123-45-67891. May be left empty."),
    )

    def clean_registration_number(self) -> str:
        """Hold the number to its check digit, and write it with its hyphens."""
        typed: str = self.cleaned_data["registration_number"]
        if not typed:
            return ""
        digits = "".join(sign for sign in typed if sign.isascii() and sign.isdecimal())
        if len(digits) != 10 or not _checks(digits):
            raise ValidationError(_("This is not a business registration number."))
        return f"{digits[:3]}-{digits[3:5]}-{digits[5:]}"


class SiteForm(forms.Form):
    """Name and time zone of a site."""

    name = forms.CharField(label=_lazy("Name"), max_length=100)
    time_zone = forms.CharField(
        label=_lazy("Time zone"),
        max_length=50,
        initial="Asia/Seoul",
        help_text=_lazy("Times in files that name no zone are read as times of this place."),
    )

    def __init__(
        self, scope: Scope, company: Company, site: Site | None, *args: Any, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        others = Site.objects.within(scope).filter(company=company)
        self._others = others.exclude(pk=site.pk) if site else others

    def clean_name(self) -> str:
        """Keep the names of a company's sites apart."""
        name: str = self.cleaned_data["name"]
        if self._others.filter(name=name).exists():
            raise ValidationError(_("There is a site with this name already."))
        return name

    def clean_time_zone(self) -> str:
        """Know the zone."""
        zone: str = self.cleaned_data["time_zone"]
        if zone not in available_timezones():
            raise ValidationError(_("There is no such time zone; try Asia/Seoul."))
        return zone


def _checks(digits: str) -> bool:
    """Say whether the tenth digit is right: weights 1 3 7 1 3 7 1 3 5, tens of the last product.

    Formula of the National Tax Service for 사업자등록번호.
    """
    weights = (1, 3, 7, 1, 3, 7, 1, 3, 5)
    products = [int(digit) * weight for digit, weight in zip(digits, weights, strict=False)]
    total = sum(products) + products[-1] // 10
    return (10 - total % 10) % 10 == int(digits[9])
