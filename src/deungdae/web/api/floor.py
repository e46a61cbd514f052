"""Lines and machines for programs: what they do, what shifts gave, stops, and alarms."""

from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest
from ninja import Query, Router

from deungdae.web.api import floor_answers as answers
from deungdae.web.api import history
from deungdae.web.api.access import ask, scope_in
from deungdae.web.api.floor_shapes import (
    AlarmList,
    AssetList,
    NowList,
    NowOut,
    ShiftList,
    StateList,
    StopList,
    asset_out,
)
from deungdae.web.api.shapes import Failure
from deungdae.web.companies.models import Site
from deungdae.web.core.models import Organisation
from deungdae.web.floor import reasons
from deungdae.web.floor.access import get_asset
from deungdae.web.floor.asking import read_now
from deungdae.web.floor.models import Asset, Signal
from deungdae.web.floor.shown.documents import Now

router = Router(tags=["floor"])

DAY_US: Final = 86_400_000_000
MOST_DAYS: Final = 400  #: of shifts
MOST_DETAIL_DAYS: Final = 40  #: of states and stops one by one
SEEN = dict.fromkeys((401, 403, 404, 409, 422, 429, 503), Failure)
_START = Query(..., max_length=40, description="ISO 8601; of the site without a zone")
_END = Query(..., max_length=40, description="excluded")


def _asset(request: HttpRequest, asset_id: UUID) -> Asset:
    found = get_asset(request.tenant_scope, asset_id)
    ask(request.tenant_scope, "floor.see", found.organisation)
    return found


def _assets(request: HttpRequest, site_id: UUID) -> tuple[Site, list[Asset]]:
    scope = request.tenant_scope
    sites = Site.objects.within(scope).select_related("organisation")
    site = sites.filter(public_id=site_id).first()
    if site is None:
        raise Http404
    ask(scope, "floor.see", site.organisation)
    rows = Asset.objects.within(scope).filter(site=site, retired_at=None)
    return site, list(rows.select_related("site", "line"))


def _words(request: HttpRequest, organisation: Organisation) -> dict[str, str]:
    return reasons.words(request.tenant_scope, organisation)


def _span(zone: str, start: str, end: str, days: int) -> dict[str, int]:
    place = ZoneInfo(zone)
    found = {
        "start": history.moment_us(start, "start", place),
        "end": history.moment_us(end, "end", place),
    }
    if not 0 < found["end"] - found["start"] <= days * DAY_US:
        raise history.wrong("end", "span", f"a time after start, at most {days} days")
    return found


@router.get(
    "/sites/{uuid:site_id}/assets",
    response={200: AssetList, **SEEN},
    summary="Lines and machines of a site",
)
def list_assets(request: HttpRequest, site_id: UUID) -> dict[str, Any]:
    """List the lines and machines of a site, with the tags that say what they do."""
    _site, found = _assets(request, site_id)
    signals: dict[int, list[Signal]] = {asset.pk: [] for asset in found}
    for signal in Signal.objects.within(request.tenant_scope).filter(asset__in=list(signals)):
        signals[signal.asset_id].append(signal)
    return {"items": [asset_out(asset, signals[asset.pk]) for asset in found]}


@router.get(
    "/sites/{uuid:site_id}/now", response={200: NowList, **SEEN}, summary="What all of a site do"
)
def show_site_now(request: HttpRequest, site_id: UUID) -> dict[str, Any]:
    """Say what each line and machine of a site does at this moment, and its shift so far."""
    site, found = _assets(request, site_id)
    return {"items": _now(request, site.organisation, found)}


@router.get(
    "/assets/{uuid:asset_id}/now", response={200: NowOut, **SEEN}, summary="What one of them does"
)
def show_now(request: HttpRequest, asset_id: UUID) -> dict[str, Any]:
    """Say what a line or machine does at this moment, and what its shift gave so far."""
    asset = _asset(request, asset_id)
    [found] = _now(request, asset.organisation, [asset])
    return found


def _now(
    request: HttpRequest, organisation: Organisation, assets: list[Asset]
) -> list[dict[str, Any]]:
    ids = [str(asset.public_id) for asset in assets]
    known = read_now(answers.asked(organisation, "now", {"assets": ids}))
    words = _words(request, organisation)
    return [answers.now_out(known.get(one) or Now(one), words) for one in ids]


