"""Scrap and rework counted by hand: a tile for each reason, with plus and minus."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from deungdae.web.core.access import needs
from deungdae.web.floor import asking, device, reasons, standing
from deungdae.web.floor.access import get_asset
from deungdae.web.floor.actions.said import SayScrap, UnsayScrap
from deungdae.web.floor.models import Asset, Reason, ScrapSaid
from deungdae.web.floor.shown.documents import Now
from deungdae.web.floor.shown.durations import clock, count, lasting
from deungdae.web.floor.views.site import live
from deungdae.web.plant.errors import Refused
from deungdae.web.plant.live.board import now_us

MINUTE_US: Final = 60_000_000
SCRAPPED: Final = "scrapped"
REWORKED: Final = "reworked"
#: How many minutes ago parts may be said to have been set aside.
AGO: Final = (0, 10, 30, 60, 120, 240, 480)
#: Without a shift what was counted in so long a time is shown together.
FREE_US: Final = 8 * 60 * MINUTE_US
MOST: Final = 1000  #: parts in one press


@needs("floor.see")
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show how many parts were set aside in this shift, by reason."""
    scope, at_us = request.tenant_scope, now_us()
    machines = [one for one in standing.assets(scope) if not one.is_line]
    place = device.chosen(request, machines)
    if not isinstance(place, Asset) or "choose" in request.GET:
        return _choose(request, machines)
    heard = asking.now(scope.current)
    now = heard.found.get(asking.key(place))
    ago = _ago(request.GET.get("ago", "0"))
    kind = _kind(request.GET.get("kind", ""))
    since = _since(now, at_us, ago)
    counted = _counted(request, place, kind, since, at_us)
    offered = reasons.of(scope, scope.current, "scrap")
    here = f"?machine={asking.key(place)}&"
    context = {
        "place": place,
        "place_key": asking.key(place),
        "tiles": [
            {"code": r.code, "word": r.word, "n": n, "count": count(n)}
            for r, n in ((r, counted.get(r.code, 0)) for r in offered)
        ],
        "total": sum(counted.values()),
        "total_word": count(sum(counted.values())),
        "beyond": beyond(now),
        "since": clock(since),
        "produced": count(now.counts.produced) if now else "",
        "ago": ago,
        "kind": kind,
        "times": [
            (
                f"{here}ago={n}&kind={kind}",
                _("now") if not n else _("%(age)s ago") % {"age": lasting(60 * n)},
                n == ago,
            )
            for n in AGO
        ],
        "kinds": [
            (f"{here}ago={ago}&kind={value}", word, value == kind)
            for value, word in (
                (SCRAPPED, _("Scrap")),
                (REWORKED, _("Rework")),
            )
        ],
        **live(request, away=heard.away),
    }
    return device.remember(render(request, "floor/scrap.html", context), request)


def _choose(request: HttpRequest, machines: list[Asset]) -> HttpResponse:
    rows = [
        {"key": asking.key(one), "name": one.name, "line": one.line.name if one.line else ""}
        for one in machines
    ]
    return render(request, "floor/scrap_choose.html", {"machines": rows})


def _ago(text: str) -> int:
    found = int(text) if text.isascii() and text.isdecimal() and len(text) < 5 else 0
    return found if found in AGO else 0


def _kind(text: str) -> str:
    return text if text in (SCRAPPED, REWORKED) else SCRAPPED


def _since(now: Now | None, at_us: int, ago: int) -> int:
    """Return from when on parts are counted together: the shift, or some hours without one."""
    begins = now.shift.start_us if now and now.shift else at_us - FREE_US
    return min(begins, at_us - ago * MINUTE_US - MINUTE_US)


def _counted(
    request: HttpRequest, machine: Asset, kind: str, since_us: int, until_us: int
) -> Mapping[str, int]:
    rows = ScrapSaid.objects.here(request.tenant_scope).filter(
        asset=machine, kind=kind, withdrawn_at=None, at_us__gte=since_us, at_us__lte=until_us
    )
    found = rows.order_by().values_list("reason").annotate(total=Sum("count"))
    return {reason: int(total) for reason, total in found}


