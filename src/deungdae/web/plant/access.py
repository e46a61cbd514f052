"""The only roads from an id to an agent, a source, a group or a tag."""

from uuid import UUID

from deungdae.web.core.access import get_owned
from deungdae.web.core.scope import Scope
from deungdae.web.plant.models import Agent, Source, SparkplugGroup, Tag


def get_agent(scope: Scope, public_id: UUID | str) -> Agent:
    """Return an agent within the scope; Http404 without one."""
    return get_owned(Agent, scope, public_id)


def get_source(scope: Scope, public_id: UUID | str) -> Source:
    """Return a source within the scope; Http404 without one."""
    return get_owned(Source, scope, public_id)


def get_group(scope: Scope, public_id: UUID | str) -> SparkplugGroup:
    """Return a Sparkplug group within the scope; Http404 without one."""
    return get_owned(SparkplugGroup, scope, public_id)


def get_tag(scope: Scope, public_id: UUID | str) -> Tag:
    """Return a tag within the scope; Http404 without one."""
    return get_owned(Tag, scope, public_id)
