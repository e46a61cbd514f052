"""One report's figures, asked of the monitor; the document that is kept.

{"shift": SHIFT, "members": [[id, name, SHIFT]], "stops": [[asset, start, end, state, reason,
 proposed, fault]], "usual": {"n", "oee", "good", "losses": {loss: seconds}} | null,
 "before": [[day, oee, good]], "alarms": [[since, ended, name, priority, place]],
 "names": {id: name}}
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from deungdae import bus
from deungdae.web.core import line
from deungdae.web.core.models import Organisation
from deungdae.web.core.scope import Scope
from deungdae.web.floor import asking
from deungdae.web.floor.models import Asset
from deungdae.web.floor.reporting.comparing import usual

BEFORE: Final = 10  #: shifts of the same kind that a shift is compared with
BEFORE_US: Final = 31 * 86_400_000_000  #: within which they are looked for
MOST_STOPS: Final = 60
MOST_ALARMS: Final = 40
LONG_SECONDS: Final = 20.0


class NotThere(Exception):  # noqa: N818 - the words a reader would say
    """The monitor knows no such shift of this asset."""


def gather(scope: Scope, asset: Asset, day: str, shift: str) -> dict[str, Any]:
    """Return the figures of one shift; raises `NotThere`, or `bus.Unavailable` without a monitor.

    The alarms are missing, not empty, while nobody answers for them.
    """
    members = _members(scope, asset)
    told = _asked(
        asset.organisation,
        "shift",
        {"assets": [asking.key(one) for one in (asset, *members)], "day": day, "shift": shift},
    )
    found: Mapping[str, Any] = told.get("assets") or {}
    mine = found.get(asking.key(asset))
    if not mine:
        raise NotThere(f"{asset} {day} {shift}")
    start, end = int(mine["start"]), int(mine["end"])
    before = _before(asset, shift, start)
    names = {asking.key(one): one.name for one in (asset, *members)}
    return {
        "shift": mine,
        "members": [
            [asking.key(one), one.name, found[asking.key(one)]]
            for one in members
            if asking.key(one) in found
        ],
        "stops": _stops(asset, members, start, end),
        "usual": usual(before),
        "before": [
            [one["day"], one["figures"].get("oee"), good(one)] for one in before
        ],
        "alarms": _alarms(asset, {asking.key(one) for one in (asset, *members)}, start, end),
        "names": names,
    }  # fmt: skip


def of_member(document: Mapping[str, Any], machine: Asset) -> dict[str, Any] | None:
    """Return what the kept report of a line holds of one machine; None where it has nothing of it.

    It says nothing of alarms, nor of what is usual: the line's report keeps those for the line.
    """
    key = asking.key(machine)
    mine = next((shift for one, _name, shift in document.get("members") or () if one == key), None)
    if mine is None:
        return None
    stops = [row for row in document.get("stops") or () if row[0] == key]
    return {"shift": mine, "stops": stops, "usual": None, "names": {key: machine.name}}


def _asked(organisation: Organisation, name: str, given: Mapping[str, Any]) -> Any:
    question = bus.Question(
        asking.TOPIC, name, str(organisation.public_id), given, within=LONG_SECONDS
    )
    with line.ask(question) as answer:
        return answer.json()


def good(shift: Mapping[str, Any]) -> float | None:
    """Return the good parts of a SHIFT; None where nothing is counted."""
    counts = shift.get("counts") or {}
    produced = counts.get("produced")
    if produced is None or not shift.get("counted", True):
        return None
    return float(produced) - float(counts.get("scrapped") or 0) - float(counts.get("reworked") or 0)


def _members(scope: Scope, asset: Asset) -> list[Asset]:
    if not asset.is_line:
        return []
    rows = Asset.objects.within(scope).filter(line=asset, retired_at=None)
    return list(rows.order_by("order", "name"))


def _before(asset: Asset, shift: str, start_us: int) -> list[Mapping[str, Any]]:
    """Return the last shifts of the same name, the newest first."""
    told = _asked(
        asset.organisation,
        "shifts",
        {"asset": asking.key(asset), "start": start_us - BEFORE_US, "end": start_us},
    )
    rows = [
        one
        for one in told.get("shifts") or ()
        if one.get("name") == shift and one["start"] < start_us and one.get("figures")
    ]
    return sorted(rows, key=lambda one: -int(one["start"]))[:BEFORE]


def _stops(asset: Asset, members: Sequence[Asset], start: int, end: int) -> list[Any]:
    told = _asked(
        asset.organisation,
        "stops",
        {
            "assets": [asking.key(one) for one in (members or (asset,))],
            "start": start,
            "end": end,
            "waiting": False,
        },
    )
    rows = told.get("stops") if isinstance(told, Mapping) else told
    # Only what lies in this shift: a stop that began before is cut at its beginning.
    cut = [
        [row[0], max(int(row[1]), start), min(int(row[2] or end), end), *row[3:]]
        for row in rows or ()
    ]
    return sorted(cut, key=lambda row: row[1] - row[2])[:MOST_STOPS]


def _alarms(asset: Asset, of: set[str], start: int, end: int) -> list[Any] | None:
    heard = asking.ask(asset.organisation, "alarm_history", {"start": start, "end": end})
    if heard.problem:
        return None
    found = heard.found or {}
    return [
        [
            one.get("since"),
            one.get("ended") or one.get("gone"),
            one.get("name") or one.get("rule_name") or "",
            one.get("priority"),
            one.get("place") or one.get("asset_name") or "",
        ]
        for one in found.get("alarms") or ()
        if one.get("asset") in of
    ][:MOST_ALARMS]
