"""How Django knows this app."""

from django.apps import AppConfig


class CompaniesConfig(AppConfig):
    """Companies and their sites."""

    name = "deungdae.web.companies"
    label = "companies"
    default_auto_field = "django.db.models.BigAutoField"
