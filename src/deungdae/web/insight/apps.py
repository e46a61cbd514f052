"""The application `insight`."""

from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:  # models can be imported once all apps are ready
    from deungdae.web.companies.models import Site
    from deungdae.web.core.scope import Scope


class InsightConfig(AppConfig):
    """Uploads, analyses and reports."""

    name = "deungdae.web.insight"
    label = "insight"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let the rights of this app be known, and where its pages are."""
        from deungdae.web.companies import attached
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
            navigation.Place(
                _("Files"), "file", "insight:files", "insight.see", order=30,
            ),
        )  # fmt: skip
        attached.add("uploads", _count_uploads, _move_uploads)


def _count_uploads(scope: "Scope", site: "Site") -> int:
    from deungdae.web.insight.models import Upload

    return Upload.objects.within(scope).filter(site=site).count()


def _move_uploads(scope: "Scope", site: "Site", to: "Site") -> None:
    from deungdae.web.insight.models import Upload

    Upload.objects.within(scope).filter(site=site).update(site=to)
