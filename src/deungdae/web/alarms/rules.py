"""Rights of alarms: a viewer looks, an operator acts on them, an engineer makes their rules."""

import rules

from deungdae.web.core.rules import at_least
from deungdae.web.core.scope import Role

#: The list, what became of each, the figures.
rules.add_perm("alarms.see", at_least(Role.VIEWER))
#: Acknowledge, shelve, judge, write down what was done.
rules.add_perm("alarms.act", at_least(Role.OPERATOR))
#: Rules, and who is told by which.
rules.add_perm("alarms.manage", at_least(Role.ENGINEER))
