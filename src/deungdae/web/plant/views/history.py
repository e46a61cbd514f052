"""The history of tags: any tags, any span, as a picture, as a table and as a file."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from deungdae import bus
from deungdae.reports.words import Words
from deungdae.web.core.access import needs
from deungdae.web.plant.explorer import finding, picture
from deungdae.web.plant.explorer.look import LATEST, SHORTEST, SPANS, Look
from deungdae.web.plant.explorer.series import Fetched, fetch
from deungdae.web.plant.live.lines import Described, place

SPAN_WORDS: Final = {
    "1h": gettext_lazy("1 hour"),
    "8h": gettext_lazy("8 hours"),
    "today": gettext_lazy("Today"),
    "24h": gettext_lazy("24 hours"),
    "7d": gettext_lazy("7 days"),
    "30d": gettext_lazy("30 days"),
    "1y": gettext_lazy("1 year"),
}
MOST_LOOKED_FOR: Final = 200  #: signs


@needs("plant.see")
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show the tags of the address over its span."""
    scope = request.tenant_scope
    look = Look.of(request.GET, timezone.now())
    known = finding.known(scope)
    fetched, problem = Fetched((), None), ""
    try:
        fetched = fetch(str(scope.current.public_id), look, known)
    except bus.Unavailable:
        problem = _(
            "The program that keeps the history (deungdae history) does not answer at the moment. "
            "Nothing is lost by that; load this page again in a while."
        )
    except bus.Refusal as refusal:
        problem = Words(translation.get_language() or "en").say_message(refusal.message)
    context = _shown(look, fetched, known) | _found(request, look, known) | {"problem": problem}
    return render(request, "plant/history.html", context)


@needs("plant.see")
@require_safe
def tags(request: HttpRequest) -> HttpResponse:
    """Return the tags that are looked for as a piece of the page."""
    look = Look.of(request.GET, timezone.now())
    known = finding.known(request.tenant_scope)
    return render(request, "plant/history_tags.html", _found(request, look, known))


def _found(request: HttpRequest, look: Look, known: Mapping[str, Described]) -> dict[str, Any]:
    text = request.GET.get("q", "").replace("\x00", "").strip()[:MOST_LOOKED_FOR]
    found = finding.find(text, known, look.tags)
    page = reverse("plant:history")
    return {
        "text": text,
        "known": len(known),
        "most_found": finding.MOST,
        "found": [
            {
                "name": about.label or place(about.path).name,
                "where": place(about.path).asset,
                "unit": about.unit,
                "url": page + look.with_tags((*look.tags, about.path)).query(),
            }
            for about in found
        ],
    }


def _shown(look: Look, fetched: Fetched, known: Mapping[str, Described]) -> dict[str, Any]:
    called = picture.names(fetched.series)
    header, rows = picture.table(look, fetched, called)
    return {
        "look": look,
        "chosen": [
            {
                "path": path,
                "name": (known.get(path) or Described(path)).label or path,
                "url": look.with_tags(tag for tag in look.tags if tag != path).query(),
            }
            for path in look.tags
        ],
        "spans": [
            {
                "word": SPAN_WORDS[span],
                "url": Look.lately(look.tags, span, look.end).query(),
                "current": look.span == span,
            }
            for span in SPANS
        ],
        "moves": _moves(look),
        "drawing": picture.drawing(look, fetched, called) | {"says": _says()},
        "drawn": bool(rows),
        "sentence": picture.sentence(fetched),
        "title": ", ".join(called.values()),
        "facts": picture.facts(fetched, called),
        "header": header,
        "rows": rows,
        "every": picture.part_words(fetched.every) if fetched.every else "",
        "between": _("%(from)s to %(to)s") % {"from": _day(look.start), "to": _day(look.end)},
        "start_input": look.start.strftime("%Y-%m-%dT%H:%M"),
        "end_input": look.end.strftime("%Y-%m-%dT%H:%M"),
        "fixed": look.between(look.start, look.end),
        "formats": (("csv", "CSV"), ("xlsx", "Excel"), ("parquet", "Parquet")),
        "resolutions": (
            ("raw", _("every value")),
            ("minute", _("a row a minute")),
            ("hour", _("a row an hour")),
            ("day", _("a row a day")),
        ),
        "resolution": _resolution(look.length),
    }


def _day(moment: datetime) -> str:
    form = "n월 j일 H:i" if translation.get_language() == "ko" else "j M, H:i"
    if moment.year != timezone.localtime().year:
        form = "Y년 n월 j일 H:i" if translation.get_language() == "ko" else "j M Y, H:i"
    return date_format(moment, form)


def _says() -> dict[str, str]:
    """Return the words that the drawing needs in the browser."""
    return {
        "range": _("{low} to {high}"),
        "nothing": _("nothing"),
        "help": _(
            "From {from} to {to}. Arrow keys read values, with Shift they move the span; "
            "plus and minus make it shorter and longer."
        ),
        "on": _("on"),
        "off": _("off"),
    }


def _moves(look: Look) -> list[dict[str, Any]]:
    ahead = look.end + look.length / 2 < min(LATEST, timezone.now() + timedelta(days=366))
    found = [
        ("left", _("Earlier"), look.moved(-0.5), True),
        ("right", _("Later"), look.moved(0.5), ahead),
        ("in", _("Closer"), look.scaled(0.5), look.length >= SHORTEST * 2),
        ("out", _("Wider"), look.scaled(2.0), True),
    ]
    return [
        {"sign": sign, "word": word, "url": moved.query(), "able": able}
        for sign, word, moved, able in found
    ]


def _resolution(length: timedelta) -> str:
    """Return what an export of a span begins with: something that a workbook can hold."""
    if length <= timedelta(hours=2):
        return "raw"
    if length <= timedelta(days=3):
        return "minute"
    return "hour" if length <= timedelta(days=180) else "day"
