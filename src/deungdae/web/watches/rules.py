"""Rights of watches: a viewer looks, an operator judges, an engineer makes them."""

import rules

from deungdae.web.core.rules import at_least
from deungdae.web.core.scope import Role

#: The watches, their scores, their anomalies.
rules.add_perm("watches.see", at_least(Role.VIEWER))
#: Say whether an anomaly was one.
rules.add_perm("watches.judge", at_least(Role.OPERATOR))
#: Which tags, which good period, learn again.
rules.add_perm("watches.manage", at_least(Role.ENGINEER))
