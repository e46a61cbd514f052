"""The operator at the machine: why it stopped, by one tap on a tile."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from deungdae.web.core.access import beside, needs
from deungdae.web.floor import asking, device, reasons, standing, tiles, waiting
from deungdae.web.floor.access import get_asset, get_stop
from deungdae.web.floor.actions.said import SayStop, UnsayStop
from deungdae.web.floor.models import Asset, Reason, StopSaid
from deungdae.web.floor.shown.documents import Stop
from deungdae.web.floor.shown.durations import clock, day_clock, lasting
from deungdae.web.floor.shown.says import says
from deungdae.web.floor.views.site import live
from deungdae.web.plant.errors import Refused
from deungdae.web.plant.live.board import now_us

SAID: Final = "floor_said"  #: in the session: what this device said last
LATELY: Final = 8  #: rows of what was said before
MOST_AT_ONCE: Final = 60
MINUTE_US: Final = 60_000_000


@needs("floor.see")
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show the stops that wait for a reason, the newest first."""
    scope, at_us = request.tenant_scope, now_us()
    machines = [one for one in standing.assets(scope) if not one.is_line]
    place = device.chosen(request, machines)
    shown = machines if place == device.EVERY else [place] if isinstance(place, Asset) else []
    heard = waiting.find(scope, scope.current, shown, at_us) if shown else asking.Heard[Any](())
    state = asking.now(scope.current) if machines else asking.Heard[Any]({})
    offered = reasons.of(scope, scope.current, "stop")
    words = reasons.words(scope, scope.current)
    names = {asking.key(one): one.name for one in machines}
    found = heard.found[: waiting.MOST]
    chosen_now = state.found.get(asking.key(shown[0])) if len(shown) == 1 else None
    context = {
        "machines": [
            {
                "key": asking.key(one),
                "name": one.name,
                "line": one.line.name if one.line else "",
                "current": one in shown and len(shown) == 1,
                "stops": state.found[asking.key(one)].waiting_stops
                if asking.key(one) in state.found
                else 0,
            }
            for one in machines
        ],
        "place": place if isinstance(place, Asset) else None,
        "place_key": asking.key(place) if isinstance(place, Asset) else "",
        "says": says(chosen_now, at_us, words) if chosen_now else None,
        "every": place == device.EVERY,
        "choosing": place is None or "choose" in request.GET,
        "several": "several" in request.GET and len(found) > 1,
        "stops": [tiles.card(one, names, offered, words, at_us) for one in found],
        "more": max(0, len(heard.found) - waiting.MOST),
        "offered": offered,
        "said": _said_now(request, shown, words),
        "lately": _lately(request, shown, words, at_us),
        "problem": "" if heard.away else heard.problem or state.problem,
        **live(request, away=heard.away or state.away),
    }
    return device.remember(render(request, "floor/stops.html", context), request)


@needs("floor.see")
@require_safe
def one(request: HttpRequest, public_id: UUID, start_us: int) -> HttpResponse:
    """Show one stop: say why, change what was said, or say it of a part alone."""
    at_us = now_us()
    machine = get_asset(request.tenant_scope, public_id)
    scope = beside(request.tenant_scope, machine, "floor.see")
    stop = _stop(machine, start_us, request.GET.get("end", ""), at_us)
    if stop is None:
        raise Http404
    end_us = stop.end_us or at_us
    until = _until(request.GET.get("until", ""), stop, end_us)
    offered = reasons.of(scope, scope.current, "stop")
    words = reasons.words(scope, scope.current)
    rows = StopSaid.objects.within(scope).filter(asset=machine, withdrawn_at=None)
    said = rows.filter(began_us=start_us).first()
    context = {
        "machine": machine,
        "stop": tiles.card(stop, {stop.asset: machine.name}, offered, words, at_us),
        "value": f"{stop.asset}:{start_us}:{until or stop.end_us or ''}",
        "said": said,
        "said_word": words.get(said.reason, said.reason) if said else "",
        "parts": _parts(request, stop, end_us, until),
        "until": until,
        "until_word": day_clock(until, at_us) if until else "",
        "lasts": lasting((until - start_us) / 1e6) if until else "",
        "rest": lasting((end_us - until) / 1e6) if until else "",
        **live(request, away=False),
    }
    return render(request, "floor/stop.html", context)


def _stop(machine: Asset, start_us: int, end: str, at_us: int) -> Stop | None:
    """Return the stop that the monitor knows, or else as the address says it; None for neither."""
    key = asking.key(machine)
    said_end = int(end) if end.isascii() and end.isdecimal() and len(end) < 18 else None
    if not start_us < at_us or (said_end is not None and said_end <= start_us):
        return None
    heard = asking.stops(
        machine.organisation,
        [machine],
        start_us - 1,
        (said_end or at_us) + 1,
        waiting=False,
        at_least=0,
    )
    for stop in heard.found:
        if stop.start_us == start_us:
            return stop
    return Stop(key, start_us, said_end)


def _until(asked: str, stop: Stop, end_us: int) -> int | None:
    """Return where a part of the stop ends; None for the whole of it."""
    if not (asked.isascii() and asked.isdecimal() and len(asked) < 18):
        return None
    at = min(max(int(asked), stop.start_us + MINUTE_US), end_us - MINUTE_US)
    return at if stop.start_us < at < end_us else None


