"""The application `watches`."""

from django.apps import AppConfig


class WatchesConfig(AppConfig):
    """Anomaly watches: chosen and judged by people, computed by the monitor."""

    name = "deungdae.web.watches"
    label = "watches"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let its rights be known, where its pages are, and what is told each minute."""
        from deungdae.web.core import navigation
        from deungdae.web.plant import reconciling
        from deungdae.web.watches import rules, telling  # noqa: F401
        from deungdae.web.watches.places import PLACES

        navigation.add(*PLACES)
        reconciling.add("watches", telling.reconcile)
