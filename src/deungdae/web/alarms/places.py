"""Where the pages of alarms stand in the navigation."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from deungdae.web.core.navigation import Place

PLACES: Final = (
    Place(
        _("Alarms"), "warning", "alarms:standing", "alarms.see", order=3, counted="alarms:waiting",
        also=(
            "alarms:occurrence", "alarms:history", "alarms:figures", "alarms:rules",
            "alarms:rule", "alarms:new_rule", "alarms:change_rule",
        ),
    ),
    Place(
        _("Who is told"), "mail", "alarms:policies", "alarms.see", order=33, group=_("Floor"),
        also=(
            "alarms:policy", "alarms:new_policy", "alarms:channels", "alarms:channel",
            "alarms:new_channel",
        ),
    ),
)  # fmt: skip
