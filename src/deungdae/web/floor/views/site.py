"""What an owner looks at first: every line and machine, as it stands now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from deungdae.web.core.access import needs
from deungdae.web.core.rules import allowed
from deungdae.web.floor import asking, metering, standing
from deungdae.web.floor.models import Asset, Signal
from deungdae.web.floor.shown import answers
from deungdae.web.floor.shown.documents import Now
from deungdae.web.floor.shown.says import Says, nothing, says
from deungdae.web.plant.live.board import now_us


@dataclass(frozen=True)
class Card:
    """One line or machine as a page shows it."""

    key: str
    name: str
    url: str
    says: Says
    now: Now


@dataclass(frozen=True)
class Section:
    """A line with its machines; `line` is None for machines that stand alone."""

    line: Card | None
    machines: Sequence[Card]


def url_of(asset: Asset) -> str:
    """Return where the page of a line or a machine is."""
    return reverse("floor:line" if asset.is_line else "floor:machine", args=(asset.public_id,))


def card(
    asset: Asset,
    heard: asking.Heard[Mapping[str, Now]],
    at_us: int,
    reasons: Mapping[str, str],
) -> Card:
    """Return what is shown of an asset."""
    key = asking.key(asset)
    now = heard.found.get(key) or nothing(key, away=heard.away)
    return Card(key, asset.name, url_of(asset), says(now, at_us, reasons), now)


@needs("floor.see")
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show every line and machine with what it does at this moment."""
    scope = request.tenant_scope
    assets = standing.assets(scope)
    reasons, at_us = standing.reasons(scope), now_us()
    heard = asking.now(scope.current) if assets else asking.Heard[Mapping[str, Now]]({})
    sections = [
        Section(
            group.line and card(group.line, heard, at_us, reasons),
            [card(one, heard, at_us, reasons) for one in group.machines],
        )
        for group in standing.groups(assets)
    ]
    machines = [one for section in sections for one in section.machines]
    named = [answers.Named(one.name, one.now) for one in machines]
    context = {
        "sections": sections,
        "answer": answers.of_site(named, at_us, reasons),
        "waiting": sum(one.now.waiting_stops for one in machines),
        "problem": "" if heard.away else heard.problem,
        "manage": allowed("floor.manage", scope, scope.current),
        "power": [] if heard.away else _power(request, assets),
        **live(request, away=heard.away),
    }
    return render(request, "floor/site.html", context)


def _power(request: HttpRequest, assets: Sequence[Asset]) -> list[Mapping[str, Any]]:
    """Return what each site with meters has used since midnight, for its card."""
    scope, midnight = request.tenant_scope, timezone.localtime().replace(hour=0, minute=0, second=0)
    start_us = int(midnight.replace(microsecond=0).timestamp()) * 1_000_000
    metered = set(
        Signal.objects.within(scope)
        .filter(asset__in=[one.pk for one in assets])
        .filter(role__in=(Signal.Role.ENERGY, Signal.Role.POWER))
        .values_list("asset__site_id", flat=True)
    )
    sites = {one.site_id: one.site for one in assets if one.site_id in metered}
    found: list[Mapping[str, Any]] = []
    for site in sites.values():
        key = str(site.public_id)
        told = metering.of_site(site.organisation, key, start_us, now_us())
        if told is not None:
            about = metering.contract(scope, site)
            found.append({"name": site.name if len(sites) > 1 else "", "energy": told, **about})
    return found


def live(request: HttpRequest, *, away: bool) -> dict[str, Any]:
    """Return what a page needs that moves on by itself."""
    return {
        "away": away,
        "away_words": asking.away_words(),
        "of": str(request.tenant_scope.current.public_id),
        "now_ms": now_us() // 1000,
        "zone": timezone.get_current_timezone_name(),
        "floor_words": {
            "live": _("Values move as they come"),
            "connecting": _("Connecting …"),
            "again": _("The line is lost; connecting again …"),
            "still": _("Not moving: what you see is of {time}."),
        },
        "say": allowed("floor.say", request.tenant_scope, request.tenant_scope.current),
    }
