"""What is usual in such a shift, and what changed between two revisions of its report."""

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any, Final

from deungdae.web.floor.shown.documents import LOSSES, UNKNOWN

FEWEST: Final = 3  #: shifts before which nothing is called usual
#: A shift of which less is known is nothing to compare with.
KNOWN_ENOUGH: Final = 0.8
#: Below these two a loss is not called more than usual: seconds, and share of the usual.
WORTH_SECONDS: Final = 300.0
WORTH_SHARE: Final = 0.25
#: By so much OEE must differ for a revision.
OEE_DIFFERS: Final = 0.0005


def usual(before: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """Return medians of earlier shifts; None of too few. Losses in seconds, OEE as a share.

    Shifts that are mostly unknown (before the machine was connected, say) do not count.
    """
    with_falls = [one for one in before if one.get("waterfall") and _known(one) >= KNOWN_ENOUGH]
    if len(with_falls) < FEWEST:
        return None
    oees = [o for one in with_falls if (o := (one.get("figures") or {}).get("oee")) is not None]
    return {
        "n": len(with_falls),
        "oee": median(oees) if len(oees) >= FEWEST else None,
        "losses": {
            name: median(float(_losses(one).get(name) or 0) for one in with_falls)
            for name in (*LOSSES, UNKNOWN)
        },
    }


def _known(shift: Mapping[str, Any]) -> float:
    known = (shift.get("figures") or {}).get("known")
    return 1.0 if known is None else float(known)


def unusual(document: Mapping[str, Any]) -> list[tuple[str, float, float]]:
    """Return (loss, seconds, usual seconds) of losses that cost clearly more than usual.

    The one that is furthest above comes first.
    """
    known = document.get("usual")
    now = _losses(document["shift"])
    if not known or not now:
        return []
    found = []
    for name in LOSSES:
        seconds, before = float(now.get(name) or 0), float(known["losses"].get(name) or 0)
        if seconds - before >= max(WORTH_SECONDS, WORTH_SHARE * before):
            found.append((name, seconds, before))
    return sorted(found, key=lambda one: one[2] - one[1])


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[list[Any]]:
    """Return what differs between two documents: [[name, before, now]]."""
    one, other = old["shift"], new["shift"]
    found: list[list[Any]] = []
    for name in ("produced", "scrapped", "reworked"):
        before, now = ((x.get("counts") or {}).get(name) for x in (one, other))
        if before != now:
            found.append([name, before, now])
    if one.get("plan") != other.get("plan"):
        found.append(["plan", one.get("plan"), other.get("plan")])
    before, now = ((x.get("figures") or {}).get("oee") for x in (one, other))
    if (before is None) != (now is None) or (
        before is not None and now is not None and abs(before - now) >= OEE_DIFFERS
    ):
        found.append(["oee", before, now])
    before, now = (len(x.get("reasons_missing") or ()) for x in (one, other))
    if before != now:
        found.append(["reasons_missing", before, now])
    if _reasons(one) != _reasons(other) and not found:
        found.append(["reasons", None, None])
    return found


def _reasons(shift: Mapping[str, Any]) -> list[tuple[str, int]]:
    # In whole minutes: a second more or less is no news.
    return [(str(row[0]), round(float(row[1]) / 60)) for row in shift.get("pareto") or ()]


def _losses(shift: Mapping[str, Any]) -> Mapping[str, Any]:
    return (shift.get("waterfall") or {}).get("losses") or {}
