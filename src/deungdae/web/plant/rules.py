"""Rights of the plant: a viewer looks, an engineer sets up machines, an administrator lets in."""

import rules

from deungdae.web.core.rules import at_least
from deungdae.web.core.scope import Role

#: Live values, history, what arrived.
rules.add_perm("plant.see", at_least(Role.VIEWER))
#: Machines, tags, configurations, replay, clocks.
rules.add_perm("plant.manage", at_least(Role.ENGINEER))
#: Who may send: tokens, groups, revocation.
rules.add_perm("plant.admit", at_least(Role.ADMIN))
