"""The live page: what the machines say now, as it is painted first and as it moves on."""

from datetime import timedelta
from functools import partial
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from deungdae import bus
from deungdae.web.core.access import needs
from deungdae.web.core.events import answer
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
    return answer(
        request,
        "plant.see",
        partial(streams.events, shown=Shown.of(request.GET)),
        ended=_(
            "No more values come here: you signed out, chose another company, or may no longer see "
            "this. Load the page again."
        ),
        too_many=_(
            "You have this page open many times already; values do not move in this one. Close "
            "some and load it again."
        ),
    )
