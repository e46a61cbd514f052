"""How Django knows this app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from deungdae.web.core import navigation


class CoreConfig(AppConfig):
    """People, organisations, actions, audit."""

    name = "deungdae.web.core"
    label = "core"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Add the places of core to the navigation."""
        # Models can be imported now that all apps are ready.
        from deungdae.web.core import mailing, outgoing

        outgoing.CARRIERS["mail"] = mailing.deliver
        outgoing.BY_MAIL.add("mail")
        company = _("Company")
        navigation.add(
            navigation.Place(
                *(_("Members"), "people", "core:members", "core.see_members", 70, company),
                also=("core:invite",),
            ),
            navigation.Place(
                *(_("Messages sent"), "mail", "core:outgoing", "core.see_outgoing", 75, company)
            ),
            navigation.Place(_("Record"), "history", "core:audit", "core.see_audit", 80, company),
        )
