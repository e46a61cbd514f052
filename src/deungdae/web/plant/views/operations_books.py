"""The books of what came in: whether each point that came is accounted for, by source and hour."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from deungdae.web.core.access import needs
from deungdae.web.core.lists import Column, Filter
from deungdae.web.plant.listed import Rows
from deungdae.web.plant.operations import asking, books, gathering
from deungdae.web.plant.operations.books import Line
from deungdae.web.plant.operations.spans import DAY_US, HOUR_US, microseconds, moment

SPANS = (1, 7, 31)  #: days
PER_PAGE = 100


@needs("plant.see")
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show the books of the last days, the latest hour first."""
    scope, now = request.tenant_scope, timezone.now()
    days = _days(request)
    end_us = microseconds(now) // HOUR_US * HOUR_US + HOUR_US
    away = set()
    lines: list[Line] = []
    try:
        hours = asking.hours(scope.current, end_us - days * DAY_US, end_us)
    except asking.AWAY:
        away.add("history")
    else:
        names = {
            one.facts.source: one.facts.name for one in gathering.registered(scope, scope.current)
        }
        lines = [
            Line(hour.source, names.get(hour.source, hour.source), hour.hour_us, hour.sum)
            for hour in hours
        ]
    shown = _listing(request, lines)
    if shown.file is not None:
        return shown.file
    zone = gathering.zone_of(scope, scope.current)
    asked = request.GET.get("source", "")
    counted = [line for line in lines if not asked or line.source == asked]
    context = {
        "list": shown,
        "rows": [(line, moment(line.start_us), books.explained(line.sum)) for line in shown.page],
        "away": away,
        "days": days,
        "spans": [(n, _("24 hours") if n == 1 else _("{n} days").format(n=n)) for n in SPANS],
        "answer": _("The books cannot be read at this moment.")
        if away
        else books.answer(_worst(counted)),
        "totals": [
            (datetime.combine(day, datetime.min.time(), zone), total, books.explained(total))
            for day, total in books.by_day(counted, zone)
        ],
        "differs": [line for line in counted if line.sum.missing],
    }
    return render(request, "plant/operations/books.html", context)


def _worst(lines: list[Line]) -> books.Sum:
    """Return the sum of all, or of the hours that do not agree: one must not hide another."""
    differs = [line for line in lines if line.sum.missing > 0] or [
        line for line in lines if line.sum.missing
    ]
    return books.total(differs or lines)


def _days(request: HttpRequest) -> int:
    asked = request.GET.get("days", "")
    return int(asked) if asked in {str(n) for n in SPANS} else 1


def _listing(request: HttpRequest, lines: list[Line]) -> Rows:
    sources = sorted({(line.source, line.name) for line in lines}, key=lambda one: one[1])
    return Rows(
        request,
        lines,
        name="books",
        caption=_("Books"),
        columns=(
            Column("hour", _("Hour"), "hour", lambda row: moment(row.start_us)),
            Column("name", _("Source"), "name", lambda row: row.name),
            Column("source", _("Name in the history"), "", lambda row: row.source, file_only=True),
            Column("received", _("Came in"), "received", lambda row: row.sum.received,
                   number=True),
            Column("stored", _("Stored"), "stored", lambda row: row.sum.stored, number=True),
            Column("held", _("Held back"), "held", lambda row: row.sum.quarantined, number=True),
            Column("known", _("Known already"), "known", lambda row: row.sum.duplicate,
                   number=True),
            Column("missing", _("Difference"), "missing", lambda row: row.sum.missing,
                   number=True),
            Column("why", _("What that means"), "", lambda row: books.explained(row.sum),
                   file_only=True),
        ),
        start="-hour",
        sorts={
            "hour": lambda row: (row.start_us, row.name),
            "name": lambda row: row.name,
            "received": lambda row: row.sum.received,
            "stored": lambda row: row.sum.stored,
            "held": lambda row: row.sum.quarantined,
            "known": lambda row: row.sum.duplicate,
            "missing": lambda row: abs(row.sum.missing),
        },
        text=lambda row: f"{row.name} {row.source}",
        search=_("Find by source"),
        filters=(
            Filter("source", _("Source"), sources,
                   lambda rows, code: [row for row in rows if row.source == code]),
            Filter("state", _("State"),
                   (("differs", _("does not agree")), ("agrees", _("agrees"))),
                   lambda rows, code: [row for row in rows
                                       if bool(row.sum.missing) == (code == "differs")]),
        ),
        per_page=PER_PAGE,
    )  # fmt: skip
