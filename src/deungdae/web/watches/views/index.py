"""All watches, how each stands."""

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from deungdae.web.core.access import needs
from deungdae.web.floor.shown.durations import day_clock
from deungdae.web.plant.live.board import now_us
from deungdae.web.watches import asking, naming
from deungdae.web.watches.models import Watch
from deungdae.web.watches.shown import words

MOST_ENDED: Final = 100


@needs("watches.see")
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List the watches of the organisation."""
    scope, at_us = request.tenant_scope, now_us()
    rows = Watch.objects.here(scope).filter(retired_at=None).select_related("asset__line")
    watches = list(rows)
    ended = Watch.objects.here(scope).exclude(retired_at=None).select_related("asset")
    heard = asking.now(scope.current)
    names = naming.names(scope) if watches else {}
    shown: list[dict[str, Any]] = []
    for watch in watches:
        now = heard.found.get(str(watch.public_id), {})
        kind, word = words.state(now)
        shown.append(
            {
                "watch": watch,
                "kind": kind,
                "word": word,
                "state": now.get("state", "unknown"),
                "answer": "" if heard.problem else words.answer(now, at_us, names),
                "score": now.get("score"),
                "at": day_clock(now["at"], at_us) if now.get("at") else "",
                "drift": bool(now.get("drift")),
            }
        )
    order = {"anomaly": 0, "failed": 1, "silent": 2}
    shown.sort(key=lambda one: order.get(one["state"], 3))
    return render(
        request,
        "watches/index.html",
        {
            "watches": shown,
            "ended": ended.order_by("-retired_at")[:MOST_ENDED],
            "unlike": sum(one["state"] == "anomaly" for one in shown),
            "problem": heard.problem,
            "manages": scope.may("watches.manage"),
        },
    )
