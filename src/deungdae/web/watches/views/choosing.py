"""Choose a machine, then a good period on a picture of its tags; and again, when it is time."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from deungdae.web.core.access import beside, needs
from deungdae.web.core.scope import Scope
from deungdae.web.floor import standing
from deungdae.web.floor.access import get_asset
from deungdae.web.floor.models import Asset
from deungdae.web.floor.shown.drawing.axis import Axis
from deungdae.web.plant import speech
from deungdae.web.plant.errors import Refused
from deungdae.web.plant.explorer.picture import part_words
from deungdae.web.plant.live.board import now_us
from deungdae.web.watches import asking, naming
from deungdae.web.watches.access import get_watch
from deungdae.web.watches.actions.watches import LearnAgain, MakeWatch
from deungdae.web.watches.forms.periods import PeriodForm, written
from deungdae.web.watches.leaving_out import judged_real
from deungdae.web.watches.models import Watch
from deungdae.web.watches.shown import pictures, words

show_or_send = require_http_methods(["GET", "HEAD", "POST"])

HOUR_US: Final = 3_600_000_000
#: What is looked at: how far back.
SPANS: Final = {"3h": 3, "24h": 24, "7d": 168, "14d": 336, "35d": 840, "70d": 1680}
START: Final = "14d"
MOST_LANES: Final = 12


@needs("watches.manage")
@show_or_send
def new(request: HttpRequest) -> HttpResponse:
    """Have a machine watched: without `asset` in the address, choose one."""
    scope = request.tenant_scope
    wanted = request.GET.get("asset", "")
    machines = [one for one in standing.assets(scope) if not one.is_line]
    asset = next((one for one in machines if str(one.public_id) == wanted), None)
    if asset is None:
        return render(request, "watches/choose.html", {"machines": machines})
    context = _context(request, scope, asset, None)
    form: PeriodForm = context["form"]
    if request.method != "POST":
        return render(request, "watches/period.html", context)
    if not form.is_valid():
        return render(request, "watches/period.html", context, status=400)
    values = form.cleaned_data
    try:
        made = MakeWatch(
            scope=scope, organisation=scope.current, asset=asset, name=values["name"],
            tags=values["tags"], start_us=values["start_us"], end_us=values["end_us"],
            exclude=judged_real(scope, asset, values["start_us"], values["end_us"]),
            per_week=values["per_week"], method=values["method"],
        ).perform()  # fmt: skip
    except Refused as error:
        form.add_error("name", str(error.sentence))
        return render(request, "watches/period.html", context, status=400)
    messages.success(request, _("The good period is being learned."))
    return redirect(made)


@needs("watches.manage")
@show_or_send
def again(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Choose another good period for a watch, and have it learned."""
    scope = request.tenant_scope
    watch = get_watch(scope, public_id)
    if watch.retired_at is not None:
        return redirect(watch)
    scope = beside(scope, watch, "watches.manage")
    asset = get_asset(scope, watch.asset.public_id)
    context = _context(request, scope, asset, watch)
    form: PeriodForm = context["form"]
    if request.method != "POST":
        heard = asking.now(watch.organisation)
        drift = heard.found.get(str(watch.public_id), {}).get("drift")
        if drift:
            context["reason"] = speech.told(drift["says"])
        return render(request, "watches/period.html", context)
    if not form.is_valid():
        return render(request, "watches/period.html", context, status=400)
    values = form.cleaned_data
    LearnAgain(
        scope=scope, organisation=watch.organisation, watch=watch, tags=values["tags"],
        start_us=values["start_us"], end_us=values["end_us"], per_week=values["per_week"],
        exclude=judged_real(scope, asset, values["start_us"], values["end_us"]),
        method=values["method"],
    ).perform()  # fmt: skip
    messages.success(request, _("The good period is being learned."))
    return redirect(watch)


