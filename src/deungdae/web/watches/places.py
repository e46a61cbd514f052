"""Where the pages of watches stand in the navigation."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from deungdae.web.core.navigation import Place

PLACES: Final = (
    Place(
        _("Anomaly watches"), "chart", "watches:index", "watches.see", order=34, group=_("Floor"),
        also=("watches:watch", "watches:new", "watches:again", "watches:anomaly"),
    ),
)  # fmt: skip
