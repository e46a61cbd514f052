"""The application `insight`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InsightConfig(AppConfig):
    """Uploads, analyses and reports."""

    name = "deungdae.web.insight"
    label = "insight"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let the rights of this app be known, and where its pages are."""
        from deungdae.web.core import navigation
        from deungdae.web.insight import rules  # noqa: F401

        navigation.add(
            navigation.Place(
                _("Find causes"), "causes", "insight:new", "insight.work", order=10,
                also=("insight:upload",),
            ),
            navigation.Place(
                _("Reports"), "report", "insight:home", "insight.see", order=20,
                also=("insight:analysis",),
            ),
        )  # fmt: skip
