"""The only road from an id to a watch."""

from uuid import UUID

from deungdae.web.core.access import get_owned
from deungdae.web.core.scope import Scope
from deungdae.web.watches.models import Watch


def get_watch(scope: Scope, public_id: UUID | str) -> Watch:
    """Return a watch within the scope; Http404 without one."""
    return get_owned(Watch, scope, public_id)
