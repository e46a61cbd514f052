"""Who may see a company's pages, and who may change what they say."""

import rules

from deungdae.web.core.rules import at_least
from deungdae.web.core.scope import Role

rules.add_perm("companies.see", at_least(Role.VIEWER))
rules.add_perm("companies.manage", at_least(Role.ADMIN))
