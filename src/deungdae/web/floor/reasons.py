"""The reasons from which operators choose, and those that Korean plants usually begin with."""

from django.utils.translation import gettext as _

from deungdae.web.core.models import Organisation
from deungdae.web.core.scope import Scope
from deungdae.web.floor import telling
from deungdae.web.floor.actions.reasons import GiveUsualReasons
from deungdae.web.floor.models import Reason


def of(scope: Scope, organisation: Organisation, kind: str) -> list[Reason]:
    """Return the reasons of a kind ("stop" or "scrap") in their order, without retired ones.

    An organisation that has none of either kind yet is given the usual ones.
    """
    rows = Reason.objects.within(scope).filter(organisation=organisation)
    found = list(rows.filter(kind=kind, retired_at=None))
    if not found and not rows.filter(kind=kind).exists():
        acting = telling.scope_of(organisation)
        GiveUsualReasons(scope=acting, organisation=organisation, kind=kind).perform()
        found = list(rows.filter(kind=kind, retired_at=None))
    return found


def words(scope: Scope, organisation: Organisation) -> dict[str, str]:
    """Return code → word in the reader's language, of all reasons, retired ones too."""
    rows = Reason.objects.within(scope).filter(organisation=organisation)
    return {reason.code: reason.word for reason in rows}


def gone() -> str:
    """Return what is said of a reason that is not, or no longer, on the list."""
    return _(
        "This reason is not on the list; it may have changed meanwhile. Nothing was kept: choose "
        "once more."
    )
