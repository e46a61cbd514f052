"""Where the pages of the plant stand in the navigation."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from deungdae.web.core.navigation import Place

PLACES: Final = (
    Place(
        _("Connections"), "link", "plant:agents", "plant.see", order=44, group=_("Plant"),
        also=("plant:new_agent", "plant:agent", "plant:machine", "plant:new_machine",
              "plant:browse", "plant:versions", "plant:sources", "plant:source"),
    ),
    Place(_("Tags"), "table", "plant:tags", "plant.see", order=45, group=_("Plant"),
          also=("plant:tag",)),
)  # fmt: skip
