"""One occurrence of an alarm with its story; what became of all of them; how good they are."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from deungdae.web.alarms import watched
from deungdae.web.alarms.access import get_rule
from deungdae.web.alarms.actions.acting import WriteNote
from deungdae.web.alarms.forms.notes import NoteForm
from deungdae.web.alarms.lately import of_note
from deungdae.web.alarms.models import AlarmNote, AlarmRule
from deungdae.web.alarms.shown import figures as shown_figures
from deungdae.web.alarms.shown.one import Alarm, alarm, priority_word
from deungdae.web.core.access import needs
from deungdae.web.core.lists import Column, Filter
from deungdae.web.core.scope import Scope
from deungdae.web.floor import asking
from deungdae.web.plant.copies import microseconds
from deungdae.web.plant.listed import Rows
from deungdae.web.plant.live import words as say
from deungdae.web.plant.live.board import now_us

SPANS: Final = {
    "24h": timedelta(hours=24),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
    "90d": timedelta(days=90),
}
LARGEST: Final = 10**9


@dataclass(frozen=True)
class Line:
    """One line of the history: an occurrence and what was written of it."""

    alarm: Alarm
    note: str


@needs("alarms.see")
@require_safe
def show(request: HttpRequest, rule: UUID, number: int) -> HttpResponse:
    """Show one occurrence: what, since when, what came with it, what was done."""
    return _shown(request, get_rule(request.tenant_scope, rule), number, NoteForm())


@needs("alarms.act")
@require_POST
def note(request: HttpRequest, rule: UUID, number: int) -> HttpResponse:
    """Keep what was done."""
    found = get_rule(request.tenant_scope, rule)
    form = NoteForm(request.POST)
    if number >= LARGEST:
        raise Http404
    if not form.is_valid():
        return _shown(request, found, number, form)
    heard = asking.ask(found.organisation, "alarm", {"occurrence": f"{rule}:{number}"})
    took = None
    if heard.found is not None:
        told = heard.found["alarm"]
        took = ((told["gone"] or told["ended"] or now_us()) - told["since"]) / 1e6
    WriteNote(
        scope=request.tenant_scope, organisation=found.organisation, rule=found, occurrence=number,
        text=form.cleaned_data["text"], now=timezone.now(), took_seconds=took,
    ).perform()  # fmt: skip
    messages.success(request, _("Written down for whoever sees this alarm next."))
    return redirect("alarms:occurrence", rule, number)


def _shown(request: HttpRequest, rule: AlarmRule, number: int, form: NoteForm) -> HttpResponse:
    scope = request.tenant_scope
    occurrence = f"{rule.public_id}:{number}"
    heard = asking.ask(rule.organisation, "alarm", {"occurrence": occurrence})
    if heard.found is None and not heard.away:
        raise Http404
    notes = AlarmNote.objects.within(scope).filter(rule=rule).select_related("by")
    mine = [of_note(one) for one in notes.filter(occurrence=number)]
    earlier = notes.exclude(occurrence=number).filter(occurrence__lt=number)[:5]
    context: dict[str, Any] = {
        "rule": rule,
        "number": number,
        "form": form,
        "notes": mine,
        "earlier": [(one.occurrence, of_note(one)) for one in earlier],
        "acts": scope.may("alarms.act", rule.organisation),
        "problem": heard.problem,
    }
    if heard.found is not None:
        now = now_us()
        told = heard.found["alarm"] | {"usual_seconds": heard.found["usual_seconds"]}
        one = alarm(told, now)
        context |= {
            "alarm": one,
            "members": [alarm(each, now) for each in heard.found["members"]],
            "before": [alarm(each, now) for each in heard.found["before"]],
            "picture_from": one.since - timedelta(hours=1),
            "picture_to": one.since + timedelta(hours=1),
            "words": _words(),
        }
        if rule.watch_id is not None and scope.may("watches.see", rule.organisation):
            until = told["gone"] or told["ended"] or now
            context |= {
                "watch": rule.watch_id,
                "anomaly": watched.anomaly(scope, rule, told["since"], until),
            }
    return render(request, "alarms/occurrence.html", context)


def _words() -> Mapping[str, str]:
    words = say.for_browser()
    return {name: words[name] for name in ("for_s", "for_m", "for_h", "for_d")}


@needs("alarms.see")
@require_safe
def history(request: HttpRequest) -> HttpResponse:
    """Show what became of the alarms, with their labels; also as a file."""
    scope = request.tenant_scope
    span, start, end = _span(request)
    given: dict[str, Any] = {"start": microseconds(start), "end": microseconds(end)}
    wanted = request.GET.get("rule", "")
    rule = get_rule(scope, _uuid(wanted)) if wanted else None
    if rule is not None:
        given["rule"] = str(rule.public_id)
    heard = asking.ask(scope.current, "alarm_history", given)
    told = heard.found or {"alarms": [], "more": False}
    lines = _lines(scope, told["alarms"])
    listing = _listing(request, lines)
    if listing.file is not None:
        return listing.file
    return render(
        request,
        "alarms/history.html",
        {
            "list": listing,
            "rule": rule,
            "span": span,
            "spans": SPANS,
            "more": told["more"],
            "problem": heard.problem,
            "count": len(lines),
        },
    )


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404 from error


def _span(request: HttpRequest) -> tuple[str, datetime, datetime]:
    span = request.GET.get("span", "7d")
    span = span if span in SPANS else "7d"
    end = timezone.now()
    return span, end - SPANS[span], end


def _lines(scope: Scope, told: list[dict[str, Any]]) -> list[Line]:
    now = now_us()
    notes: dict[str, str] = {}
    if told:
        rows = AlarmNote.objects.here(scope).select_related("rule").order_by("at", "pk")
        for row in rows.filter(rule__public_id__in={one["rule"] for one in told}):
            key = f"{row.rule.public_id}:{row.occurrence}"
            notes[key] = f"{notes[key]} / {row.text}" if key in notes else row.text
    return [Line(alarm(one, now), notes.get(one["occurrence"], "")) for one in told]


def _listing(request: HttpRequest, lines: list[Line]) -> Rows:
    verdicts = {"true": _("real"), "false": _("false alarm"), "": _("not judged")}
    priorities = {name: priority_word(name) for name in ("high", "medium", "low")}
    return Rows(
        request,
        lines,
        sorts={
            "since": lambda line: line.alarm.since_ms,
            "name": lambda line: line.alarm.name,
            "place": lambda line: line.alarm.place,
        },
        text=lambda line: f"{line.alarm.name} {line.alarm.place} {line.alarm.what} {line.note}",
        name="alarms",
        caption=_("Alarms"),
        columns=(
            Column("since", _("Came"), "since", lambda line: line.alarm.since),
            Column("name", _("Alarm"), "name", lambda line: line.alarm.name),
            Column("place", _("Where it is"), "place", lambda line: line.alarm.place),
            Column("what", _("What"), "", lambda line: line.alarm.what),
            Column("lasted", _("Stood"), "", lambda line: line.alarm.lasted),
            Column("verdict", _("Verdict"), "", lambda line: verdicts[line.alarm.verdict]),
            Column("note", _("What was done"), "", lambda line: line.note),
            Column(
                "priority", _("Priority"), "", lambda line: line.alarm.priority_word,
                file_only=True,
            ),
            Column("tag", _("Tag"), "", lambda line: line.alarm.tag, file_only=True),
            Column("value", _("Value"), "", lambda line: line.alarm.value, file_only=True),
            Column("end", _("Ended"), "", lambda line: line.alarm.ended, file_only=True),
            Column(
                "acknowledged", _("Acknowledged"), "", lambda line: line.alarm.acknowledged,
                file_only=True,
            ),
            Column("by", _("Acknowledged by"), "", lambda line: line.alarm.by, file_only=True),
            Column("comings", _("Times it came"), "", lambda line: line.alarm.comings,
                   number=True, file_only=True),
            Column("id", _("Number"), "", lambda line: line.alarm.key, file_only=True),
        ),
        start="-since",
        search=_("Find an alarm, a machine or a note"),
        filters=(
            Filter("priority", _("Priority"), tuple(priorities.items()),
                   lambda rows, code: [one for one in rows if one.alarm.priority == code]),
            Filter("verdict", _("Verdict"),
                   (("true", verdicts["true"]), ("false", verdicts["false"]),
                    ("none", verdicts[""])),
                   lambda rows, code: [
                       one for one in rows
                       if one.alarm.verdict == ("" if code == "none" else code)
                   ]),
        ),
    )  # fmt: skip


@needs("alarms.see")
@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """Show how good the alarms themselves are, beside what the standard recommends."""
    span, start, end = _span(request)
    given = {"start": microseconds(start), "end": microseconds(end)}
    heard = asking.ask(request.tenant_scope.current, "alarm_figures", given, asking.LONG_SECONDS)
    context: dict[str, Any] = {"span": span, "spans": SPANS, "problem": heard.problem}
    if heard.found is not None:
        context["figures"] = shown_figures.figures(heard.found)
    return render(request, "alarms/figures.html", context)
