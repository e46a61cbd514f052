"""Where the pages of the floor stand in the navigation."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from deungdae.web.core.navigation import Place

PLACES: Final = (
    Place(
        _("The floor"), "home", "floor:site", "floor.see", order=2,
        also=("floor:line", "floor:machine"),
    ),
    Place(
        _("Reasons of stops"), "clock", "floor:stops", "floor.say", order=4,
        also=("floor:stop", "floor:scrap"),
    ),
    Place(
        _("Shift reports"), "report", "floor:shifts", "floor.see", order=32, group=_("Floor"),
        also=("floor:shift",),
    ),
    Place(_("Wall-boards"), "screen", "floor:boards", "floor.see", order=35, group=_("Floor")),
    Place(
        _("Structure"), "table", "floor:structure", "floor.see", order=36, group=_("Floor"),
        also=("floor:asset_setup", "floor:new_asset", "floor:from_data", "floor:state_map"),
    ),
    Place(
        _("Shift calendars"), "clock", "floor:calendars", "floor.see", order=37, group=_("Floor"),
        also=("floor:calendar", "floor:new_calendar", "floor:calendar_pattern"),
    ),
    Place(
        _("Plans"), "report", "floor:plans", "floor.see", order=38, group=_("Floor"),
    ),
    Place(
        _("Reasons"), "more", "floor:reasons", "floor.see", order=39, group=_("Floor"),
        also=("floor:change_reason",),
    ),
)  # fmt: skip
