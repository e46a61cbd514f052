"""How many alarms wait to be acknowledged, as every page shows it: asked seldom, never for long.

Pages ask for it again and again, so the answer is kept for a moment; while nobody answers, nobody
is asked for a while.
"""

from typing import Final

from django.core.cache import cache
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from deungdae.web.alarms.models import AlarmRule
from deungdae.web.alarms.telling import scope_of
from deungdae.web.core.models import Organisation
from deungdae.web.floor import asking

WITHIN_SECONDS: Final = 2.0
KEPT_SECONDS: Final = 2  #: a tap and the page after it show the same
AWAY_SECONDS: Final = 15  #: in which a monitor that is away is not asked again

_NOBODY_KNOWS: Final = -1


def waiting(organisation: Organisation) -> int | None:
    """Return how many wait; None while nobody knows. Without any rule nothing is asked."""
    name = f"alarms-waiting-{organisation.public_id}"
    kept: int | None = cache.get(name)
    if kept is None:
        kept = _asked(organisation)
        cache.set(name, kept, AWAY_SECONDS if kept == _NOBODY_KNOWS else KEPT_SECONDS)
    return None if kept == _NOBODY_KNOWS else kept


def _asked(organisation: Organisation) -> int:
    rules = AlarmRule.objects.within(scope_of(organisation))
    if not rules.filter(organisation=organisation, retired_at=None).exists():
        return 0
    heard = asking.ask(organisation, "alarms", {}, WITHIN_SECONDS)
    return _NOBODY_KNOWS if heard.found is None else int(heard.found["waiting"])


def words(count: int | None) -> str:
    """Return the count in a sentence."""
    if count is None:
        return _("Whether an alarm stands is not known at the moment.")
    if not count:
        return _("No alarm waits to be acknowledged.")
    return ngettext(
        "%(n)d alarm waits to be acknowledged.", "%(n)d alarms wait to be acknowledged.", count
    ) % {"n": count}
