"""Rights of the floor: a viewer looks, an operator says why it stopped, an engineer draws it."""

import rules

from deungdae.web.core.rules import at_least
from deungdae.web.core.scope import Role

#: What the lines are doing, shift reports, wall-boards.
rules.add_perm("floor.see", at_least(Role.VIEWER))
#: Reasons of stops, scrap, notes of a shift.
rules.add_perm("floor.say", at_least(Role.OPERATOR))
#: Structure, shift calendars, reasons to choose from, plans.
rules.add_perm("floor.manage", at_least(Role.ENGINEER))