def _parts(request: HttpRequest, stop: Stop, end_us: int, until: int | None) -> Any:
    """Return the buttons that move the end of the part; none where the stop is too short."""
    if end_us - stop.start_us < 3 * MINUTE_US:
        return None
    query = f"end={stop.end_us}&" if stop.end_us else ""
    if until is None:
        middle = stop.start_us + (end_us - stop.start_us) // 2
        middle -= middle % MINUTE_US
        return {"begin": f"?{query}until={middle}"}
    steps = [(f"{'−' if n < 0 else '+'}{abs(n)}", until + n * MINUTE_US) for n in (-10, -1, 1, 10)]
    return {
        "whole": f"?{query}",
        "steps": [
            (_("%(n)s min") % {"n": sign}, f"?{query}until={at}")
            for sign, at in steps
            if stop.start_us + MINUTE_US <= at <= end_us - MINUTE_US
        ],
    }


@needs("floor.say")
@require_POST
def say(request: HttpRequest) -> HttpResponse:
    """Take a reason for one stop or for several."""
    scope = request.tenant_scope
    told = request.POST.getlist("stop")[:MOST_AT_ONCE]
    code = request.POST.get("reason", "")
    reason = Reason.objects.here(scope).filter(code=code, kind=Reason.Kind.STOP).first()
    if not told:
        messages.error(request, _("Choose at least one stop first."))
        return redirect("floor:stops")
    stops = [_told(request, one) for one in told]
    if reason is None:
        messages.error(request, reasons.gone())
        return redirect(_back(request, stops))
    done: list[StopSaid] = []
    try:
        for machine, began, ended in stops:
            action = SayStop(
                scope=scope,
                organisation=scope.current,
                asset=machine,
                began_us=began,
                ended_us=ended,
                reason=reason,
            )
            done.append(action.perform())
    except Refused as refused:
        messages.error(request, str(refused.sentence))
    request.session[SAID] = {
        "ids": [str(one.public_id) for one in done],
        "at": now_us(),
    }
    return redirect("floor:stops")


def _back(request: HttpRequest, stops: Sequence[tuple[Asset, int, int | None]]) -> str:
    """Return where a reason is chosen once more: the page of the stop, if it was chosen there."""
    machine, began, ended = stops[0]
    if "alone" in request.POST and len(stops) == 1:
        return tiles.url(asking.key(machine), began, ended)
    return reverse("floor:stops")


def _told(request: HttpRequest, text: str) -> tuple[Asset, int, int | None]:
    """Return a stop as a form names it: machine, beginning, and end unless it lasts still."""
    machine, *times = text.split(":")
    if len(times) != 2 or not all(t == "" or (t.isascii() and t.isdecimal()) for t in times):
        raise BadRequest
    if not times[0] or any(len(one) > 17 for one in times):
        raise BadRequest
    try:
        asset = get_asset(request.tenant_scope, UUID(machine))
    except ValueError as error:
        raise BadRequest from error
    return asset, int(times[0]), int(times[1]) if times[1] else None


@needs("floor.say")
@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Take back what was said of stops; they wait again."""
    scope = request.tenant_scope
    rows = [get_stop(scope, one) for one in request.POST.getlist("said")[:MOST_AT_ONCE]]
    for row in rows:
        UnsayStop(scope=scope, organisation=row.organisation, said=row).perform()
    request.session.pop(SAID, None)
    if rows:
        told = ngettext(
            "Taken back; the stop waits for a reason again.",
            "Taken back; %(n)d stops wait for a reason again.",
            len(rows),
        )
        messages.success(request, told % {"n": len(rows)})
    return redirect("floor:stops")


def _said_now(
    request: HttpRequest, machines: Sequence[Asset], words: Mapping[str, str]
) -> Mapping[str, Any] | None:
    """Return what this device said of these machines in the last half hour, to be taken back."""
    told = request.session.get(SAID)
    if not told or now_us() - told["at"] > 30 * MINUTE_US:
        return None
    rows = StopSaid.objects.here(request.tenant_scope).filter(
        public_id__in=told["ids"], withdrawn_at=None, asset__in=machines
    )
    found = list(rows.select_related("asset"))
    if not found:
        return None
    first = found[0]
    reason = words.get(first.reason, first.reason)
    if len(found) == 1:
        sentence = _("%(machine)s from %(time)s: %(reason)s.") % {
            "machine": first.asset.name,
            "time": clock(first.began_us),
            "reason": reason,
        }
    else:
        sentence = _("%(n)d stops: %(reason)s.") % {"n": len(found), "reason": reason}
    return {"rows": found, "sentence": sentence, "untold": any(one.untold for one in found)}


def _lately(
    request: HttpRequest, machines: Sequence[Asset], words: Mapping[str, str], at_us: int
) -> list[dict[str, Any]]:
    """Return what was said of these machines last."""
    rows = StopSaid.objects.here(request.tenant_scope).filter(asset__in=machines, withdrawn_at=None)
    found = rows.select_related("asset", "by").order_by("-said_at", "-pk")[:LATELY]
    return [
        {
            "machine": row.asset.name,
            "from": day_clock(row.began_us, at_us),
            "until": day_clock(row.ended_us, row.began_us) if row.ended_us else "",
            "reason": words.get(row.reason, row.reason),
            "by": row.by.name if row.by else "",
            "untold": row.untold,
            "url": tiles.url(asking.key(row.asset), row.began_us, row.ended_us),
        }
        for row in found
    ]
