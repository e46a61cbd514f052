"""What stands now, and what is done about it with one tap."""

from datetime import datetime, timedelta
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from deungdae.web.alarms.access import get_rule
from deungdae.web.alarms.actions.acting import Acknowledge, Judge, Reset, Shelve, Unshelve
from deungdae.web.alarms.models import AlarmRule, AlarmVerdict
from deungdae.web.alarms.shown import board, counting
from deungdae.web.core.access import needs
from deungdae.web.core.scope import Scope
from deungdae.web.floor import asking
from deungdae.web.floor.shown import durations
from deungdae.web.plant.errors import Refused
from deungdae.web.plant.live import words as say

MOST_AT_ONCE: Final = 200
#: Where no calendar says when a shift ends.
USUAL_SHIFT: Final = timedelta(hours=8)


@needs("alarms.see")
@require_safe
def standing(request: HttpRequest) -> HttpResponse:
    """Show what stands, live."""
    return render(request, "alarms/standing.html", _context(request))


@needs("alarms.see")
@require_safe
def now(request: HttpRequest) -> HttpResponse:
    """Return the list alone, as it is now."""
    return render(request, "alarms/pieces/now.html", _context(request))


def _context(request: HttpRequest) -> dict[str, Any]:
    scope = request.tenant_scope
    words = say.for_browser()
    return {
        "board": board.look(scope),
        "acts": scope.may("alarms.act"),
        "manages": scope.may("alarms.manage"),
        "words": {name: words[name] for name in ("for_s", "for_m", "for_h", "for_d")}
        | {
            "live": _("Alarms appear here by themselves"),
            "again": words["again"],
            "connecting": words["connecting"],
        },
    }


@needs("alarms.see")
@require_safe
def waiting(request: HttpRequest) -> JsonResponse:
    """Say how many alarms wait to be acknowledged; `count` null where nobody knows."""
    count = counting.waiting(request.tenant_scope.current)
    return JsonResponse({"count": count, "words": counting.words(count)})


@needs("alarms.act")
@require_POST
def act(request: HttpRequest) -> HttpResponse:
    """Do what was tapped with the alarms that the tap was about."""
    scope = request.tenant_scope
    names = request.POST.getlist("occurrence")[:MOST_AT_ONCE]
    rules = _rules(scope, names)
    do = request.POST.get("do", "")
    try:
        done = _done(scope, do, names, rules)
    except Refused as refused:
        messages.error(request, str(refused.sentence))
    else:
        messages.success(request, done)
    if request.htmx:
        return render(request, "alarms/pieces/now.html", _context(request) | {"says": True})
    return redirect(_back(request))


def _back(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if safe and wanted.startswith("/alarms/") else "alarms:standing"


def _rules(scope: Scope, names: list[str]) -> dict[str, AlarmRule]:
    """Return the rules that are meant, all of one company; who may not see one sees none."""
    if not names:
        raise Http404
    found = {}
    for name in names:
        rule, _colon, number = name.rpartition(":")
        if not number.isdecimal() or len(number) > 9 or len(rule) != 36:
            raise Http404
        found[name] = get_rule(scope, rule)
    if len({rule.organisation_id for rule in found.values()}) > 1:
        raise Http404
    return found


def _done(scope: Scope, do: str, names: list[str], rules: dict[str, AlarmRule]) -> str:
    about: dict[str, Any] = {
        "scope": scope,
        "organisation": next(iter(rules.values())).organisation,
        "occurrences": names,
        "names": [rule.name for rule in rules.values()],
    }
    match do:
        case "acknowledge":
            Acknowledge(**about).perform()
            return str(_("Acknowledged."))
        case "reset":
            Reset(**about).perform()
            return str(_("Reset."))
        case "unshelve":
            Unshelve(**about).perform()
            return str(_("It is heard again."))
        case "shelve_15" | "shelve_60" | "shelve_shift":
            until = _until(do, next(iter(rules.values())))
            Shelve(**about, until=until).perform()
            return _("Nothing is heard of it until %(time)s.") % {
                "time": f"{timezone.localtime(until):%H:%M}"
            }
        case AlarmVerdict.Verdict.TRUE | AlarmVerdict.Verdict.FALSE:
            for name, rule in rules.items():
                Judge(
                    scope=scope, organisation=rule.organisation, rule=rule, verdict=do,
                    occurrence=int(name.rpartition(":")[2]), now=timezone.now(),
                ).perform()  # fmt: skip
            return str(_("Thank you: your word is kept with the alarm."))
        case _:
            raise Http404


def _until(do: str, rule: AlarmRule) -> datetime:
    now = timezone.now()
    if do == "shelve_15":
        return now + timedelta(minutes=15)
    if do == "shelve_60":
        return now + timedelta(hours=1)
    asset = rule.asset
    if asset is not None:
        heard = asking.ask(rule.organisation, "now", {"assets": [asking.key(asset)]})
        told = ((heard.found or {}).get("assets") or {}).get(asking.key(asset)) or {}
        shift = told.get("shift")
        if shift and shift.get("end"):
            end = durations.moment(shift["end"])
            if now < end:
                return end
    return now + USUAL_SHIFT
