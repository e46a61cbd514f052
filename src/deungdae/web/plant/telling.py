"""Brings the bus's copies of our rows up to date; called after a change, and once a minute.

Nothing here raises while there is no bus: each function says whether the bus has confirmed. A row
remembers how far it was told, so that a page can say what is not in force yet.
"""

import dataclasses
import logging
from collections.abc import Callable
from typing import Final

from django.utils import timezone

from deungdae import bus
from deungdae.web.core import line
from deungdae.web.core.models import Organisation
from deungdae.web.core.scope import Scope, SystemActor
from deungdae.web.plant import copies
from deungdae.web.plant.models import Agent, Configuration, Source, SparkplugGroup
from deungdae.web.plant.models.told import Told

ACTOR: Final = SystemActor("plant")

log = logging.getLogger(__name__)


def tell_agent(agent: Agent) -> bool:
    """Tell whether an agent may go on, how it joins, and what it is to do."""
    return _told(agent, lambda: _agent(agent))


def tell_source(source: Source) -> bool:
    """Tell what the token of a program permits."""
    return _told(source, lambda: _token(source.token_hash, copies.source_token(source)))


def tell_group(group: SparkplugGroup) -> bool:
    """Tell whose a Sparkplug group is."""
    return _told(group, lambda: _group(group))


def tell_tags(organisation: Organisation, source: str) -> bool:
    """Tell the names, units, intervals and clocks of one source."""
    record = copies.tag_map(_scope(organisation), organisation, source)
    key = (record.organisation, source)
    try:
        known = line.get(bus.TAGS, *key)
        empty = bus.TagMap(record.organisation, source, {})
        if (known or empty) != record:
            line.put(bus.TAGS, record, *key)
    except bus.Unavailable as error:
        log.info("the tags of %s were not told: %s", source, error)
        return False
    return True


def withdraw_code(code_hash: str) -> bool:
    """Let a code that was not used open nothing any more."""
    try:
        found = line.get(bus.JOINS, code_hash)
        if found is not None and found.used_us is None:
            line.delete(bus.JOINS, code_hash)
    except bus.Unavailable as error:
        log.info("a code was not withdrawn: %s", error)
        return False
    return True


def end_token(token_hash: str) -> bool:
    """Make a token worthless that another one has replaced."""
    try:
        found = line.get(bus.TOKENS, token_hash)
        if found is not None and not found.revoked:
            line.put(bus.TOKENS, dataclasses.replace(found, revoked=True), token_hash)
    except bus.Unavailable as error:
        log.info("a token was not ended: %s", error)
        return False
    return True


def _scope(organisation: Organisation) -> Scope:
    return Scope.of_system(ACTOR, organisation)


def _told(row: Told, tell: Callable[[], None]) -> bool:
    try:
        tell()
    except bus.Unavailable as error:
        log.info("%s was not told: %s", row, error)
        return False
    if row.told != row.revision:
        rows = type(row).objects.within(_scope(row.organisation))
        rows.filter(pk=row.pk, told__lt=row.revision).update(told=row.revision)
        row.told = row.revision
    return True


def _agent(agent: Agent) -> None:
    key = (copies.organisation_id(agent.organisation), agent.edge)
    known = line.get(bus.AGENTS, *key)
    if known != copies.agent_record(agent, known):
        line.change(bus.AGENTS, lambda now: copies.agent_record(agent, now), *key)
    _join(agent)
    if agent.token_hash:
        _token(agent.token_hash, copies.agent_token(agent))
    given = Configuration.objects.within(_scope(agent.organisation)).filter(
        agent=agent, number=agent.number
    )
    configuration = given.first()
    if configuration is not None:
        wanted = copies.wanted_record(agent, configuration)
        if line.get(bus.WANTED, *key) != wanted:
            line.put(bus.WANTED, wanted, *key)


def _join(agent: Agent) -> None:
    if not agent.code_hash:
        return
    offer = copies.join_record(agent, timezone.now())
    found = line.get(bus.JOINS, agent.code_hash)
    if offer is not None and found is None:
        line.put(bus.JOINS, offer, agent.code_hash)
    elif offer is None and found is not None and found.used_us is None:
        line.delete(bus.JOINS, agent.code_hash)


def _token(token_hash: str, record: bus.Token) -> None:
    if line.get(bus.TOKENS, token_hash) != record:
        line.put(bus.TOKENS, record, token_hash)


def _group(group: SparkplugGroup) -> None:
    record = copies.group_record(group)
    found = line.get(bus.SPARKPLUG, group.group)
    if record.revoked and found is not None and found.source != record.source:
        return  # the group has another owner by now
    if found != record:
        line.put(bus.SPARKPLUG, record, group.group)
