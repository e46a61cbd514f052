"""Tells the bus the rules of alarms, and the monitor what people judged; repeated once a minute.

Nothing here raises while there is no bus: each function says whether it was confirmed. A row
remembers how far it was told, so that a page can say what is not in force yet.
"""

import logging
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from deungdae import bus
from deungdae.web.alarms import copies
from deungdae.web.alarms.models import AlarmRule, AlarmVerdict
from deungdae.web.core import line
from deungdae.web.core.models import Organisation
from deungdae.web.core.scope import Scope, SystemActor

ACTOR: Final = SystemActor("alarms")
WITHIN: Final = 4.0

log = logging.getLogger(__name__)


def tell_rule(rule: AlarmRule) -> bool:
    """Tell one rule, or that it is no longer in use."""
    return tell_rules(rule.organisation, [rule])


def tell_rules(organisation: Organisation, only: Iterable[AlarmRule] | None = None) -> bool:
    """Tell the rules of an organisation, or some of them."""
    try:
        _send(organisation, only)
    except bus.Unavailable as error:
        log.info("the alarm rules of %s were not told: %s", organisation, error)
        return False
    return True


def reconcile(now: datetime) -> None:
    """Tell whatever the bus and the monitor do not know; raises `bus.Unavailable`."""
    everything = Scope.everything(ACTOR)
    rules = AlarmRule.objects.within(everything)
    keys = set(rules.values_list("organisation_id", flat=True))
    for organisation in Organisation.objects.filter(pk__in=keys):
        _send(organisation, None)
    in_use = rules.filter(retired_at=None).values_list("public_id", flat=True)
    known = {str(one) for one in in_use}
    for record in line.all(bus.ALARMS):
        if record.rule not in known:
            line.delete(bus.ALARMS, record.organisation, record.rule)
    untold = AlarmVerdict.objects.within(everything).filter(told=False)
    for verdict in untold.select_related("rule", "organisation"):
        tell_verdict(verdict)


def tell_verdict(verdict: AlarmVerdict) -> bool:
    """Tell the monitor what somebody judged, so that it counts in the figures."""
    given = {
        "occurrence": f"{verdict.rule.public_id}:{verdict.occurrence}",
        "verdict": verdict.verdict,
    }
    organisation = str(verdict.organisation.public_id)
    question = bus.Question("monitor", "alarm_judge", organisation, given, within=WITHIN)
    try:
        with line.ask(question) as answer:
            answer.json()
    except bus.Refusal as error:
        log.info("the monitor does not know what was judged: %s", error)
    except bus.Unavailable:
        return False
    rows = AlarmVerdict.objects.within(scope_of(verdict.organisation))
    rows.filter(pk=verdict.pk, verdict=verdict.verdict).update(told=True)
    return True


def scope_of(organisation: Organisation) -> Scope:
    """Return the scope in which this part of the program acts by itself."""
    return Scope.of_system(ACTOR, organisation)


def _send(organisation: Organisation, only: Iterable[AlarmRule] | None) -> None:
    scope = scope_of(organisation)
    rows = AlarmRule.objects.within(scope).filter(organisation=organisation)
    if only is not None:
        rows = rows.filter(pk__in=[rule.pk for rule in only])
    units = copies.units_of(scope, organisation)
    for rule in rows.select_related("asset", "organisation"):
        key = (str(organisation.public_id), str(rule.public_id))
        known = line.get(bus.ALARMS, *key)
        if rule.retired_at is not None:
            if known is not None:
                line.delete(bus.ALARMS, *key)
        elif known != (record := copies.record(rule, units)):
            line.put(bus.ALARMS, record, *key)
        if rule.told != rule.revision:
            mine = AlarmRule.objects.within(scope).filter(pk=rule.pk, told__lt=rule.revision)
            mine.update(told=rule.revision)