@router.get(
    "/assets/{uuid:asset_id}/shifts", response={200: ShiftList, **SEEN}, summary="What shifts gave"
)
def list_shifts(
    request: HttpRequest, asset_id: UUID, start: str = _START, end: str = _END
) -> dict[str, Any]:
    """List each shift of a line or machine that overlaps a time of at most 400 days."""
    asset = _asset(request, asset_id)
    given = _span(asset.site.time_zone, start, end, MOST_DAYS)
    told = answers.asked(asset.organisation, "shifts", {"asset": str(asset.public_id), **given})
    shown = sorted(told["shifts"], key=lambda one: int(one["start"]))
    return {"items": [answers.shift_out(one) for one in shown]}


@router.get(
    "/assets/{uuid:asset_id}/states",
    response={200: StateList, **SEEN},
    summary="What became of a time",
)
def list_states(
    request: HttpRequest, asset_id: UUID, start: str = _START, end: str = _END
) -> dict[str, Any]:
    """List the states of a line or machine in a time of at most 40 days, one after another."""
    asset = _asset(request, asset_id)
    given = _span(asset.site.time_zone, start, end, MOST_DETAIL_DAYS)
    name = "line" if asset.is_line else "asset"
    told = answers.asked(asset.organisation, name, {name: str(asset.public_id), **given})
    words = _words(request, asset.organisation)
    return {"items": [answers.state_out(row, words) for row in told["spans"]]}


@router.get("/assets/{uuid:asset_id}/stops", response={200: StopList, **SEEN}, summary="Stops")
def list_stops(
    request: HttpRequest,
    asset_id: UUID,
    start: str = _START,
    end: str = _END,
    waiting: bool = Query(False, description="only those for which nobody has said a reason"),
    at_least: float = Query(0, ge=0, le=1e9, description="seconds"),
) -> dict[str, Any]:
    """List the stops of a machine, or of the machines of a line, in at most 40 days."""
    asset = _asset(request, asset_id)
    given = _span(asset.site.time_zone, start, end, MOST_DETAIL_DAYS)
    rows = Asset.objects.within(request.tenant_scope).filter(line=asset)
    mine = rows if asset.is_line else [asset]
    told = answers.asked(
        asset.organisation,
        "stops",
        {
            "assets": [str(one.public_id) for one in mine],
            **given,
            "waiting": waiting,
            "at_least_seconds": at_least,
        },
    )
    words = _words(request, asset.organisation)
    shown = sorted(told["stops"], key=lambda row: -int(row[1]))
    return {"items": [answers.stop_out(row, words) for row in shown]}


def _house(request: HttpRequest, organisation: UUID | None) -> Organisation:
    scope = scope_in(request, organisation)
    if scope.current is None:
        raise Http404
    ask(scope, "alarms.see", scope.current)
    return scope.current


@router.get("/alarms", response={200: AlarmList, **SEEN}, summary="Alarms that stand")
def list_alarms(request: HttpRequest, organisation: UUID | None = None) -> dict[str, Any]:
    """List what stands in an organisation: the most urgent and newest incidents first."""
    told = answers.asked(_house(request, organisation), "alarms", {})
    found = [one for incident in told["incidents"] for one in incident["members"]]
    return {"items": [answers.alarm_out(one) for one in found], "more": False}


@router.get("/alarms/past", response={200: AlarmList, **SEEN}, summary="Alarms that came")
def list_past_alarms(
    request: HttpRequest,
    organisation: UUID | None = None,
    start: str = _START,
    end: str = _END,
) -> dict[str, Any]:
    """List what came between two times, at most 400 days apart, the newest first.

    A time without a zone is of the main site.
    """
    house = _house(request, organisation)
    sites = Site.objects.within(request.tenant_scope).filter(organisation=house, main=True)
    zone = sites.values_list("time_zone", flat=True).get()
    told = answers.asked(house, "alarm_history", _span(zone, start, end, MOST_DAYS))
    return {"items": [answers.alarm_out(one) for one in told["alarms"]], "more": told["more"]}
