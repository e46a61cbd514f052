"""How Django knows this app."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """People, organisations, actions, audit."""

    name = "deungdae.web.core"
    label = "core"
    default_auto_field = "django.db.models.BigAutoField"
