"""What the bus is told of the floor: documents made from the rows here. Changes nothing.

The rows are the truth; whatever the bus holds of them can be made again from here. The documents
are read by the monitor; their keys stand in monitor.definitions.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, Final

from deungdae import bus
from deungdae.web.core.models import Organisation
from deungdae.web.core.scope import Scope
from deungdae.web.floor.models import (
    Asset,
    CalendarException,
    Plan,
    PowerContract,
    Reason,
    ShiftCalendar,
    Signal,
)

#: Days of plans that the monitor needs: for figures of late, and for what comes.
PLANS_BACK, PLANS_AHEAD = timedelta(days=14), timedelta(days=7)
#: Exceptions that the bus holds: history keeps its own, long past ones are worked out.
EXCEPTIONS_BACK: Final = timedelta(days=800)


def asset_records(
    scope: Scope, organisation: Organisation, today: date, only: Iterable[Asset] | None = None
) -> list[bus.Asset]:
    """Return the records of the organisation's assets that are in use, or of some of them."""
    rows = Asset.objects.within(scope).filter(organisation=organisation, retired_at=None)
    if only is not None:
        rows = rows.filter(pk__in=[asset.pk for asset in only])
    assets = list(rows.select_related("site", "line", "output", "calendar", "line__calendar"))
    keys = [asset.pk for asset in assets]
    signals: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for signal in Signal.objects.within(scope).filter(asset__in=keys):
        signals[signal.asset_id].append({"role": signal.role, "tag": signal.tag, **signal.params})
    plans: dict[int, list[dict[str, Any]]] = defaultdict(list)
    window = (today - PLANS_BACK, today + PLANS_AHEAD)
    for plan in Plan.objects.within(scope).filter(asset__in=keys, day__range=window).order_by("pk"):
        plans[plan.asset_id].append(
            {"day": plan.day.isoformat(), "shift": plan.shift, "count": plan.count}
        )
    default = (
        ShiftCalendar.objects.within(scope)
        .filter(organisation=organisation, is_default=True, retired_at=None)
        .first()
    )
    reasons = _reasons(scope, organisation)
    contracts = contract_documents(scope, organisation)
    return [
        bus.Asset(
            str(organisation.public_id),
            str(asset.public_id),
            {
                **_document(asset, signals[asset.pk], plans[asset.pk], default, reasons),
                "site_zone": asset.site.time_zone,
                "contracts": contracts[asset.site_id],
            },
        )
        for asset in assets
    ]


def contract_documents(
    scope: Scope, organisation: Organisation
) -> defaultdict[int, list[dict[str, Any]]]:
    """Return the electricity contracts of each site as the monitor reads them."""
    found: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
    rows = PowerContract.objects.within(scope).filter(organisation=organisation)
    for row in rows.order_by("since"):
        found[row.site_id].append(
            {
                "since": row.since.isoformat(),
                "tariff": row.tariff or None,
                "prices": row.prices,
                "base": row.base,
                "contract_kw": row.contract_kw,
                "example": row.example,
            }
        )
    return found


def _reasons(scope: Scope, organisation: Organisation) -> dict[str, dict[str, str]]:
    # Retired ones too: what was said with them stands.
    rows = Reason.objects.within(scope).filter(organisation=organisation, kind="stop")
    return {
        row.code: {"word": row.word_ko, "word_en": row.word_en, "state": row.state} for row in rows
    }


def calendar_of(asset: Asset, default: ShiftCalendar | None) -> ShiftCalendar | None:
    """Return the calendar that counts for an asset: its own, its line's, or the default."""
    return asset.calendar or (asset.line.calendar if asset.line else None) or default


def _document(
    asset: Asset,
    signals: list[dict[str, Any]],
    plans: list[dict[str, Any]],
    default: ShiftCalendar | None,
    reasons: dict[str, dict[str, str]],
) -> dict[str, Any]:
    calendar = calendar_of(asset, default)
    return {
        "name": asset.name,
        "kind": asset.kind,
        "site": str(asset.site.public_id),
        "site_name": asset.site.name,
        "line": _id(asset.line),
        "template": asset.template,
        "path": asset.path,
        "order": asset.order,
        "calendar": _id(calendar),
        "ideal_seconds": asset.ideal_seconds,
        "ideal_confirmed": asset.ideal_confirmed,
        "parts_per_count": asset.parts_per_count,
        "stop_after_seconds": asset.stop_after_seconds,
        "micro_stop_seconds": asset.micro_stop_seconds,
        "hour_cost": asset.hour_cost,
        "signals": signals,
        "output": _id(asset.output),
        "plan": plans,
        "products": asset.products,
        "ideals": asset.ideals,
        "reasons": reasons,
    }


def calendar_record(scope: Scope, calendar: ShiftCalendar, today: date) -> bus.Calendar:
    """Return the record of a calendar, with all its versions."""
    return bus.Calendar(
        str(calendar.organisation.public_id),
        str(calendar.public_id),
        calendar_document(scope, calendar, today),
    )


def calendar_document(scope: Scope, calendar: ShiftCalendar, today: date) -> dict[str, Any]:
    """Return a calendar as the monitor reads it."""
    versions = calendar.versions.within(scope).order_by("since")
    exceptions = CalendarException.objects.within(scope).filter(
        calendar=calendar, day__gte=today - EXCEPTIONS_BACK
    )
    return {
        "name": calendar.name,
        "time_zone": calendar.time_zone,
        "day_cut": calendar.day_cut,
        "country": calendar.country or None,
        "versions": [
            {"since": version.since.isoformat(), "pattern": version.pattern} for version in versions
        ],
        "exceptions": [exception_document(entry) for entry in exceptions],
    }


def exception_document(entry: CalendarException) -> dict[str, Any]:
    """Return an exception as the monitor reads it."""
    about = {"day": entry.day.isoformat(), "reason": entry.reason}
    if entry.closed:
        return {**about, "closed": True, "shift": entry.shift or None}
    return {**about, "extra": entry.extra}


def _id(row: Asset | ShiftCalendar | None) -> str | None:
    return None if row is None else str(row.public_id)
