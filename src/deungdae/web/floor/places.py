"""Where the pages of the floor stand in the navigation."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from deungdae.web.core.navigation import Place

PLACES: Final = (
    Place(
        _("Structure"), "table", "floor:structure", "floor.see", order=36, group=_("Floor"),
        also=("floor:asset_setup", "floor:new_asset", "floor:from_data"),
    ),
)  # fmt: skip
