"""The live page: what the machines say now, as it is painted first and as it moves on."""

from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from typing import Final

from django.conf import settings
from django.contrib.auth import get_user
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from deungdae import bus
from deungdae.web.core.access import CURRENT, needs, scope_of
from deungdae.web.core.models import Person
from deungdae.web.core.rules import allowed
from deungdae.web.plant.live import page, streams, trends
from deungdae.web.plant.live import words as say
from deungdae.web.plant.live.tags import Shown

#: Hours of a day, before which its trend begins on the day before.
EARLY: Final = trends.LEAST // timedelta(hours=1)
#: Labels that a page takes along; beyond that its sentences say the names of tags.
MOST_NAMED: Final = 2000


@needs("plant.see")
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show every line with what its machines say at this moment."""
    scope = request.tenant_scope
    known = page.look(scope)
    asked = Shown.of(request.GET)
    shown = page.shown_of(asked, known)
    words = say.for_browser()
    lines = page.lines(known, shown, words)
    troubled, total = sum(one.troubled for one in lines), len(known.described)
    answers = _answers(len(lines))
    answer = answers["says_troubled" if troubled else "says_fresh"]
    answer = answer.format(troubled=say.count(troubled), total=say.count(total))
    context = answers | {
        "lines": lines,
        "found": sum(len(asset.rows) for one in lines for asset in one.assets),
        "searching": asked.searching,
        "shown": asked,
        "away": known.away,
        "total": total,
        "answer": answer if total else _("Nothing has arrived yet."),
        "words": words,
        "names": {
            path: about.label
            for path, about in known.described.items()
            if about.label and total <= MOST_NAMED
        },
        "now_ms": known.now // 1000,
        "trend": _trend(),
        "may_manage": allowed("plant.manage", scope, scope.current),
    }
    return render(request, "plant/live.html", context)


def _trend() -> str:
    return _("Today") if timezone.localtime().hour >= EARLY else _("8 hours")


def _answers(lines: int) -> dict[str, str]:
    """Return the two answers that this page may give; its browser fills them in again and again."""
    fresh = ngettext(
        "All {total} tags on %(lines)d line are fresh.",
        "All {total} tags on %(lines)d lines are fresh.",
        lines,
    )
    troubled = ngettext(
        "{troubled} of {total} tags on %(lines)d line need a look.",
        "{troubled} of {total} tags on %(lines)d lines need a look.",
        lines,
    )
    return {
        "says_fresh": fresh % {"lines": lines},
        "says_troubled": troubled % {"lines": lines},
    }


@needs("plant.see")
@require_safe
def rows(request: HttpRequest) -> HttpResponse:
    """Return the rows of one asset as a piece of the page."""
    shown = Shown.of(request.GET)
    if len(shown.groups) != 1:
        raise Http404
    known = page.look(request.tenant_scope)
    found = page.lines(known, shown, say.for_browser())
    assets = [asset for line in found for asset in line.assets if asset.open]
    if not assets:
        raise Http404
    return render(request, "plant/live_rows.html", {"asset": assets[0], "trend": _trend()})


@needs("plant.see")
@require_safe
def today(request: HttpRequest) -> JsonResponse:
    """Return the day so far of a few tags; 503 while the history does not answer."""
    tags = request.GET.getlist("tag")[: trends.MOST_TAGS]
    if not tags:
        raise Http404
    organisation = str(request.tenant_scope.current.public_id)
    try:
        return JsonResponse(trends.today(organisation, tags, timezone.localtime()))
    except (bus.Unavailable, bus.Refusal):
        return JsonResponse({}, status=503)


@needs("plant.see")
@require_safe
def events(request: HttpRequest) -> StreamingHttpResponse:
    """Send what changes, for as long as the page is open and its reader may see it."""
    scope = request.tenant_scope
    ended = _(
        "No more values come here: you signed out, chose another company, or may no longer see "
        "this. Load the page again."
    )
    too_many = _(
        "You have this page open many times already; values do not move in this one. Close some "
        "and load it again."
    )
    words = {"ended": ended, "too_many": too_many}
    organisation = scope.current
    if request.GET.get("of") != str(organisation.public_id):
        stream = streams.ending(ended)
    else:
        viewer = streams.Viewer(
            scope.person.pk,
            organisation,
            Shown.of(request.GET),
            _may(request.session.session_key or "", str(organisation.public_id)),
            words,
        )
        stream = streams.events(viewer)
    return StreamingHttpResponse(
        stream,
        content_type="text/event-stream; charset=utf-8",
        # A proxy that waits for the end of an answer would wait for ever.
        headers={"Cache-Control": "no-store, no-transform", "X-Accel-Buffering": "no"},
    )


def _may(key: str, organisation: str) -> Callable[[], bool]:
    """Return what says whether a session still shows an organisation to somebody who may see it."""
    store = import_module(settings.SESSION_ENGINE).SessionStore

    def may() -> bool:
        again = HttpRequest()
        again.session = store(key)
        person = get_user(again)
        if not isinstance(person, Person) or not person.is_active:
            return False
        scope = scope_of(person, again.session.get(CURRENT))
        current = scope.current
        if current is None or str(current.public_id) != organisation:
            return False
        return allowed("plant.see", scope, current)

    return may