@needs("floor.say")
@require_POST
def say(request: HttpRequest) -> HttpResponse:
    """Count parts, or take some back: `change` is how many more, or less than none."""
    scope, at_us = request.tenant_scope, now_us()
    try:
        machine = get_asset(scope, UUID(request.POST.get("machine", "")))
        change = int(request.POST.get("change", ""))
    except ValueError as error:
        raise BadRequest from error
    if not change or abs(change) > MOST or machine.is_line:
        raise BadRequest
    kind, ago = _kind(request.POST.get("kind", "")), _ago(request.POST.get("ago", "0"))
    code = request.POST.get("reason", "")
    reason = Reason.objects.here(scope).filter(code=code, kind=Reason.Kind.SCRAP).first()
    if reason is None:
        if request.headers.get("x-piece"):
            return JsonResponse({"problem": reasons.gone()}, status=400)
        messages.error(request, reasons.gone())
        page = reverse("floor:scrap")
        return redirect(f"{page}?machine={asking.key(machine)}&ago={ago}&kind={kind}")
    told: dict[str, Any] = {"scope": scope, "organisation": scope.current}
    since = _since(asking.now(scope.current).found.get(asking.key(machine)), at_us, ago)
    problem, left = "", 0
    try:
        if change > 0:
            SayScrap(
                **told,
                asset=machine,
                at_us=at_us - ago * MINUTE_US,
                count=change,
                reason=reason,
                kind=kind,
            ).perform()
        else:
            left = _take_back(request, machine, reason, kind, since, -change)
    except Refused as refused:
        problem = str(refused.sentence)
    if request.headers.get("x-piece"):
        counted = _counted(request, machine, kind, since, at_us)
        answer = {"count": counted.get(code, 0), "total": sum(counted.values()), "problem": problem}
        answer["warning"] = (
            "" if problem else beyond(asking.now(scope.current).found.get(asking.key(machine)))
        )
        return JsonResponse(answer, status=400 if problem else 200)
    if problem:
        messages.error(request, problem)
    else:
        taken = abs(change) - left
        said = (
            ngettext("%(n)d part: %(reason)s", "%(n)d parts: %(reason)s", change)
            if change > 0
            else ngettext(
                "%(n)s part taken back: %(reason)s", "%(n)s parts taken back: %(reason)s", taken
            )
        )
        if taken:
            messages.success(request, said % {"n": taken, "reason": reason.word})
        if left:
            told_back = _("So many were not counted: %(n)s were taken back.") % {"n": count(taken)}
            messages.warning(request, told_back)
    page = reverse("floor:scrap")
    return redirect(f"{page}?machine={asking.key(machine)}&ago={ago}&kind={kind}")


def beyond(now: Now | None) -> str:
    """Return that more was set aside than was made; what was said is kept all the same.

    Nothing is refused: where the counter was silent for a while, the hand is right.
    """
    if now is None or not now.counts.beyond:
        return ""
    return _(
        "More was set aside than the %(n)s parts that were made in this shift. Please check."
    ) % {"n": count(now.counts.produced)}


def _take_back(
    request: HttpRequest, machine: Asset, reason: Reason, kind: str, since: int, parts: int
) -> int:
    """Take back the newest counts of this shift; return how many of the parts were not there."""
    scope = request.tenant_scope
    told: dict[str, Any] = {"scope": scope, "organisation": scope.current}
    rows = ScrapSaid.objects.here(scope).filter(
        asset=machine, reason=reason.code, kind=kind, withdrawn_at=None, at_us__gte=since
    )
    for row in rows.order_by("-said_at", "-pk"):
        if parts <= 0:
            return 0
        UnsayScrap(**told, said=row).perform()
        if row.count > parts:
            SayScrap(
                **told,
                asset=machine,
                at_us=row.at_us,
                count=row.count - parts,
                reason=reason,
                kind=kind,
            ).perform()
        parts -= row.count
    return max(parts, 0)
