"""One anomaly: which tags are to blame, each beside what is usual; and whether it was one."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from deungdae import bus
from deungdae.web.core.access import needs
from deungdae.web.floor.shown.drawing.axis import Axis
from deungdae.web.floor.shown.durations import day_clock, lasting, moment
from deungdae.web.plant.errors import Refused
from deungdae.web.plant.explorer import finding
from deungdae.web.plant.explorer.look import Look
from deungdae.web.plant.explorer.series import fetch
from deungdae.web.plant.live.board import now_us
from deungdae.web.watches import asking, naming
from deungdae.web.watches.access import get_watch
from deungdae.web.watches.actions.watches import JudgeAnomaly
from deungdae.web.watches.models import AnomalyVerdict, Watch
from deungdae.web.watches.shown import pictures
from deungdae.web.watches.views.watch import judged

MINUTE_US: Final = 60_000_000
SHOWN: Final = 6  #: tags


@needs("watches.see")
@require_safe
def index(request: HttpRequest, public_id: UUID, began_us: int) -> HttpResponse:
    """Show an anomaly by its beginning; where it has grown meanwhile, the one it is now."""
    scope, at_us = request.tenant_scope, now_us()
    watch = get_watch(scope, public_id)
    one, learned, problem = _find(watch, began_us)
    if one is None and not problem:
        raise Http404
    context: dict[str, Any] = {"watch": watch, "asset": watch.asset, "problem": problem}
    if one is None:
        return render(request, "watches/anomaly.html", context)
    verdicts = list(AnomalyVerdict.objects.within(scope).filter(watch=watch))
    named = naming.names(scope)
    said = judged(verdicts, one["began"], one["ended"])
    room = max(20 * MINUTE_US, 2 * (one["ended"] - one["began"]))
    start, end = one["began"] - room, min(one["ended"] + room // 2, at_us)
    tags = [tag for tag, _share, _far in one["blames"]][:SHOWN]
    span = {"from": moment(start).isoformat(), "to": moment(end).isoformat()}
    context |= {
        "one": one,
        "at": day_clock(one["began"], at_us),
        "lasted": lasting(((at_us if one["open"] else one["ended"]) - one["began"]) / 1e6),
        "answer": _answer(one, named),
        "said": said,
        "judges": scope.may("watches.judge", watch.organisation) and watch.retired_at is None,
        "charts": _charts(request, watch, one, learned or {}, start, end),
        "history": f"{reverse('plant:history')}?{urlencode([('tag', t) for t in tags])}&"
        f"{urlencode(span)}",
    }
    return render(request, "watches/anomaly.html", context)


def _find(
    watch: Watch, began_us: int
) -> tuple[Mapping[str, Any] | None, Mapping[str, Any] | None, str]:
    heard = asking.one(watch, began_us, began_us + MINUTE_US)
    if heard.found is None:
        return None, None, heard.problem
    found = heard.found["anomalies"]
    same = [one for one in found if one["began"] <= began_us <= one["ended"]]
    return (same[0] if same else None), heard.found["learned"], ""


def _answer(one: Mapping[str, Any], named: Mapping[str, str]) -> str:
    if not one["blames"]:
        return _("The machine was unlike its good period; no tag can be blamed alone.")
    tag, share, far = one["blames"][0]
    if abs(far) < 1:
        return _(
            "%(tag)s no longer goes with the others (%(share)s%% of what is unlike), though its "
            "own value is as usual."
        ) % {"tag": named.get(tag, tag), "share": round(100 * share)}
    return _(
        "%(tag)s is %(far)s spreads from its usual level, and most of what is unlike comes from it "
        "(%(share)s%%)."
    ) % {"tag": named.get(tag, tag), "share": round(100 * share), "far": f"{far:+.1f}"}


def _charts(
    request: HttpRequest,
    watch: Watch,
    one: Mapping[str, Any],
    learned: Mapping[str, Any],
    start: int,
    end: int,
) -> list[dict[str, Any]]:
    scope = request.tenant_scope
    blames = one["blames"][:SHOWN]
    look = Look(tuple(tag for tag, _share, _far in blames), moment(start), moment(end))
    known = finding.known(scope)
    try:
        fetched = fetch(str(watch.organisation.public_id), look, known)
        series = {each.about.path: each for each in fetched.series}
    except (bus.Unavailable, bus.Refusal):
        series = {}
    named, units = naming.names(scope), naming.units(scope)
    bands = learned.get("bands", {})
    found = []
    for tag, share, far in blames:
        name, unit = named.get(tag, tag), units.get(tag, "")
        each = series.get(tag)
        points = [
            (time * 1000, float(v) if isinstance(v, int | float) else None)
            for time, v in zip(each.times, each.values, strict=True)
        ] if each else []  # fmt: skip
        band = bands.get(tag)
        sentence = _("%(share)s%% of what is unlike; %(far)s spreads from its usual level.") % {
            "share": round(100 * share),
            "far": f"{far:+.1f}",
        }
        drawn = None
        if any(value is not None for _time, value in points):
            axis = Axis(start, end)
            anomaly = (one["began"], one["ended"])
            drawn = pictures.tag(points, axis, f"{name}: {sentence}", band, anomaly, unit)
        found.append(
            {"name": name, "path": tag, "sentence": sentence, "picture": drawn,
             "width": round(100 * share)}
        )  # fmt: skip
    return found


@needs("watches.judge")
@require_POST
def judge(request: HttpRequest, public_id: UUID, began_us: int) -> HttpResponse:
    """Keep what somebody says of an anomaly."""
    scope = request.tenant_scope
    watch = get_watch(scope, public_id)
    verdict = request.POST.get("verdict", "")
    if verdict not in AnomalyVerdict.Verdict.values:
        raise BadRequest("no such verdict")
    one, _learned, problem = _find(watch, began_us)
    if one is None and not problem:
        raise Http404
    try:
        JudgeAnomaly(
            scope=scope,
            organisation=watch.organisation,
            watch=watch,
            began_us=one["began"] if one else began_us,
            ended_us=one["ended"] if one else began_us + MINUTE_US,
            verdict=verdict,
            note=request.POST.get("note", "")[:300],
        ).perform()
    except Refused as refused:
        messages.error(request, str(refused.sentence))
    else:
        messages.success(request, _("Kept. Thank you: it says how good this watch is."))
    back = request.POST.get("back") == "watch"
    return redirect(watch) if back else redirect("watches:anomaly", watch.public_id, began_us)
