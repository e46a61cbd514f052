"""Rights of insight: a viewer reads reports; an engineer hands in files and starts analyses."""

import rules

from deungdae.web.core.rules import at_least
from deungdae.web.core.scope import Role

rules.add_perm("insight.see", at_least(Role.VIEWER))
rules.add_perm("insight.work", at_least(Role.ENGINEER))
