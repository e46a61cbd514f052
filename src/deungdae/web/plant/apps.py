"""The application `plant`."""

from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:  # models can be imported once all apps are ready
    from deungdae.web.companies.models import Site
    from deungdae.web.core.scope import Scope


class PlantConfig(AppConfig):
    """Machines, their values, and how they come here."""

    name = "deungdae.web.plant"
    label = "plant"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let its rights be known, where its pages are, and what people said of tags."""
        from deungdae.web.companies import attached
        from deungdae.web.core import navigation, tags
        from deungdae.web.plant import rules  # noqa: F401
        from deungdae.web.plant.describing import describe
        from deungdae.web.plant.places import PLACES

        navigation.add(*PLACES)
        tags.add(describe)
        attached.add("plant", _count, _move)


def _count(scope: "Scope", site: "Site") -> int:
    from deungdae.web.plant.models import OF_SITES

    return sum(model.objects.within(scope).filter(site=site).count() for model in OF_SITES)


def _move(scope: "Scope", site: "Site", to: "Site") -> None:
    from deungdae.web.plant.models import OF_SITES

    for model in OF_SITES:
        model.objects.within(scope).filter(site=site).update(site=to)
