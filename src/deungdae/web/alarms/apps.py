"""The application `alarms`."""

from django.apps import AppConfig


class AlarmsConfig(AppConfig):
    """Rules, the list of what stands, who is told, and the figures of the alarms themselves."""

    name = "deungdae.web.alarms"
    label = "alarms"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let its rights be known."""
        from deungdae.web.alarms import rules  # noqa: F401
