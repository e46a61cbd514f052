"""What a machine or line does not tell yet, and what that means for its figures."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

from deungdae.web.floor.models import Asset

#: Any of these tells work from standing.
RUNS: Final = frozenset({"state", "run", "counter", "good_counter", "load"})
COUNTS: Final = frozenset({"counter", "good_counter"})
#: What cycles can be seen in; those of a load are no parts.
CYCLES: Final = COUNTS | {"load"}


def of_machine(
    asset: Asset, roles: Collection[str], maps: Mapping[str, Any] | None, *, calendar: bool
) -> list[str]:
    """Return what is missing, in sentences, the most important first; none when all is said.

    `maps` is what the values of the state signal mean, None without such a signal.
    """
    found = []
    if not RUNS & set(roles):
        found.append(
            _(
                "Nothing tells whether it runs. One signal is enough: a counter, a running "
                "contact, a state, or a current that swings while it works."
            )
        )
    elif maps is not None and not maps:
        found.append(_("It is not said yet what the values of its state mean."))
    if RUNS & set(roles) and not COUNTS & set(roles):
        found.append(_("Its parts are not counted: there will be availability, but no OEE."))
    if COUNTS & set(roles) and not (asset.ideal_seconds and asset.ideal_confirmed):
        found.append(
            _("Its ideal cycle is not confirmed: until then performance and OEE are estimates.")
        )
    if not calendar:
        found.append(_("No shift calendar: nobody knows when it is meant to work."))
    return found


def of_line(asset: Asset, machines: int, *, calendar: bool) -> list[str]:
    """Return what is missing of a line."""
    found = []
    if not machines:
        found.append(_("No machine stands in it yet."))
    elif machines > 1 and asset.output_id is None:
        found.append(
            _(
                "No machine is named whose count is the line's, so the counts of all machines are "
                "added. That is right for machines side by side; for machines one after another "
                "name the last one."
            )
        )
    if not calendar:
        found.append(_("No shift calendar: nobody knows when it is meant to work."))
    return found
