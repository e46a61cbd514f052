"""A machine over a shift, a day or a week: what it did, what it made, and what was lost."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from deungdae import bus
from deungdae.web.core.access import beside, needs
from deungdae.web.core.rules import allowed
from deungdae.web.core.scope import Scope
from deungdae.web.floor import asking, metering, picturing, standing, tiles
from deungdae.web.floor import span as spans
from deungdae.web.floor.access import get_asset
from deungdae.web.floor.days import cut_of
from deungdae.web.floor.models import Asset, Signal
from deungdae.web.floor.shown import answers, sentences
from deungdae.web.floor.shown.documents import Now, Past, Shift, Stop
from deungdae.web.floor.shown.drawing import trend
from deungdae.web.floor.shown.drawing.axis import Axis
from deungdae.web.floor.shown.drawing.legend import swatch
from deungdae.web.floor.shown.durations import day_clock, lasting, moment
from deungdae.web.floor.shown.ideals import Ideals, of_past
from deungdae.web.floor.shown.words import reason_word, state_word
from deungdae.web.floor.views.site import card, live, url_of
from deungdae.web.plant.explorer import finding
from deungdae.web.plant.explorer.look import Look
from deungdae.web.plant.explorer.series import NUMBER, Series, fetch
from deungdae.web.plant.live.board import now_us
from deungdae.web.plant.live.lines import Described

MOST_STOPS: Final = 200
MOST_WATCHED: Final = 6
#: Roles whose values are worth a trend, in the order in which they are shown.
TRENDS: Final = (Signal.Role.WATCHED, Signal.Role.LOAD, Signal.Role.POWER)


@needs("floor.see")
@require_safe
def index(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show a machine in the span of the address."""
    machine = get_asset(request.tenant_scope, public_id)
    if machine.is_line:
        return redirect("floor:line", public_id=machine.public_id)
    scope = beside(request.tenant_scope, machine, "floor.see")
    at_us, reasons = now_us(), standing.reasons(scope)
    heard = asking.now(machine.organisation)
    shown = card(machine, heard, at_us, reasons)
    context = {
        "asset": machine,
        "card": shown,
        "line": machine.line,
        "line_url": url_of(machine.line) if machine.line else "",
        "answer": answers.of_machine(answers.Named(machine.name, shown.now), at_us, reasons),
        "manage": allowed("floor.manage", scope, machine.organisation),
        **metering.contract(scope, machine.site),
        **live(request, away=heard.away),
    }
    if not heard.away:
        context |= _past(request, scope, machine, shown.now, reasons, at_us)
    return render(request, "floor/machine.html", context)


def _past(
    request: HttpRequest,
    scope: Scope,
    machine: Asset,
    now: Now,
    reasons: Mapping[str, str],
    at_us: int,
) -> dict[str, Any]:
    shifts = asking.lately(machine, at_us)
    chosen = spans.choose(request.GET, shifts.found, at_us, cut_of(scope, machine))
    told = asking.past(machine, chosen.start_us, chosen.until_us)
    stops = asking.stops(
        machine.organisation, [machine], chosen.start_us, chosen.until_us, waiting=False
    )
    past = told.found
    ideals = of_past(
        now.ideal_seconds or machine.ideal_seconds,
        past,
        machine.ideals,
        chosen.until_us,
        past.shifts or shifts.found,
    )
    return {
        "problem": asking.problem_of(shifts, told, stops),
        **of_span(past, chosen, shifts.found, ideals, reasons, at_us, [("", past.spans)]),
        "cycles": picturing.cycles(past, chosen, ideals, at_us),
        "stops": [stop_row(one, reasons, at_us) for one in stops.found[:MOST_STOPS]],
        "more_stops": max(0, len(stops.found) - MOST_STOPS),
        "reliability": sentences.of_reliability(past.reliability),
        "reliable": past.reliability,
        "watched": watched(scope, machine, chosen, at_us),
    }


