"""Tags whose numbers are names: the lot 26112207 is no count, and gets no thousands separators.

What counts is what people said that a signal means, not how the number looks.
"""

from collections.abc import Iterable
from typing import Final

from deungdae.web.core.scope import Scope
from deungdae.web.floor.models import Signal

ROLES: Final = (Signal.Role.LOT, Signal.Role.PRODUCT, Signal.Role.STATE, Signal.Role.FAULT)


def tags(scope: Scope) -> Iterable[str]:
    """Return their paths, in the organisation that is shown."""
    rows = Signal.objects.here(scope).filter(role__in=ROLES)
    return rows.values_list("tag", flat=True)
