"""How Django knows this app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from deungdae.web.core import navigation


class CompaniesConfig(AppConfig):
    """Companies and their sites."""

    name = "deungdae.web.companies"
    label = "companies"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Put the company's page into the navigation."""
        navigation.add(
            navigation.Place(
                _("Profile and sites"),
                "building",
                "companies:company",
                "companies.see",
                order=70,
                group=_("Company"),
                also=("companies:change_company", "companies:add_site", "companies:change_site"),
            )
        )
