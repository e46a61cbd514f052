"""The only roads from an id to a channel, a policy, or a step."""

from uuid import UUID

from django.http import Http404

from deungdae.web.alarms.models import Channel, TellingPolicy, TellingStep
from deungdae.web.core.access import get_owned
from deungdae.web.core.scope import Scope


def get_channel(scope: Scope, public_id: UUID) -> Channel:
    """Return a channel within the scope that is in use; Http404 without one."""
    found = get_owned(Channel, scope, public_id)
    if found.retired_at is not None:
        raise Http404
    return found


def get_policy(scope: Scope, public_id: UUID) -> TellingPolicy:
    """Return a policy within the scope that is in use; Http404 without one."""
    found = get_owned(TellingPolicy, scope, public_id)
    if found.retired_at is not None:
        raise Http404
    return found


def get_step(scope: Scope, public_id: UUID) -> TellingStep:
    """Return a step within the scope; Http404 without one."""
    return get_owned(TellingStep, scope, public_id)
