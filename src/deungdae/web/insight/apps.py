"""The application `insight`."""

from django.apps import AppConfig


class InsightConfig(AppConfig):
    """Uploads, analyses and reports."""

    name = "deungdae.web.insight"
    label = "insight"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let the rights of this app be known."""
        from deungdae.web.insight import rules  # noqa: F401