def of_span(
    past: Past,
    chosen: spans.Chosen,
    shifts: Sequence[Shift],
    ideals: Ideals,
    reasons: Mapping[str, str],
    at_us: int,
    rows: Sequence[tuple[str, Sequence[Any]]],
) -> dict[str, Any]:
    """Return what pages of lines and of machines have in common."""
    return {
        "chosen": chosen,
        "kinds": spans.kinds(chosen),
        "most_days": spans.MOST_DAYS,
        "states": picturing.states(rows, chosen, reasons, shifts, at_us),
        "legend": [
            one | {"swatch": swatch(one["state"])} for one in picturing.legend(past.spans, chosen)
        ],
        "made": picturing.made(past, chosen, ideals, at_us),
        "losses": picturing.losses(past),
        "pareto": picturing.pareto(past, reasons),
        "oee": picturing.oee(shifts, chosen),
        "energy": metering.card(past.energy, chosen, at_us),
    }


def stop_row(one: Stop, reasons: Mapping[str, str], at_us: int) -> dict[str, str]:
    """Return one stop as a row of a table."""
    return {
        "from": day_clock(one.start_us, at_us),
        "until": day_clock(one.end_us, one.start_us) if one.end_us else _("still"),
        "lasted": lasting(one.seconds(at_us)),
        "state": one.state,
        "word": state_word(one.state),
        "reason": reason_word(one.reason, reasons) if one.reason else "",
        "fault": one.fault,
        "url": tiles.url(one.asset, one.start_us, one.end_us),
    }


def watched(scope: Scope, machine: Asset, chosen: spans.Chosen, at_us: int) -> dict[str, Any]:
    """Return the trends of the tags that are watched, and where all of them can be looked at."""
    order = {role: place for place, role in enumerate(TRENDS)}
    rows = Signal.objects.within(scope).filter(asset=machine)
    signals = [one for one in rows if one.role in order]
    tags = list(dict.fromkeys(s.tag for s in sorted(signals, key=lambda s: order[s.role])))
    if not tags:
        return {}
    start, end = moment(chosen.start_us), moment(max(chosen.until_us, chosen.start_us + 10**7))
    look = Look(tuple(tags[:MOST_WATCHED]), start, end)
    page = reverse("plant:history")
    found: dict[str, Any] = {
        "url": page + look.query(),
        "charts": [],
        "more": len(tags) - len(look.tags),
    }
    if not allowed("plant.see", scope, machine.organisation):
        return {}
    known = finding.known(scope)
    try:
        fetched = fetch(str(machine.organisation.public_id), look, known)
    except (bus.Unavailable, bus.Refusal):
        return found
    for one in fetched.series:
        about: Described = one.about
        points = [
            (time * 1000, float(v) if isinstance(v, int | float) else None)
            for time, v in zip(one.times, one.values, strict=True)
        ]
        between = bounds(one)
        if between is None:
            continue
        name = about.label or about.path
        sentence = _("%(tag)s: between %(low)s and %(high)s %(unit)s") % {
            "tag": name,
            "low": f"{between[0]:.4g}",
            "high": f"{between[1]:.4g}",
            "unit": about.unit or "",
        }
        axis = Axis(chosen.start_us, chosen.end_us)
        found["charts"].append(
            {
                "name": name,
                "sentence": sentence,
                "url": page + look.with_tags([about.path]).query(),
                "picture": trend.trend(points, axis, sentence, unit=about.unit or ""),
            }
        )
    return found


def bounds(one: Series) -> tuple[float, float] | None:
    """Return between what the values of a number lay; None of fewer than two.

    Over a long time each point is a mean, and the values lay further apart.
    """
    lowest = [float(v) for v in one.low or one.values if isinstance(v, int | float)]
    highest = [float(v) for v in one.high or one.values if isinstance(v, int | float)]
    if one.kind != NUMBER or len(lowest) < 2 or not highest:
        return None
    return min(lowest), max(highest)
