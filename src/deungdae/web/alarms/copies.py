"""What the bus is told of alarms: a document for each rule that is in use. Changes nothing.

The rows are the truth; whatever the bus holds of them can be made again from here. The documents
are read by the monitor (`monitor.alarms.rules`).
"""

from typing import Any

from deungdae import bus
from deungdae.web.alarms.models import AlarmRule
from deungdae.web.alarms.policies import policy_document
from deungdae.web.core import tags
from deungdae.web.core.models import Organisation
from deungdae.web.core.scope import Scope


def record(rule: AlarmRule, units: dict[str, str]) -> bus.AlarmRule:
    """Return the record of a rule."""
    organisation = str(rule.organisation.public_id)
    return bus.AlarmRule(organisation, str(rule.public_id), document(rule, units))


def document(rule: AlarmRule, units: dict[str, str]) -> dict[str, Any]:
    """Return a rule as the monitor reads it; `units` are those of tags, by path."""
    return {
        "name": rule.name,
        "kind": rule.kind,
        "priority": rule.priority,
        "latching": rule.latching,
        "tag": rule.tag or None,
        "asset": str(rule.asset.public_id) if rule.asset else None,
        "watch": str(rule.watch_id) if rule.watch_id else None,
        "unit": units.get(rule.tag, ""),
        "meaning": rule.meaning,
        "remedy": rule.remedy,
        "causes": list(rule.causes),
        "policy": policy_document(rule),
        "condition": dict(rule.condition),
    }


def units_of(scope: Scope, organisation: Organisation) -> dict[str, str]:
    """Return the units of the organisation's tags, by path."""
    return {path: one.unit for path, one in tags.described(scope, organisation).items()}
