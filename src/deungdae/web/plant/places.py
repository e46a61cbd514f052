"""Where the pages of the plant stand in the navigation."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from deungdae.web.core.navigation import Place

PLACES: Final = (
    Place(_("Live"), "screen", "plant:live", "plant.see", order=40, group=_("Plant")),
    Place(_("History"), "chart", "plant:history", "plant.see", order=41, group=_("Plant")),
    Place(
        _("Connections"), "link", "plant:agents", "plant.see", order=44, group=_("Plant"),
        also=("plant:new_agent", "plant:agent", "plant:machine", "plant:new_machine",
              "plant:browse", "plant:versions", "plant:sources", "plant:source"),
    ),
    Place(_("Tags"), "table", "plant:tags", "plant.see", order=45, group=_("Plant"),
          also=("plant:tag",)),
    Place(
        _("Data intake"), "shield", "plant:intake", "plant.see", order=46, group=_("Plant"),
        also=("plant:intake_source", "plant:intake_other", "plant:intake_held",
              "plant:intake_held_group", "plant:intake_books", "plant:intake_clocks",
              "plant:intake_repair", "plant:intake_carry_out"),
    ),
)  # fmt: skip
