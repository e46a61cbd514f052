"""The only road from an id to the rule of an alarm."""

from uuid import UUID

from deungdae.web.alarms.models import AlarmRule
from deungdae.web.core.access import get_owned
from deungdae.web.core.scope import Scope


def get_rule(scope: Scope, public_id: UUID | str) -> AlarmRule:
    """Return a rule within the scope; Http404 without one."""
    return get_owned(AlarmRule, scope, public_id)