def _context(
    request: HttpRequest, scope: Scope, asset: Asset, watch: Watch | None
) -> dict[str, Any]:
    at_us = now_us()
    span = request.GET.get("span", START)
    span = span if span in SPANS else START
    start = at_us - SPANS[span] * HOUR_US
    tags = naming.of_machine(scope, asset)
    named, without = naming.names(scope), naming.without_level(scope, asset)
    heard = asking.preview(asset, tags, start, at_us) if tags else None
    told = heard.found if heard and heard.found else None
    start = _first_known(told, start) if told else start
    proposal = told["proposal"] if told else None
    chosen = naming.with_levels(told["tags"], without) if told else []
    if watch is not None:
        chosen = [tag for tag in watch.tags if tag in tags]
    period = (proposal["start"], proposal["end"]) if proposal else None
    form = PeriodForm(
        request.POST if request.method == "POST" else None,
        tags=tags,
        named=watch is None,
        initial={
            "name": asset.name,
            "start": written(period[0]) if period else "",
            "end": written(period[1]) if period else "",
            "per_week": f"{watch.per_week:g}" if watch else "1",
            "method": watch.method if watch else "",
        },
    )
    ticked = set(request.POST.getlist("tags")) if request.method == "POST" else set(chosen)
    uses = {one["tag"]: one["use"] for one in told["tags"]} if told else {}
    return {
        "asset": asset,
        "watch": watch,
        "form": form,
        "spans": [
            {"code": code, "word": part_words(hours * 3_600_000), "current": code == span}
            for code, hours in SPANS.items()
        ],
        "span": span,
        "problem": heard.problem if heard else "",
        "left_out": len(judged_real(scope, asset, start, at_us)),
        "offered": [
            {
                "tag": tag,
                "name": named.get(tag, tag),
                "ticked": tag in ticked,
                "use": str(words.USES.get(uses.get(tag, "yes"), "")),
            }
            for tag in tags
        ],
        "proposal": _proposal(proposal, told["running"] is not None) if proposal and told else "",
        "picture": _picture(told, chosen, named, period, start, at_us) if told else None,
        "zone": timezone.get_current_timezone_name(),
        "start_ms": start // 1000,
        "end_ms": at_us // 1000,
    }


def _proposal(proposal: Mapping[str, Any], known: bool) -> str:
    start, end = words.span(proposal["start"], proposal["end"])
    if not known:
        return _(
            "Proposed: %(start)s to %(end)s, of all spans of this length the steadiest. Nobody "
            "says when the machine ran; look that it did."
        ) % {"start": start, "end": end}
    return _(
        "Proposed: %(start)s to %(end)s. The machine ran %(percent)s%% of it and stopped "
        "%(stops)s times; of all spans of this length it was the steadiest."
    ) % {
        "start": start,
        "end": end,
        "percent": round(100 * proposal["running"]),
        "stops": proposal["stops"],
    }


def _picture(
    told: Mapping[str, Any],
    chosen: list[str],
    named: Any,
    period: tuple[int, int] | None,
    start: int,
    end: int,
) -> Any:
    series = {tag: told["series"][tag] for tag in chosen[:MOST_LANES] if tag in told["series"]}
    if not series:
        return None
    axis = Axis(start, end)
    stood = _between(told["running"], start, end) if told["running"] is not None else []
    sentence = _("The tags of the machine over time; grey is when it stood.")
    drawn = pictures.lanes(
        series, named, told["first"], told["every_us"], axis, sentence, stood, period
    )
    return {"drawn": drawn, "sentence": sentence, "more": max(0, len(chosen) - MOST_LANES)}


def _first_known(told: Mapping[str, Any], start: int) -> int:
    """Return when values begin: of what was before them nobody knows whether the machine stood."""
    rows = zip(*told["series"].values(), strict=True)
    known = (n for n, row in enumerate(rows) if any(value is not None for value in row))
    return max(start, told["first"] + next(known, 0) * told["every_us"])


def _between(spans: list[list[int]], start: int, end: int) -> list[tuple[int, int]]:
    """Return what lies between spans."""
    found, at = [], start
    for begin, until in spans:
        if begin > at:
            found.append((at, begin))
        at = max(at, until)
    if at < end:
        found.append((at, end))
    return found
