"""The one sentence with which a page opens: what an owner would repeat to a colleague."""

from collections.abc import Sequence
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from deungdae.web.floor.shown.documents import STANDING, UNKNOWN, Now
from deungdae.web.floor.shown.words import Reasons, standing_for


class Named(NamedTuple):
    """How an asset stands, with its name."""

    name: str
    now: Now


def is_standing(now: Now) -> bool:
    """Whether it is known to stand while it was meant to work."""
    return now.state in STANDING and now.meant


def of_site(machines: Sequence[Named], now_us: int, reasons: Reasons) -> str:
    """Return how all machines stand: how many of each, and the one that has stood longest."""
    total = len(machines)
    running = sum(one.now.state == "running" for one in machines)
    standing = [one for one in machines if is_standing(one.now)]
    unknown = sum(one.now.state == UNKNOWN for one in machines)
    off = total - running - len(standing) - unknown
    if not total:
        return _("No machine is set up yet.")
    if running == total:
        return ngettext("The machine is running.", "All %(n)d machines are running.", total) % {
            "n": total
        }
    found = _("%(running)d of %(total)d machines running") % {"running": running, "total": total}
    parts = [
        found,
        ngettext("%(n)d stopped", "%(n)d stopped", len(standing)) % {"n": len(standing)}
        if standing
        else "",
        ngettext("%(n)d unknown", "%(n)d unknown", unknown) % {"n": unknown} if unknown else "",
        ngettext("%(n)d at rest by plan", "%(n)d at rest by plan", off) % {"n": off} if off else "",
    ]
    told = f"{', '.join(part for part in parts if part)}."
    worst = longest(standing)
    return f"{told} {of_machine(worst, now_us, reasons)}" if worst else told


def longest(standing: Sequence[Named]) -> Named | None:
    """Return the machine that has stood longest: a broken one before others."""
    known = [one for one in standing if one.now.since_us is not None]
    return min(
        known, key=lambda one: (one.now.state != "down", one.now.since_us or 0), default=None
    )


def of_machine(one: Named, now_us: int, reasons: Reasons) -> str:
    """Return `Press 3: stopped for 14 min (mould change).`"""
    return _("%(machine)s: %(state)s.") % {
        "machine": one.name,
        "state": standing_for(one.now, now_us, reasons),
    }
