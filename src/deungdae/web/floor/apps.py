"""The application `floor`."""

from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:  # models can be imported once all apps are ready
    from deungdae.web.companies.models import Site
    from deungdae.web.core.scope import Scope


class FloorConfig(AppConfig):
    """Lines and machines, when they are meant to work, and what people say of their stops."""

    name = "deungdae.web.floor"
    label = "floor"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let its rights be known, and where its pages are."""
        from deungdae.web.companies import attached
        from deungdae.web.core import navigation
        from deungdae.web.floor import following, naming, rules  # noqa: F401
        from deungdae.web.floor.places import PLACES
        from deungdae.web.floor.reconciling import reconcile
        from deungdae.web.floor.reporting import keeping
        from deungdae.web.plant import reconciling
        from deungdae.web.plant.live import tags

        navigation.add(*PLACES)
        attached.add("floor", _count, _move)
        attached.add_page(_power)
        reconciling.add("floor", reconcile)
        tags.NAMING.append(naming.tags)
        following.HANDLERS["shift_ended"] = keeping.ended


def _count(scope: "Scope", site: "Site") -> int:
    from deungdae.web.floor.models import Asset

    return Asset.objects.within(scope).filter(site=site).count()


def _move(scope: "Scope", site: "Site", to: "Site") -> None:
    from deungdae.web.floor.models import Asset

    Asset.objects.within(scope).filter(site=site).update(site=to)


def _power(scope: "Scope", site: "Site") -> tuple[str, str]:
    from django.urls import reverse
    from django.utils.translation import gettext as _

    return _("Electricity contract"), reverse("floor:power_contract", args=(site.public_id,))
