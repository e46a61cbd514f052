"""A line over a shift, a day or a week: its machines one above another, and what holds it up."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from deungdae.web.core.access import beside, needs
from deungdae.web.core.rules import allowed
from deungdae.web.core.scope import Scope
from deungdae.web.floor import asking, metering, standing
from deungdae.web.floor import span as spans
from deungdae.web.floor.access import get_asset
from deungdae.web.floor.days import cut_of
from deungdae.web.floor.models import Asset
from deungdae.web.floor.shown import answers, sentences
from deungdae.web.floor.shown.documents import Now, Past
from deungdae.web.floor.shown.durations import count, lasting, percent
from deungdae.web.floor.shown.ideals import Ideals, SideBySide, of_past
from deungdae.web.floor.shown.words import LOSS_WORDS
from deungdae.web.floor.views.machine import of_span
from deungdae.web.floor.views.site import Card, card, live
from deungdae.web.plant.live.board import now_us


@needs("floor.see")
@require_safe
def index(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show a line in the span of the address."""
    line = get_asset(request.tenant_scope, public_id)
    if not line.is_line:
        return redirect("floor:machine", public_id=line.public_id)
    scope = beside(request.tenant_scope, line, "floor.see")
    at_us, reasons = now_us(), standing.reasons(scope)
    heard = asking.now(line.organisation)
    machines = [one for one in standing.assets(scope) if one.line_id == line.pk]
    cards = [card(one, heard, at_us, reasons) for one in machines]
    shown = card(line, heard, at_us, reasons)
    context = {
        "asset": line,
        "card": shown,
        "machines": cards,
        "answer": answers.of_machine(answers.Named(line.name, shown.now), at_us, reasons),
        "waiting": sum(one.now.waiting_stops for one in cards),
        "manage": allowed("floor.manage", scope, line.organisation),
        **metering.contract(scope, line.site),
        "bottleneck_key": shown.now.bottleneck,
        **live(request, away=heard.away),
    }
    if not heard.away:
        context |= _past(request, scope, line, machines, cards, shown.now, reasons, at_us)
    return render(request, "floor/line.html", context)


def _past(
    request: HttpRequest,
    scope: Scope,
    line: Asset,
    machines: Sequence[Asset],
    cards: Sequence[Card],
    now: Now,
    reasons: Mapping[str, str],
    at_us: int,
) -> dict[str, Any]:
    shifts = asking.lately(line, at_us)
    chosen = spans.choose(request.GET, shifts.found, at_us, cut_of(scope, line))
    told = asking.past(line, chosen.start_us, chosen.until_us)
    past = told.found
    rows = [
        (one.name, past.members[one.key].spans if one.key in past.members else ()) for one in cards
    ]
    ideals: Ideals = of_past(
        now.ideal_seconds or line.ideal_seconds,
        past,
        line.output.ideals if line.output else line.ideals,
        chosen.until_us,
        past.shifts or shifts.found,
    )
    if line.output_id is None and len(cards) > 1:
        ideals = SideBySide(
            [
                of_past(
                    one.now.ideal_seconds, past.members.get(one.key), each.ideals, chosen.until_us
                )
                for each, one in zip(machines, cards, strict=True)
            ]
        )
    shown = of_span(past, chosen, shifts.found, ideals, reasons, at_us, rows or [("", past.spans)])
    names = {one.key: one.name for one in cards}
    return {
        "problem": asking.problem_of(shifts, told),
        **shown,
        "members": [
            _member(one, past.members[one.key], past) for one in cards if one.key in past.members
        ],
        "bottleneck": bottleneck(past, names),
    }


def _member(one: Card, past: Past, line: Past) -> dict[str, Any]:
    """Return what a machine of the line gave in the span, as a row of a table."""
    biggest = past.waterfall.biggest if past.waterfall else None
    held = dict(line.bottleneck.others) if line.bottleneck else {}
    produced = sum(piece.produced for piece in past.made)
    return {
        "card": one,
        "oee": percent(past.figures.told) or "–",
        "availability": percent(past.figures.availability) or "–",
        "known": percent(past.figures.known),
        "produced": count(produced) if past.made else "–",
        "loss": f"{LOSS_WORDS[biggest[0]]}, {lasting(biggest[1])}" if biggest else "",
        "stops": sentences.stops_in(past.spans),
        "held": percent(held.get(one.key)) if held else "",
    }


def bottleneck(past: Past, names: Mapping[str, str]) -> str:
    """Return which machine held the line up, in a sentence; empty where none did."""
    found = past.bottleneck
    if found is None or found.asset not in names or found.share <= 0:
        return ""
    return sentences.of_bottleneck(names[found.asset], found.share)
